/** Says what an SQLite failure means to whoever runs the server. */
import { StoreError } from '../store-error.js';

/** Primary result codes (the low byte of an extended code), https://sqlite.org/rescode.html */
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

const MEANINGS = new Map<number, string>([
  [BUSY, 'another program holds a lock on the database for too long: end it and try again'],
  [READONLY, 'the file system is read-only or the file may not be written: check mount and permissions'],
  [IOERR, 'the file system refused to read or write: check the disk, its quota and the kernel log'],
  [CORRUPT, 'the database file is damaged: restore a backup'],
  [FULL, 'the disk is full: free space and try again'],
  [CANTOPEN, 'the file cannot be opened: check that the directory exists and its permissions'],
  [NOTADB, 'the file is no SQLite database: name another directory or restore a backup'],
]);

function resultCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}

/**
 * @param doing what failed, with its input, as "Committing a batch to /var/lib/shoal/shoal.db"
 * @returns the error itself if it is a StoreError already; `disk` when the file system is to blame, else `batch`
 */
export function storeFailure(doing: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const code = resultCode(error);
  const meaning = code === undefined ? undefined : MEANINGS.get(code);
  const detail = error instanceof Error ? error.message : String(error);
  // Node's own file errors (EACCES, EROFS, ENOSPC, ENOENT) are the operator's to put right, as SQLite's are.
  if (error instanceof Error && 'syscall' in error) {
    return new StoreError('disk', `${doing} failed: ${detail}.`, { cause: error });
  }
  if (meaning !== undefined) {
    return new StoreError('disk', `${doing} failed: ${meaning} (${detail}).`, { cause: error });
  }
  return new StoreError('batch', `${doing} failed: ${detail}.`, { cause: error });
}
