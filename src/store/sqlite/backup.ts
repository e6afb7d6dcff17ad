/** An online copy of the database file. */
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup } from '@photostructure/sqlite';
import { StoreError } from '../store-error.js';
import { connectReader } from './connection.js';

/** 4 MiB a step, done by a thread of libuv. */
const PAGES_A_STEP = 1_024;

/**
 * Copies what is committed at the start. The copy reads an own snapshot, so commits go on beside it at their usual cost; the log
 * only cannot shrink until the copy ends. The file appears under its name when it is whole.
 * @throws StoreError `exists` when `target` exists; the error of the file system when it cannot be written
 */
export async function backupDatabase(source: string, target: string): Promise<void> {
  const taken = new StoreError('exists', `${target} exists and is not overwritten: name a new file.`);
  if (existsSync(target)) throw taken;
  const partial = `${target}.partial`;
  const db = connectReader(source);
  try {
    // Passwords and addresses are in it.
    writeFileSync(partial, '', { mode: 0o600, flag: 'wx' });
  } catch (error) {
    db.close();
    throw isExists(error)
      ? new StoreError('exists', `${partial} is left of another backup: wait for it, or remove the file.`)
      : cannotWrite(target, error);
  }
  try {
    // The open read transaction pins the snapshot; without it every commit would start the copy anew.
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    await backup(db, partial, { rate: PAGES_A_STEP });
    linkSync(partial, target);
  } catch (error) {
    throw isExists(error) ? taken : error;
  } finally {
    // Ended here, since a closed connection lives on until its statements are collected.
    if (db.isTransaction) db.exec('ROLLBACK');
    db.close();
    rmSync(partial, { force: true });
  }
}

/** What is wrong with the place of a backup: whoever named it can name another. */
function cannotWrite(file: string, error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  const directory = dirname(file);
  const whys: Readonly<Record<string, string>> = {
    ENOENT: existsSync(directory)
      ? `${directory} takes no new file`
      : `there is no directory ${directory}: make it first`,
    ENOTDIR: `${directory} leads through a file`,
    EACCES: `the server's user may not write in ${directory}`,
    EROFS: `${directory} is on a file system that is read-only`,
    ENAMETOOLONG: 'the name is too long',
    ERR_INVALID_ARG_VALUE: 'the name holds a zero byte',
  };
  const why = whys[code];
  if (why === undefined) return error;
  return new StoreError(
    'disk',
    `No backup was made, since ${JSON.stringify(file)} cannot be written: ${why} (${code}).`,
    {
      cause: error,
    },
  );
}

function isExists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
