/** An empty embedded store in a temporary directory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/open-store.js';
import type { StorePlace } from './store-place.js';

export interface SqlitePlace extends StorePlace {
  /** The directory of the store; made by its first writer. */
  readonly directory: string;
  /** The database file in it. */
  readonly file: string;
}

export async function sqlitePlace(): Promise<SqlitePlace> {
  const parent = await mkdtemp(join(tmpdir(), 'shoal-store-'));
  const directory = join(parent, 'data');
  const url = `sqlite:${directory}`;
  return {
    url,
    directory,
    file: join(directory, 'shoal.db'),
    store: openStore(url),
    remove: () => rm(parent, { recursive: true }),
  };
}
