/** The one writer of a primary: a batch is checked whole, turned into writes, logged, and applied. */
import { BSON, type Db, type MongoClient } from 'mongodb';
import type { WriteBatch, Writer } from '../port.js';
import { StoreError } from '../store-error.js';
import { appendAction } from './action-log.js';
import type { BatchOperation } from './batch-operations.js';
import { Checkpointer } from './checkpointer.js';
import type { DocumentStamp } from './document-stamp.js';
import { storeFailure } from './failure.js';
import { writeGitHubAnswer } from './github-answers.js';
import { guardRecords } from './guarded-records.js';
import type { IntentLog, PreparedBatch } from './intent-log.js';
import { checkPgn, writePgn } from './pgn-records.js';
import {
  addDownloads,
  changeUser,
  insertUser,
  markMasterNet,
  removeNet,
  removeUser,
  replaceKeyValue,
  replaceNet,
  replaceUser,
  replaceWorker,
  setContributor,
  setNetTest,
  writeContributor,
} from './record-writes.js';
import type { RedoLog } from './redo-log.js';
import { RunWrites } from './run-writes.js';
import { writeSiteRecord } from './site-records.js';
import { awaitHeir, StandbyWatch } from './standby-notes.js';
import type { Update } from './update.js';
import type { WriterLease } from './writer-lease.js';

export interface WriterParts {
  client: MongoClient;
  db: Db;
  /** Names the database in messages. */
  name: string;
  lease: WriterLease;
  batches: IntentLog;
  updates: RedoLog;
  stamp: DocumentStamp;
  mostEmbeddedTasks: number;
  /** How long documents may lack what is logged, in milliseconds; 0: not once the batch is committed. */
  delayMs: number;
}

/** A batch on its way into the database; it stays the same however often it is tried, but for the guards of its records. */
interface Pending {
  batch: WriteBatch;
  /** What is written before the batch counts as durable. */
  logged: PreparedBatch;
  /** The same, with guards as of now. */
  prepare: () => Promise<PreparedBatch>;
  updates: readonly Update[];
  /** Entries of the redo log. */
  keys: readonly string[];
  /** Documents that are to be up to date at once. */
  urgent: readonly string[];
  /** True when no more than these documents is left to do. */
  isDurable: boolean;
}

/** A record may be changed by a secondary between its read and its write now and then, but not always. */
const MOST_TRIES = 5;

