/** Lists of accounts, each along the index of its group, newest registration first; and what approvers did. */
import type { Collection, Db, Document, Filter } from 'mongodb';
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
import { actionTime, usableUser } from '../usable-records.js';
import { decodeDocument } from './bson-values.js';

const NEWEST = { registration_time: -1, username: -1 } as const;
const WITHOUT_ID = { projection: { _id: 0 } } as const;
const NAMES = { projection: { _id: 0, username: 1, email: 1 } } as const;
const FILTERS: Readonly<Record<Exclude<AccountGroup, 'idle'>, Filter<Document>>> = {
  pending: { pending: true },
  blocked: { blocked: true },
  approvers: { groups: 'group:approvers' },
  all: {},
};
const MOST_COUNTED = { limit: MOST_SEARCHED_ACCOUNTS } as const;
/** Accounts that are looked up in the contributors' cache at once. */
const LOOKED_UP = 1_000;

interface Named {
  readonly username: string;
  readonly email: string;
}

export class AccountReads {
  readonly #users: Collection;
  readonly #contributors: Collection;
  readonly #actions: Collection;

  constructor(db: Db) {
    this.#users = db.collection('users');
    this.#contributors = db.collection('user_cache');
    this.#actions = db.collection('actions');
  }

  /** Of all accounts and of contributors by what the server knows without counting; a contributor without an account makes idle one too few. */
  async counts(): Promise<AccountCounts> {
    const [all, contributors, pending, blocked, approvers] = await Promise.all([
      this.#users.estimatedDocumentCount(),
      this.#contributors.estimatedDocumentCount(),
      this.#users.countDocuments(FILTERS.pending, MOST_COUNTED),
      this.#users.countDocuments(FILTERS.blocked, MOST_COUNTED),
      this.#users.countDocuments(FILTERS.approvers, MOST_COUNTED),
    ]);
    return { all, pending, blocked, approvers, idle: Math.max(0, all - contributors) };
  }

  async find(query: AccountQuery): Promise<Found<UserDocument>> {
    const { group, text, skip, limit } = query;
    const counts = await this.counts();
    if (group === 'idle') return await this.#idle(query, counts);
    const filter = FILTERS[group];
    if (text !== undefined) {
      const named = this.#users.find<Named>(filter, NAMES).sort(NEWEST).limit(MOST_SEARCHED_ACCOUNTS);
      const found = (await named.toArray()).filter((account) => holds(account, text));
      const items = await this.#accounts(found.slice(skip, skip + limit));
      return { items, total: found.length, isCut: counts[group] > MOST_SEARCHED_ACCOUNTS };
    }
    const page = this.#users.find(filter, WITHOUT_ID).sort(NEWEST).skip(skip).limit(limit);
    const items = (await page.toArray()).map((user) => usableUser(decodeDocument<UserDocument>(user)));
    return { items, total: counts[group], isCut: false };
  }

  /** @param since seconds since the epoch */
  async approvals(username: string, since: number): Promise<Approvals> {
    const filter = { username, action: 'approve_run' };
    const most = { limit: MOST_APPROVALS };
    const [total, recent, last] = await Promise.all([
      this.#actions.countDocuments(filter, most),
      this.#actions.countDocuments({ ...filter, time: { $gte: since } }, most),
      this.#actions
        .find(filter, { projection: { _id: 0, time: 1 } })
        .sort({ time: -1 })
        .limit(1)
        .toArray(),
    ]);
    return { total, recent, last: last[0] && actionTime(last[0]['time']) };
  }

  /** Along the index of all accounts, which are looked up in the contributors' cache, until the page is full. */
  async #idle({ text, skip, limit }: AccountQuery, counts: AccountCounts): Promise<Found<UserDocument>> {
    const named = this.#users.find<Named>({}, NAMES).sort(NEWEST).limit(MOST_SEARCHED_ACCOUNTS);
    const found: Named[] = [];
    // Without a text the total is known, so that what comes after the page need not be looked at.
    const most = text === undefined ? skip + limit : Number.POSITIVE_INFINITY;
    let some: Named[] = [];
    const lookUp = async () => {
      const usernames = some.map(({ username }) => username);
      const cached = this.#contributors.find({ username: { $in: usernames } }, NAMES);
      const active = new Set((await cached.toArray()).map(({ username }) => username as string));
      for (const account of some) if (!active.has(account.username)) found.push(account);
      some = [];
    };
    // Few are enough for the first page, most of the time.
    let size = Math.min(LOOKED_UP, 4 * limit);
    for await (const account of named) {
      if (text === undefined || holds(account, text)) some.push(account);
      if (some.length < size) continue;
      await lookUp();
      size = LOOKED_UP;
      if (found.length >= most) break;
    }
    if (found.length < most) await lookUp();
    const items = await this.#accounts(found.slice(skip, skip + limit));
    const isCut = counts.all > MOST_SEARCHED_ACCOUNTS;
    return text === undefined
      ? { items, total: counts.idle, isCut: false }
      : { items, total: found.length, isCut };
  }

  async #accounts(named: readonly Named[]): Promise<UserDocument[]> {
    const usernames = named.map(({ username }) => username);
    const found = await this.#users.find({ username: { $in: usernames } }, WITHOUT_ID).toArray();
    const accounts = new Map(
      found.map((user) => [user['username'], usableUser(decodeDocument<UserDocument>(user))]),
    );
    return usernames.map((name) => accounts.get(name)).filter((user) => user !== undefined);
  }
}

function holds({ username, email }: Named, text: string): boolean {
  const wanted = text.toLowerCase();
  return [username, email].some((part) => typeof part === 'string' && part.toLowerCase().includes(wanted));
}
