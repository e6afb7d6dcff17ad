/** Turns STORE_URL into a store. */

import { LARGEST_PGN } from './mongodb/pgn-records.js';
import { MongodbStore } from './mongodb/store.js';
import type { Store } from './port.js';
import { SqliteStore } from './sqlite/store.js';
import { StoreError } from './store-error.js';

const SUPPORTED =
  'supported are sqlite:<directory>, for example sqlite:./data, and mongodb://<host>[:<port>][/<database>]';
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
  const directory = sqliteDirectory(url);
  if (directory !== undefined) {
    if (directory === '' || directory.startsWith('//')) {
      throw new StoreError('url', `The store URL "${url}" names no directory: ${SUPPORTED}.`);
    }
    return new SqliteStore(directory);
  }
  const scheme = schemeOf(url);
  if (scheme === 'mongodb' || scheme === 'mongodb+srv') return new MongodbStore(url, { connections });
  const given = scheme === undefined ? 'has no scheme' : `has the unknown scheme "${scheme}"`;
  throw new StoreError('url', `The store URL ${given}: ${SUPPORTED}.`);
}

/** Bytes of the longest PGN that the store can hold. */
export function longestPgn(url: string): number {
  return sqliteDirectory(url) === undefined ? LARGEST_PGN : Number.POSITIVE_INFINITY;
}

/** The directory of an embedded store, or undefined for another kind of store. */
export function sqliteDirectory(url: string): string | undefined {
  if (schemeOf(url) !== 'sqlite') return undefined;
  // Both sqlite:/var/lib/shoal and sqlite:///var/lib/shoal name the same place.
  return url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
}

function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
}
