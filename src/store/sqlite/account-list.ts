/** Lists of accounts, each along the index of its group, newest registration first; and what approvers did. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { UserDocument } from '../../model/documents.js';
import {
  type AccountCounts,
  type AccountGroup,
  type AccountQuery,
  type Approvals,
  type Found,
  MOST_APPROVALS,
  MOST_SEARCHED_ACCOUNTS,
} from '../queries.js';
import { usableUser } from '../usable-records.js';
import { fromJson } from './json-text.js';
import { groupCondition } from './schema-8.js';

const EMAIL = "lower(json_extract(doc, '$.email'))";
const ORDER = "ORDER BY json_extract(doc, '$.registration_time') DESC, username DESC";

export class AccountReads {
  readonly #db: DatabaseSyncInstance;
  readonly #counts: StatementSyncInstance;
  readonly #one: StatementSyncInstance;
  readonly #approvals: StatementSyncInstance;
  readonly #lastApproval: StatementSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();

  constructor(db: DatabaseSyncInstance) {
    this.#db = db;
    this.#counts = db.prepare('SELECT name, accounts FROM account_counts');
    this.#one = db.prepare('SELECT doc FROM users WHERE username = ?');
    this.#approvals = db.prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM actions WHERE action = 'approve_run' AND username = ? AND time >= ? LIMIT ?)`,
    );
    this.#lastApproval = db.prepare(
      `SELECT time FROM actions WHERE action = 'approve_run' AND username = ? ORDER BY time DESC LIMIT 1`,
    );
  }

  counts(): AccountCounts {
    const rows = this.#counts.all() as { name: AccountGroup; accounts: number }[];
    return Object.fromEntries(rows.map(({ name, accounts }) => [name, accounts])) as unknown as AccountCounts;
  }

  find({ group, text, skip, limit }: AccountQuery): Found<UserDocument> {
    if (text !== undefined) return this.#search(group, text, skip, limit);
    const page = this.#statement(
      `SELECT doc FROM users INDEXED BY ${indexOf(group)} WHERE ${groupCondition(group)} ${ORDER} LIMIT ? OFFSET ?`,
    );
    const rows = page.all(limit, skip) as { doc: string }[];
    const items = rows.map(({ doc }) => usableUser(fromJson(doc) as UserDocument));
    return { items, total: this.counts()[group], isCut: false };
  }

  /** @param since seconds since the epoch */
  approvals(username: string, since: number): Approvals {
    const count = (from: number) => (this.#approvals.get(username, from, MOST_APPROVALS) as { n: number }).n;
    const last = this.#lastApproval.get(username) as { time: number } | undefined;
    return { total: count(0), recent: count(since), last: last?.time };
  }

  /** Names and addresses stand in the index: no document is read that is not shown. */
  #search(group: AccountGroup, text: string, skip: number, limit: number): Found<UserDocument> {
    const matching = this.#statement(
      `SELECT username FROM (SELECT username, ${EMAIL} AS email FROM users INDEXED BY ${indexOf(group)}
         WHERE ${groupCondition(group)} ${ORDER} LIMIT ?2)
       WHERE instr(lower(username), ?1) > 0 OR instr(email, ?1) > 0`,
    );
    const found = matching.all(text.toLowerCase(), MOST_SEARCHED_ACCOUNTS) as { username: string }[];
    const items = found.slice(skip, skip + limit).map(({ username }) => {
      return usableUser(fromJson((this.#one.get(username) as { doc: string }).doc) as UserDocument);
    });
    return { items, total: found.length, isCut: this.counts()[group] > MOST_SEARCHED_ACCOUNTS };
  }

  #statement(sql: string): StatementSyncInstance {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function indexOf(group: AccountGroup): string {
  return group === 'all' ? 'users_registered' : `users_registered_${group}`;
}
