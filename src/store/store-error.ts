/** The one error class of the store, so that callers can tell an operator's problem from a bug. */

/**
 * - `url`: STORE_URL names nothing this version can open.
 * - `in-use`: another writer holds the store.
 * - `missing`: a reader was opened before any writer made the store.
 * - `unclean`: the last writer left changes in its log that are to be replayed first.
 * - `version`: the store was made by a newer program, or is no store at all.
 * - `exists`: a backup would overwrite a file.
 * - `away`: the database does not answer; the same batch may be tried again, and may have been stored.
 * - `unsupported`: this kind of store cannot do it.
 * - `server`: the database server refused for a reason of its own (no permission, no room, overloaded); the batch may be tried again.
 * - `disk`: the file system refused (full, read-only, no permission, I/O error).
 * - `closed`: used after close().
 * - `batch`: a member of a write batch cannot be stored; nothing of the batch was.
 */
export type StoreErrorCode =
  | 'url'
  | 'in-use'
  | 'missing'
  | 'unclean'
  | 'version'
  | 'exists'
  | 'away'
  | 'unsupported'
  | 'server'
  | 'disk'
  | 'closed'
  | 'batch';

export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
