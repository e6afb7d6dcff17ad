/**
 * Version 9: lists whose work does not grow with what they leave out. Events of one account, those that are shown and those of one
 * kind, are read along indexes of their own; so are those of one run, whose kinds are told by the index. Of an account's records
 * those that end last are read.
 */
import { HIDDEN_KINDS } from '../queries.js';

const SHOWN = `action NOT IN (${HIDDEN_KINDS.map((kind) => `'${kind}'`).join(', ')})`;

// SQLite looks at the kind although the index has no other: it stands in the entry, so that no row is read for it.
export const SCHEMA_9 = `
DROP INDEX actions_shown;
CREATE INDEX actions_shown ON actions (time, action_id, action) WHERE ${SHOWN};
CREATE INDEX actions_user_shown ON actions (username, time, action_id, action) WHERE ${SHOWN};
CREATE INDEX actions_user_kind ON actions (username, action, time, action_id);
DROP INDEX actions_approvals;
DROP INDEX actions_run;
CREATE INDEX actions_run ON actions (run_id, time, action_id, action) WHERE run_id IS NOT NULL;
DROP INDEX site_records_owner;
CREATE INDEX site_records_owner ON site_records (owner, kind, expires);
`;
