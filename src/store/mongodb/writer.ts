/** The one writer of a primary: a group is checked whole, turned into writes, logged, and done. */
import { BSON, type Db, type MongoClient } from 'mongodb';
import type { WriteGroup, Writer } from '../port.js';
import { StoreError } from '../store-error.js';
import { appendAction } from './action-log.js';
import type { GroupOperation } from './batch-operations.js';
import { Checkpoints } from './checkpointer.js';
import { storeFailure } from './failure.js';
import type { GroupLog, PreparedGroup } from './intent-log.js';
import { checkPgn, writePgn } from './pgn-records.js';
import {
  addDownloads,
  replaceKeyValue,
  replaceNet,
  replaceUser,
  replaceWorker,
  setContributor,
} from './record-writes.js';
import type { UpdateLog } from './redo-log.js';
import { RunWrites } from './run-writes.js';
import type { Update } from './update.js';
import type { WriterLease } from './writer-lease.js';

export interface WriterParts {
  client: MongoClient;
  db: Db;
  /** Names the database in messages. */
  name: string;
  lease: WriterLease;
  groups: GroupLog;
  updates: UpdateLog;
  mostEmbeddedTasks: number;
  /** How long documents may lack what is logged, in milliseconds; 0: not once the group is committed. */
  delayMs: number;
}

/** A group on its way into the database; it stays the same however often it is tried. */
interface Pending {
  group: WriteGroup;
  /** What is written before the group counts as durable. */
  logged: PreparedGroup;
  updates: readonly Update[];
  /** Entries of the log of updates. */
  keys: readonly string[];
  /** Documents that are to be up to date at once. */
  urgent: readonly string[];
  /** True when no more than these documents is left to do. */
  isDurable: boolean;
}

export class MongodbWriter implements Writer {
  readonly #parts: WriterParts;
  readonly #runs: RunWrites;
  readonly #checkpoints: Checkpoints;
  /** The group that failed on its way into the database: it comes before any other. */
  #pending: Pending | undefined;
  #closed = false;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    const { db, lease, groups, updates, delayMs, mostEmbeddedTasks } = parts;
    this.#checkpoints = new Checkpoints({ db, lease, groups, log: updates, delayMs });
    this.#runs = new RunWrites(db, mostEmbeddedTasks, () => this.#checkpoints.write());
  }

  async commit(group: WriteGroup): Promise<void> {
    this.#assertOpen();
    const { db, name } = this.#parts;
    try {
      const before = this.#pending;
      if (before !== undefined) {
        await this.#do(before);
        if (before.group === group) return;
      }
      await this.#checkpoints.retry();
      const pending = await this.#prepare(group);
      for (const pgn of group.pgns) await writePgn(db, pgn);
      this.#pending = pending;
      await this.#do(pending);
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

  behindMs(): number {
    return this.#checkpoints.behindMs();
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
    const { client, lease, groups, name } = this.#parts;
    try {
      await this.#checkpoints.close();
      await groups.settle();
      await lease.release();
    } catch (error) {
      throw storeFailure(`Closing ${name}`, error);
    } finally {
      await client.close();
    }
  }

  /** What was logged but not written stays in the log for the next writer. */
  async #do(pending: Pending): Promise<void> {
    const { logged, updates, keys, urgent } = pending;
    if (!pending.isDurable) {
      await this.#parts.groups.commit(logged);
      this.#checkpoints.owe(updates, keys);
      pending.isDurable = true;
    }
    if (urgent.length > 0) await this.#checkpoints.write(urgent);
    this.#pending = undefined;
  }

  async #prepare(group: WriteGroup): Promise<Pending> {
    for (const pgn of group.pgns) checkPgn(pgn);
    const { groups, updates: log, delayMs } = this.#parts;
    const inserts: GroupOperation[] = [];
    const updates: Update[] = [];
    const urgent: string[] = [];
    for (const change of group.runs) {
      const run = await this.#runs.of(change);
      if (run.insert !== undefined) inserts.push(run.insert);
      updates.push(...run.updates);
      if (run.isUrgent || delayMs === 0) urgent.push(...run.updates.map(({ key }) => key));
    }
    try {
      const time = log.now(group.runs.flatMap(({ insert, live }) => (insert ?? live)?.last_updated ?? []));
      const entries = log.entries(updates, time);
      const logged = groups.prepare([...inserts, ...entries.operations, ...recordOperations(group)], time);
      return { group, logged, updates, keys: entries.keys, urgent, isDurable: false };
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
