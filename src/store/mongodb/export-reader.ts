/** Everything a database holds, for copying it whole. */
import type { Db, Document, MongoClient, ObjectId } from 'mongodb';
import type {
  ActionDocument,
  Keyed,
  NetDocument,
  PgnDocument,
  UserDocument,
  WorkerDocument,
} from '../../model/documents.js';
import type { SiteRecord } from '../../model/site-record.js';
import type { ExportReader, StoreCounts } from '../port.js';
import { decode, decodeDocument } from './bson-values.js';
import { PgnReads } from './pgn-records.js';
import { allSiteRecords, SITE_RECORDS } from './site-records.js';

export class MongodbExportReader implements ExportReader {
  readonly #client: MongoClient;
  readonly #db: Db;

  /** Owns `client` from here on. */
  constructor(client: MongoClient, db: Db) {
    this.#client = client;
    this.#db = db;
  }

  async *runIds(): AsyncGenerator<string> {
    const runs = this.#db.collection<{ _id: ObjectId }>('runs').find({}, { projection: { _id: 1 } });
    const ids = (await runs.toArray()).map(({ _id }) => _id.toHexString());
    yield* ids.sort();
  }

  async *pgnRunIds(): AsyncGenerator<string> {
    let last = '';
    for await (const name of this.#pgnNames()) {
      const runId = name.slice(0, name.lastIndexOf('-'));
      if (runId !== last) yield runId;
      last = runId;
    }
  }

  pgns(runId: string): AsyncGenerator<Keyed<PgnDocument>> {
    return new PgnReads(this.#db).keyed(runId);
  }

  async *actionsSince(time: number): AsyncGenerator<ActionDocument> {
    const actions = this.#db
      .collection('actions')
      // What has another type is at no time, and not before it either.
      .find({ $nor: [{ time: { $lt: time } }] })
      .sort({ time: 1, _id: 1 });
    for await (const action of actions) yield decodeDocument<ActionDocument>(action);
  }

  users(): AsyncGenerator<Keyed<UserDocument>> {
    return this.#all('users');
  }

  workers(): AsyncGenerator<Keyed<WorkerDocument>> {
    return this.#all('workers');
  }

  nets(): AsyncGenerator<Keyed<NetDocument>> {
    return this.#all('nns');
  }

  async *keyValues(): AsyncGenerator<{ key: string; value: unknown }> {
    for await (const { _id, value } of this.#db
      .collection<{ _id: string; value: unknown }>('kvstore')
      .find()) {
      yield { key: _id, value: decode('', value) };
    }
  }

  async *contributors(): AsyncGenerator<{ username: string; cpuHours: number }> {
    for await (const entry of this.#all<{ username: string; cpu_hours?: number }>('user_cache')) {
      yield { username: entry.username, cpuHours: entry.cpu_hours ?? 0 };
    }
  }

  siteRecords(): AsyncGenerator<SiteRecord> {
    return allSiteRecords(this.#db);
  }

  async counts(): Promise<StoreCounts> {
    const count = (collection: string) => this.#db.collection(collection).countDocuments();
    let pgns = 0;
    for await (const _ of this.#pgnNames()) pgns++;
    return {
      runs: await count('runs'),
      actions: await count('actions'),
      pgns,
      users: await count('users'),
      workers: await count('workers'),
      nets: await count('nns'),
      keyValues: await count('kvstore'),
      contributors: await count('user_cache'),
      workerKeys: await this.#db.collection(SITE_RECORDS).countDocuments({ kind: 'workerKey' }),
    };
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** Each once, in ascending order. */
  async *#pgnNames(): AsyncGenerator<string> {
    const names = this.#db
      .collection<{ run_id: string }>('pgns')
      .find({}, { projection: { _id: 0, run_id: 1 } })
      .sort({ run_id: 1 });
    let last: string | undefined;
    for await (const { run_id: name } of names) {
      if (name !== last) yield name;
      last = name;
    }
  }

  async *#all<T>(collection: string): AsyncGenerator<T> {
    for await (const document of this.#db.collection<Document>(collection).find()) {
      yield decodeDocument<T>(document);
    }
  }
}
