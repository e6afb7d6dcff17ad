/**
 * Keeps a second writer out of a directory. The hold is an exclusive lock of SQLite on an empty side file: the operating
 * system drops it with the process, so a killed writer leaves nothing to clean. The pid file beside it only gives a name
 * to the holder, and may be stale.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { StoreError } from '../store-error.js';
import { isBusy } from './failure.js';

const LOCK_FILE = 'writer.lock';
const PID_FILE = 'writer.pid';

export class WriterLock {
  readonly #db: DatabaseSyncInstance;
  readonly #pidFile: string;

  private constructor(db: DatabaseSyncInstance, pidFile: string) {
    this.#db = db;
    this.#pidFile = pidFile;
  }

  /** @throws StoreError `in-use` when another writer, in this process or another, holds the directory */
  static take(directory: string): WriterLock {
    const pidFile = join(directory, PID_FILE);
    const db = new DatabaseSync(join(directory, LOCK_FILE), { timeout: 0 });
    try {
      // A journal in memory: the lock's transaction never writes, and must leave no file behind when killed.
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
    } catch (error) {
      db.close();
      if (!isBusy(error)) throw error;
      throw new StoreError('in-use', `${directory} is in use by ${holder(pidFile)}: one writer at a time.`);
    }
    return new WriterLock(db, pidFile);
  }

  release(): void {
    // Before the lock goes, or the next holder's name would be removed.
    rmSync(this.#pidFile, { force: true });
    this.#db.exec('ROLLBACK');
    this.#db.close();
  }
}

function holder(pidFile: string): string {
  const pid = readPid(pidFile);
  if (pid === process.pid) return `another writer of this process (pid ${pid})`;
  if (pid === undefined || !isAlive(pid)) return 'another process';
  return `the process with pid ${pid}; end it first`;
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
