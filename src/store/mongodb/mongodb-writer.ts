/** The one writer of a primary: a group is checked whole, turned into writes, logged, and done. */
import { BSON, type Db, type MongoClient } from 'mongodb';
import type { WriteGroup, Writer } from '../port.js';
import { StoreError } from '../store-error.js';
import { appendAction } from './action-log.js';
import type { GroupLog, Pending } from './group-log.js';
import type { GroupOperation } from './group-operations.js';
import { storeFailure } from './mongodb-failure.js';
import { checkPgn, writePgn } from './pgn-records.js';
import {
  addDownloads,
  replaceKeyValue,
  replaceNet,
  replaceUser,
  replaceWorker,
  setContributor,
} from './record-writes.js';
import { RunWrites } from './run-writes.js';
import type { WriterLease } from './writer-lease.js';

export interface WriterParts {
  client: MongoClient;
  db: Db;
  /** Names the database in messages. */
  name: string;
  lease: WriterLease;
  log: GroupLog;
  mostEmbeddedTasks: number;
}

export class MongodbWriter implements Writer {
  readonly #parts: WriterParts;
  readonly #runs: RunWrites;
  /** The group that failed on its way into the database: it comes before any other. */
  #pending: { group: WriteGroup; pending: Pending } | undefined;
  #closed = false;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#runs = new RunWrites(parts.db, parts.mostEmbeddedTasks);
  }

  async commit(group: WriteGroup): Promise<void> {
    this.#assertOpen();
    const { log, db, name } = this.#parts;
    try {
      const before = this.#pending;
      if (before !== undefined) {
        await log.commit(before.pending);
        this.#pending = undefined;
        if (before.group === group) return;
      }
      const pending = log.prepare(await this.#operations(group), isRepairable(group));
      for (const pgn of group.pgns) await writePgn(db, pgn);
      this.#pending = { group, pending };
      await log.commit(pending);
      this.#pending = undefined;
    } catch (error) {
      if (this.#pending === undefined) this.#runs.forget();
      throw storeFailure(`Committing a group to ${name}`, error);
    }
  }

  async countDownload(net: string, times = 1): Promise<boolean> {
    this.#assertOpen();
    const { db, name } = this.#parts;
    try {
      return await addDownloads(db, net, times);
    } catch (error) {
      throw storeFailure(`Counting a download of ${net} in ${name}`, error);
    }
  }

  async backup(): Promise<void> {
    throw new StoreError(
      'unsupported',
      `${this.#parts.name} is a MongoDB: back it up with mongodump, or copy it with "shoal migrate".`,
    );
  }

  /** A second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { client, lease, log, name } = this.#parts;
    try {
      await log.settle();
      await lease.release();
    } catch (error) {
      throw storeFailure(`Closing ${name}`, error);
    } finally {
      await client.close();
    }
  }

  async #operations(group: WriteGroup): Promise<GroupOperation[]> {
    for (const pgn of group.pgns) checkPgn(pgn);
    const operations: GroupOperation[] = [];
    for (const run of group.runs) operations.push(...(await this.#runs.operations(run)));
    // Neighbours of one collection go in one request. Tasks come before runs, whose sums can be made from them again.
    operations.sort((a, b) => (a.collection < b.collection ? 1 : a.collection > b.collection ? -1 : 0));
    try {
      return [...operations, ...recordOperations(group)];
    } catch (error) {
      if (error instanceof TypeError || error instanceof BSON.BSONError) {
        throw new StoreError('group', error.message, { cause: error });
      }
      throw error;
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreError('closed', `The writer of ${this.#parts.name} is closed.`);
  }
}

/** A run's tasks without its sums, or a part of them: recovery adds up the tasks, and nobody was told of the rest. */
function isRepairable({ runs, ...others }: WriteGroup): boolean {
  const [run] = runs;
  if (run === undefined || runs.length > 1) return false;
  if (Object.values(others).some((part: readonly unknown[]) => part.length > 0)) return false;
  return run.insert === undefined && run.badTasks.length === 0 && run.spsaHistory.length === 0;
}

function recordOperations(group: WriteGroup): GroupOperation[] {
  return [
    ...group.actions.map(appendAction),
    ...group.users.map(replaceUser),
    ...group.workers.map(replaceWorker),
    ...group.nets.map(replaceNet),
    ...group.keyValues.map(({ key, value }) => replaceKeyValue(key, value)),
    ...(group.contributors ?? []).map(({ username, cpuHours }) => setContributor(username, cpuHours)),
  ];
}
