/** Turns STORE_URL into a store. */
import { isMongodb, sqliteDirectory, storeUrlProblem } from '../config/store-url.js';
import { LARGEST_PGN } from './mongodb/pgn-records.js';
import { MongodbStore } from './mongodb/store.js';
import type { Store } from './port.js';
import { SqliteStore } from './sqlite/store.js';
import { StoreError } from './store-error.js';

/** For a reader or writer of which a process has few. */
const CONNECTIONS = 8;

export interface OpenOptions {
  /** Most connections of one reader or writer to a database server. */
  connections?: number;
}

/**
 * Nothing is opened or created before openWriter or openReader is called.
 * @param url `sqlite:<directory>`, where a relative directory starts at the working directory, or a MongoDB URL
 * @throws StoreError `url` for another scheme, without a directory, or when the driver cannot read it
 */
export function openStore(url: string, { connections = CONNECTIONS }: OpenOptions = {}): Store {
  const problem = storeUrlProblem(url);
  if (problem !== undefined) throw new StoreError('url', `The store URL ${problem}.`);
  return isMongodb(url) ? new MongodbStore(url, { connections }) : new SqliteStore(sqliteDirectory(url)!);
}

/** Bytes of the longest PGN that the store can hold. */
export function longestPgn(url: string): number {
  return isMongodb(url) ? LARGEST_PGN : Number.POSITIVE_INFINITY;
}
