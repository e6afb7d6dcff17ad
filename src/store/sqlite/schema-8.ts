/**
 * Version 8: lists of accounts, of blocked workers and of approvals, in the order in which pages show them. Accounts are
 * counted as they come, change and go. `idle` is kept by triggers, since an index cannot look into the contributors' cache.
 */
import { ACCOUNT_GROUPS, type AccountGroup } from '../queries.js';

const REGISTERED = "json_extract(doc, '$.registration_time')";
/** What a search of accounts looks at stands in their indexes. */
const LISTED = `${REGISTERED}, username, lower(json_extract(doc, '$.email'))`;

/** Who belongs to a group, of `row.`, `new.`, `old.` or of the table itself. */
export function groupCondition(group: AccountGroup, row = ''): string {
  switch (group) {
    case 'all':
      return '1';
    case 'idle':
      return `${row}idle = 1`;
    case 'approvers':
      return `instr(json_extract(${row}doc, '$.groups'), '"group:approvers"') > 0`;
    default:
      return `json_extract(${row}doc, '$.${group}') = 1`;
  }
}

/** How many accounts a row adds to each group. */
function counted(row: 'new.' | 'old.'): string {
  const cases = ACCOUNT_GROUPS.map((name) => `WHEN '${name}' THEN coalesce(${groupCondition(name, row)}, 0)`);
  return `CASE name ${cases.join(' ')} END`;
}

const COUNT_ALL = ACCOUNT_GROUPS.map(
  (name) => `('${name}', (SELECT count(*) FROM users WHERE ${groupCondition(name)}))`,
);

export const SCHEMA_8 = `
ALTER TABLE users ADD COLUMN idle INTEGER NOT NULL DEFAULT 1;
UPDATE users SET idle = 0 WHERE username IN (SELECT username FROM user_cache);
CREATE INDEX users_registered ON users (${LISTED});
CREATE INDEX users_registered_pending ON users (${LISTED}) WHERE ${groupCondition('pending')};
CREATE INDEX users_registered_blocked ON users (${LISTED}) WHERE ${groupCondition('blocked')};
CREATE INDEX users_registered_approvers ON users (${LISTED}) WHERE ${groupCondition('approvers')};
CREATE INDEX users_registered_idle ON users (${LISTED}) WHERE ${groupCondition('idle')};

CREATE TABLE account_counts (name TEXT PRIMARY KEY, accounts INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO account_counts (name, accounts) VALUES ${COUNT_ALL.join(', ')};
CREATE TRIGGER users_counted AFTER INSERT ON users
  BEGIN
    UPDATE account_counts SET accounts = accounts + ${counted('new.')};
    UPDATE users SET idle = 0 WHERE username = new.username
      AND EXISTS (SELECT 1 FROM user_cache WHERE user_cache.username = new.username);
  END;
CREATE TRIGGER users_recounted AFTER UPDATE OF doc, idle ON users
  BEGIN UPDATE account_counts SET accounts = accounts + ${counted('new.')} - ${counted('old.')}; END;
CREATE TRIGGER users_uncounted AFTER DELETE ON users
  BEGIN UPDATE account_counts SET accounts = accounts - ${counted('old.')}; END;
CREATE TRIGGER user_cache_filled AFTER INSERT ON user_cache
  BEGIN UPDATE users SET idle = 0 WHERE username = new.username AND idle = 1; END;
CREATE TRIGGER user_cache_emptied AFTER DELETE ON user_cache
  BEGIN UPDATE users SET idle = 1 WHERE username = old.username; END;

CREATE INDEX actions_approvals ON actions (username, time) WHERE action = 'approve_run';
`;
