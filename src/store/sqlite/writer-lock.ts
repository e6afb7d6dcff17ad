/**
 * Keeps a second writer out of a directory. The hold is an exclusive lock of SQLite on an empty side file: the operating
 * system drops it with the process, so a killed writer leaves nothing to clean. The pid file beside it only gives a name
 * to the holder, and may be stale.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { StoreError } from '../store-error.js';
import { isBusy } from './failure.js';
import { makePrivate } from './private-files.js';
import { isProcessAlive } from './process-alive.js';

const LOCK_FILE = 'writer.lock';
const PID_FILE = 'writer.pid';

export class WriterLock {
  readonly #db: DatabaseSyncInstance;
  /** Undefined for a shared hold, which leaves the file alone. */
  readonly #pidFile: string | undefined;

  private constructor(db: DatabaseSyncInstance, pidFile?: string) {
    this.#db = db;
    this.#pidFile = pidFile;
  }

  /** @throws StoreError `in-use` when another writer, in this process or another, holds the directory */
  static take(directory: string): WriterLock {
    const lock = WriterLock.tryTake(directory);
    if (lock === undefined) throw inUse(directory);
    return lock;
  }

  /** Who has the directory, in words. */
  static holder(directory: string): string {
    return holder(join(directory, PID_FILE));
  }

  /** Undefined when another writer, in this process or another, holds the directory. */
  static tryTake(directory: string): WriterLock | undefined {
    const pidFile = join(directory, PID_FILE);
    makePrivate(join(directory, LOCK_FILE));
    const db = new DatabaseSync(join(directory, LOCK_FILE), { timeout: 0 });
    try {
      // A journal in memory: the lock's transaction never writes, and must leave no file behind when killed.
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
    } catch (error) {
      db.close();
      if (!isBusy(error)) throw error;
      return undefined;
    }
    return new WriterLock(db, pidFile);
  }

  /**
   * Keeps writers out for as long as something is read, and writes nothing; undefined where no writer ever was.
   * @throws StoreError `in-use` when a writer holds the directory
   */
  static share(directory: string): WriterLock | undefined {
    const file = join(directory, LOCK_FILE);
    if (!existsSync(file)) return undefined;
    const db = new DatabaseSync(file, { timeout: 0, readOnly: true });
    try {
      // A read transaction holds the file's shared lock, which an exclusive one waits for.
      db.exec('BEGIN');
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
      return new WriterLock(db);
    } catch (error) {
      db.close();
      if (!isBusy(error)) throw error;
      throw inUse(directory);
    }
  }

  release(): void {
    // Before the lock goes, or the next holder's name would be removed.
    if (this.#pidFile !== undefined) rmSync(this.#pidFile, { force: true });
    this.#db.exec('ROLLBACK');
    this.#db.close();
  }
}

function inUse(directory: string): StoreError {
  const name = holder(join(directory, PID_FILE));
  const advice = name.startsWith('the process') ? '; end it first' : '';
  return new StoreError('in-use', `${directory} is in use by ${name}${advice}: one writer at a time.`);
}

function holder(pidFile: string): string {
  const pid = readPid(pidFile);
  if (pid === process.pid) return `another writer of this process (pid ${pid})`;
  if (pid === undefined || !isProcessAlive(pid)) return 'another process';
  return `the process with pid ${pid}`;
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
