/** Turns STORE_URL into a store. */
import type { Store } from './port.js';
import { SqliteStore } from './sqlite/sqlite-store.js';
import { StoreError } from './store-error.js';

const SUPPORTED = 'supported now is sqlite:<directory>, for example sqlite:./data';

/**
 * Nothing is opened or created before openWriter or openReader is called.
 * @param url `sqlite:<directory>`; a relative directory starts at the working directory
 * @throws StoreError `url` for another scheme or without a directory
 */
export function openStore(url: string): Store {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'sqlite') {
    // Both sqlite:/var/lib/shoal and sqlite:///var/lib/shoal name the same place.
    const directory = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
    if (directory === '' || directory.startsWith('//')) {
      throw new StoreError('url', `The store URL "${url}" names no directory: ${SUPPORTED}.`);
    }
    return new SqliteStore(directory);
  }
  if (scheme === 'mongodb' || scheme === 'mongodb+srv') {
    // The URL may hold a password, so only its scheme is repeated.
    throw new StoreError('url', `A store of kind ${scheme}:// comes in a later version: ${SUPPORTED}.`);
  }
  const given = scheme === undefined ? 'has no scheme' : `has the unknown scheme "${scheme}"`;
  throw new StoreError('url', `The store URL ${given}: ${SUPPORTED}.`);
}