export class MongodbWriter implements Writer {
  readonly #parts: WriterParts;
  readonly #runs: RunWrites;
  readonly #checkpoints: Checkpointer;
  readonly #standbys: StandbyWatch;
  /** The batch that failed on its way into the database: it comes before any other. */
  #pending: Pending | undefined;
  #closed = false;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    const { db, lease, batches, updates, stamp, delayMs, mostEmbeddedTasks } = parts;
    this.#checkpoints = new Checkpointer({ db, stamp, lease, batches, log: updates, delayMs });
    this.#standbys = new StandbyWatch(db);
    this.#runs = new RunWrites(db, mostEmbeddedTasks, () => this.#checkpoints.write());
  }

  async commit(batch: WriteBatch): Promise<void> {
    this.#assertOpen();
    const { db, name } = this.#parts;
    try {
      const before = this.#pending;
      if (before !== undefined) {
        await this.#do(before);
        if (before.batch === batch) return;
      }
      await this.#checkpoints.retry();
      const pending = await this.#prepare(batch);
      for (const pgn of batch.pgns) await writePgn(db, pgn);
      this.#pending = pending;
      await this.#do(pending);
    } catch (error) {
      if (this.#pending === undefined) this.#runs.forget();
      throw storeFailure(`Committing a batch to ${name}`, error);
    }
  }

  get epoch(): number {
    return this.#parts.lease.epoch;
  }

  standbys(): Promise<string[]> {
    return this.#standbys.standbys();
  }

  async leave(withinMs: number): Promise<boolean> {
    const { db, lease } = this.#parts;
    if ((await this.standbys()).length === 0) return false;
    await lease.announceLeave();
    return await awaitHeir(db, lease.holder, withinMs);
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

  changeMs(): number {
    return this.#checkpoints.memberMs;
  }

  async backup(): Promise<void> {
    throw new StoreError(
      'unsupported',
      `${this.#parts.name} is a MongoDB: back it up with mongodump, or copy it with "shoal migrate".`,
    );
  }

  /** A second call does nothing. What there is no time for stays in the log; the lease is free for the next writer all the same. */
  async close(withinMs = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { client, lease, batches, stamp, name } = this.#parts;
    try {
      try {
        await this.#checkpoints.close(withinMs);
        if (stamp.isOn) await stamp.end();
      } finally {
        await batches.settle();
        await lease.release();
      }
    } catch (error) {
      throw storeFailure(`Closing ${name}`, error);
    } finally {
      await client.close();
    }
  }

  /** What was logged but not written stays in the log for the next writer. */
  async #do(pending: Pending): Promise<void> {
    const { updates, keys, urgent } = pending;
    if (!pending.isDurable) {
      for (let tries = 1; !(await this.#parts.batches.commit(pending.logged)); tries++) {
        if (tries === MOST_TRIES) throw new StoreError('server', 'records change while they are written');
        pending.logged = await pending.prepare();
      }
      this.#checkpoints.defer(updates, keys);
      pending.isDurable = true;
    }
    if (urgent.length > 0) await this.#checkpoints.write(urgent);
    this.#pending = undefined;
  }

  async #prepare(batch: WriteBatch): Promise<Pending> {
    for (const pgn of batch.pgns) checkPgn(pgn);
    const { db, batches, updates: log, delayMs } = this.#parts;
    const inserts: BatchOperation[] = [];
    const updates: Update[] = [];
    const urgent: string[] = [];
    for (const change of batch.runs) {
      const run = await this.#runs.of(change);
      if (run.insert !== undefined) inserts.push(run.insert);
      updates.push(...run.updates);
      if (run.isUrgent || delayMs === 0) urgent.push(...run.updates.map(({ key }) => key));
    }
    try {
      const time = log.now(batch.runs.flatMap(({ insert, live }) => (insert ?? live)?.last_updated ?? []));
      const entries = log.entries(updates, time);
      const records = [...inserts, ...recordOperations(batch)];
      // Entries come last: the fence goes with them in one request.
      const prepare = async () => {
        const guarded = await guardRecords(db, records);
        return batches.prepare([...guarded, ...answerOperations(batch), ...entries.operations], time);
      };
      return {
        batch,
        logged: await prepare(),
        prepare,
        updates,
        keys: entries.keys,
        urgent,
        isDurable: false,
      };
    } catch (error) {
      if (error instanceof TypeError || error instanceof BSON.BSONError) {
        throw new StoreError('batch', error.message, { cause: error });
      }
      throw error;
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreError('closed', `The writer of ${this.#parts.name} is closed.`);
  }
}

/** What GitHub answered needs no guard: it is true whoever writes it, and however late. */
export function answerOperations({ gitHubAnswers = [] }: WriteBatch): BatchOperation[] {
  return gitHubAnswers.map(writeGitHubAnswer);
}

/** What a batch changes beside runs, PGNs and what GitHub answered. */
export function recordOperations(batch: WriteBatch): BatchOperation[] {
  return [
    ...batch.actions.map(appendAction),
    ...batch.users.map(replaceUser),
    ...batch.workers.map(replaceWorker),
    ...batch.nets.map(replaceNet),
    ...(batch.removedNets ?? []).map(removeNet),
    ...(batch.netTests ?? []).flatMap(setNetTest),
    ...(batch.masterNets ?? []).map(markMasterNet),
    ...batch.keyValues.map(({ key, value }) => replaceKeyValue(key, value)),
    ...(batch.contributors ?? []).map(({ username, cpuHours }) => setContributor(username, cpuHours)),
    ...(batch.contributorEntries ?? []).map(writeContributor),
    ...(batch.removedUsers ?? []).map(removeUser),
    ...(batch.newUsers ?? []).map(insertUser),
    ...(batch.userChanges ?? []).map(changeUser),
    ...(batch.siteRecords ?? []).flatMap(writeSiteRecord),
  ];
}
