/** The one writer: a batch is one transaction. */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { WriteBatch, Writer } from '../port.js';
import { StoreError } from '../store-error.js';
import { ActionWrites } from './action-log.js';
import { backupDatabase } from './backup.js';
import { CheckpointHandle } from './checkpoint-handle.js';
import { raiseEpoch } from './epoch.js';
import { storeFailure } from './failure.js';
import { GitHubAnswerWrites } from './github-answers.js';
import { PgnWrites } from './pgn-records.js';
import { RecordWrites } from './record-writes.js';
import { RunWrites } from './run-writes.js';
import { SiteRecordWrites } from './site-records.js';
import type { StandbyFiles } from './standby-files.js';
import type { WriterLock } from './writer-lock.js';

export class SqliteWriter implements Writer {
  readonly epoch: number;
  readonly #db: DatabaseSyncInstance;
  readonly #file: string;
  readonly #lock: WriterLock;
  readonly #files: StandbyFiles;
  readonly #runs: RunWrites;
  readonly #actions: ActionWrites;
  readonly #pgns: PgnWrites;
  readonly #records: RecordWrites;
  readonly #siteRecords: SiteRecordWrites;
  readonly #gitHubAnswers: GitHubAnswerWrites;
  readonly #checkpoints: CheckpointHandle;
  readonly #backups = new Set<Promise<void>>();
  #closed = false;

  /** Owns `db` and `lock` from here on. */
  constructor(db: DatabaseSyncInstance, file: string, lock: WriterLock, files: StandbyFiles) {
    this.#db = db;
    this.#file = file;
    this.#lock = lock;
    this.#files = files;
    this.epoch = raiseEpoch(db);
    this.#runs = new RunWrites(db);
    this.#actions = new ActionWrites(db);
    this.#pgns = new PgnWrites(db);
    this.#records = new RecordWrites(db);
    this.#siteRecords = new SiteRecordWrites(db);
    this.#gitHubAnswers = new GitHubAnswerWrites(db);
    this.#checkpoints = new CheckpointHandle(db, file);
  }

  async commit(batch: WriteBatch): Promise<void> {
    this.#assertOpen();
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      this.#write(batch);
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      throw storeFailure(`Committing a batch to ${this.#file}`, error);
    }
    this.#checkpoints.committed();
  }

  async standbys(): Promise<string[]> {
    return this.#files.standbys();
  }

  leave(withinMs: number): Promise<boolean> {
    return this.#files.leave(withinMs);
  }

  async countDownload(name: string, times = 1): Promise<boolean> {
    this.#assertOpen();
    try {
      return this.#records.countDownload(name, times);
    } catch (error) {
      throw storeFailure(`Counting a download of ${name} in ${this.#file}`, error);
    }
  }

  async backup(file: string): Promise<void> {
    this.#assertOpen();
    const copy = backupDatabase(this.#file, file);
    this.#backups.add(copy);
    try {
      await copy;
    } catch (error) {
      throw storeFailure(`Backing up ${this.#file} to ${file}`, error);
    } finally {
      this.#backups.delete(copy);
    }
  }

  /** Waits for running backups; a second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled([...this.#backups, this.#checkpoints.end()]);
    try {
      this.#db.exec('PRAGMA busy_timeout = 1000; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // What was committed is safe in the log; only the shorter log is missed.
      throw storeFailure(`Closing ${this.#file}`, error);
    } finally {
      this.#db.close();
      this.#lock.release();
    }
  }

  #write(batch: WriteBatch): void {
    for (const run of batch.runs) this.#runs.write(run);
    for (const action of batch.actions) this.#actions.append(action);
    for (const pgn of batch.pgns) this.#pgns.write(pgn);
    for (const user of batch.users) this.#records.user(user);
    for (const worker of batch.workers) this.#records.worker(worker);
    for (const net of batch.nets) this.#records.net(net);
    for (const name of batch.removedNets ?? []) this.#records.removeNet(name);
    for (const test of batch.netTests ?? []) this.#records.netTest(test);
    for (const net of batch.masterNets ?? []) this.#records.masterNet(net);
    for (const { key, value } of batch.keyValues) this.#records.keyValue(key, value);
    for (const { username, cpuHours } of batch.contributors ?? []) {
      this.#records.contributor(username, cpuHours);
    }
    for (const write of batch.contributorEntries ?? []) this.#records.contributorEntry(write);
    for (const username of batch.removedUsers ?? []) this.#records.removeUser(username);
    for (const user of batch.newUsers ?? []) this.#records.newUser(user);
    for (const change of batch.userChanges ?? []) this.#records.changeUser(change);
    for (const write of batch.siteRecords ?? []) this.#siteRecords.apply(write);
    for (const write of batch.gitHubAnswers ?? []) this.#gitHubAnswers.apply(write);
  }

  #rollBack(): void {
    this.#runs.forget();
    // SQLite has rolled back by itself after some disk errors.
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreError('closed', `The writer of ${this.#file} is closed.`);
  }
}
