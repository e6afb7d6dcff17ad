/**
 * Puts a backup in the place of the database. A copy over the file alone would be wrong: a log that an ended writer has left
 * beside it would be applied to a database that it does not belong to.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { StoreError } from '../store-error.js';
import { connectReader } from './connection.js';
import { storeFailure } from './failure.js';
import { schemaVersion } from './migrations.js';
import { makePrivate } from './private-files.js';
import { DATABASE_FILE } from './store.js';
import { WriterLock } from './writer-lock.js';

const COPY_BYTES = 4 * 1024 * 1024;

export interface Restored {
  /** The database that is in use from now on. */
  readonly file: string;
  readonly bytes: number;
  /** Where the database is that was there before, its log beside it. */
  readonly replaced?: string;
}

/**
 * @param now milliseconds since the epoch; names what is replaced
 * @throws StoreError `in-use` while a server has the directory, `missing` or `version` when the file is no whole backup
 */
export function restoreBackup(backup: string, directory: string, now: number): Restored {
  const file = join(resolve(directory), DATABASE_FILE);
  let lock: WriterLock | undefined;
  try {
    checkBackup(backup, file);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    lock = WriterLock.take(dirname(file));
    const fresh = `${file}.restoring`;
    rmSync(fresh, { force: true });
    makePrivate(fresh);
    copyBytes(backup, fresh);
    const replaced = setAside(file, now);
    renameSync(fresh, file);
    sync(dirname(file));
    return { file, bytes: statSync(file).size, ...(replaced !== undefined && { replaced }) };
  } catch (error) {
    throw storeFailure(`Restoring ${backup} as ${file}`, error);
  } finally {
    lock?.release();
  }
}

function checkBackup(backup: string, file: string): void {
  if (!existsSync(backup)) throw new StoreError('missing', `There is no file ${backup}.`);
  if (resolve(backup) === file)
    throw new StoreError('exists', `${backup} is the database itself, no backup of it.`);
  if ((statSync(`${backup}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw new StoreError(
      'version',
      `${backup} has a log beside it, so it is a database in use and no backup: name a file that "shoal backup" made.`,
    );
  }
  const url = pathToFileURL(resolve(backup));
  url.searchParams.set('immutable', '1');
  let db: DatabaseSyncInstance | undefined;
  let problem: string | undefined;
  try {
    db = connectReader(url);
    if (schemaVersion(db) === 0) problem = 'it holds no store';
    const { quick_check: check } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (check !== 'ok') problem = check;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    problem = error instanceof Error ? error.message : String(error);
  } finally {
    db?.close();
  }
  if (problem !== undefined)
    throw new StoreError('version', `${backup} is no whole backup of a store: ${problem}.`);
}

/** The log goes with its database, under the name by which SQLite finds it. */
function setAside(file: string, now: number): string | undefined {
  rmSync(`${file}-shm`, { force: true });
  const name = `${file}.replaced-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${name}-wal`);
  if (!existsSync(file)) return undefined;
  renameSync(file, name);
  return name;
}

/** Into a file that is there: a copy by the system would give it the mode of the other, which anybody may be able to read. */
function copyBytes(from: string, to: string): void {
  const [source, target] = [openSync(from, 'r'), openSync(to, 'r+')];
  try {
    const buffer = Buffer.alloc(COPY_BYTES);
    for (let length = readSync(source, buffer); length > 0; length = readSync(source, buffer)) {
      for (let done = 0; done < length; ) done += writeSync(target, buffer, done, length - done);
    }
    fsyncSync(target);
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

/** A file's bytes, or a directory's names, are on the disk when it returns. */
function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
