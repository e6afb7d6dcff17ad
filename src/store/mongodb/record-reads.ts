/** Reads users, workers, nets, key-values and contributors. */
import type { Db, Document } from 'mongodb';
import type {
  ContributorDocument,
  ContributorPeriod,
  Keyed,
  NetDocument,
  UserDocument,
  WorkerDocument,
} from '../../model/documents.js';
import { nameText, usableContributor, usableNet, usableUser, usableWorker } from '../usable-records.js';
import { decode, decodeDocument } from './bson-values.js';
import { ANY_CASE, IndexNames, USERS_ANY_CASE } from './indexes.js';

/** The key of the database, which no document between layers carries. */
const WITHOUT_ID = { projection: { _id: 0 } } as const;

export const CONTRIBUTORS = { all: 'user_cache', month: 'top_month' } as const;

interface KeyValue {
  _id: string;
  value: unknown;
}

export class RecordReads {
  readonly #db: Db;
  readonly #userIndexes: IndexNames;

  constructor(db: Db) {
    this.#db = db;
    this.#userIndexes = new IndexNames(db.collection('users'));
  }

  user(username: string): Promise<UserDocument | undefined> {
    return this.#one('users', { username }, usableUser);
  }

  /** Along the index of names, without the documents. */
  async usernames(): Promise<string[]> {
    const names = { projection: { _id: 0, username: 1 } };
    const found = await this.#db.collection('users').find({}, names).sort({ username: 1 }).toArray();
    return found.map(({ username }) => nameText(username));
  }

  async userLike(username: string): Promise<UserDocument | undefined> {
    return await this.#userWith('username', username);
  }

  async userByEmail(email: string): Promise<UserDocument | undefined> {
    return await this.#userWith('email', email);
  }

  async *users(): AsyncGenerator<UserDocument> {
    for await (const user of this.#db.collection('users').find({}, WITHOUT_ID)) {
      yield usableUser(decodeDocument<UserDocument>(user));
    }
  }

  async hasContributorScript(): Promise<boolean> {
    return (await this.#db.collection('deltas').findOne({}, { projection: { _id: 1 } })) !== null;
  }

  async contributors(period: ContributorPeriod): Promise<ContributorDocument[]> {
    const found = await this.#db.collection(CONTRIBUTORS[period]).find({}, WITHOUT_ID).toArray();
    return found.map((entry) => usableContributor(decodeDocument<ContributorDocument>(entry)));
  }

  worker(name: string): Promise<WorkerDocument | undefined> {
    return this.#one('workers', { worker_name: name }, usableWorker);
  }

  async *blockedWorkers(): AsyncGenerator<WorkerDocument> {
    const blocked = this.#db
      .collection('workers')
      .find({ blocked: true }, WITHOUT_ID)
      .sort({ worker_name: 1 });
    for await (const worker of blocked) yield usableWorker(decodeDocument<WorkerDocument>(worker));
  }

  net(name: string): Promise<NetDocument | undefined> {
    return this.#one('nns', { name }, usableNet);
  }

  async knownNets(names: readonly string[]): Promise<string[]> {
    const asked = { name: { $in: [...names] } };
    const found = await this.#db
      .collection('nns')
      .find(asked, { projection: { _id: 0, name: 1 } })
      .toArray();
    return [...new Set(found.map(({ name }) => name as string))];
  }

  async *nets(): AsyncGenerator<Keyed<NetDocument>> {
    for await (const net of this.#db.collection('nns').find().sort({ name: 1 })) {
      yield usableNet(decodeDocument<Keyed<NetDocument>>(net));
    }
  }

  async keyValue(key: string): Promise<unknown> {
    const found = await this.#db.collection<KeyValue>('kvstore').findOne({ _id: key });
    return found === null ? undefined : decode('', found.value);
  }

  async cpuHours(username: string): Promise<number | undefined> {
    const found = await this.#one('user_cache', { username }, usableContributor);
    return found?.cpu_hours;
  }

  /** Along the index that has names or addresses in any case, where the server has it; else all are looked at. */
  async #userWith(member: 'username' | 'email', text: string): Promise<UserDocument | undefined> {
    const hint = USERS_ANY_CASE[member];
    if (!(await this.#userIndexes.has(hint)))
      return await this.#one('users', { [member]: whateverCase(text) }, usableUser);
    const found = this.#db
      .collection('users')
      .find({ [member]: text }, { ...WITHOUT_ID, collation: ANY_CASE, hint });
    const same = (await found.toArray()).find(
      (user) => String(user[member]).toLowerCase() === text.toLowerCase(),
    );
    return same && usableUser(decodeDocument<UserDocument>(same));
  }

  async #one<T>(collection: string, filter: Document, usable: (record: T) => T): Promise<T | undefined> {
    const found = await this.#db.collection(collection).findOne(filter, WITHOUT_ID);
    return found === null ? undefined : usable(decodeDocument<T>(found));
  }
}

/** Matches the whole text and nothing else, but for the case of its letters. */
function whateverCase(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[^A-Za-z0-9]/g, '\\$&')}$`, 'i');
}
