/** Turns STORE_URL into a store. The adapter, and with it the driver, is loaded by the thread that needs it. */
import { isMongodb, sqliteDirectory, storeUrlProblem } from '../config/store-url.js';
import { LARGEST_PGN } from './mongodb/largest-pgn.js';
import type { ExportReader, Reader, Store, StoreSource, Writer, WriterOptions } from './port.js';
import { StoreError } from './store-error.js';

/** For a reader or writer of which a process has few. */
const CONNECTIONS = 8;

export interface OpenOptions {
  /** Most connections of one reader or writer to a database server. */
  connections?: number;
  /** How long a database server is looked for; as long as the URL or the driver's settings say when not given. */
  selectionMs?: number | undefined;
}

/**
 * Nothing is loaded, opened or created before a reader or writer is opened.
 * @param url `sqlite:<directory>`, where a relative directory starts at the working directory, or a MongoDB URL
 * @throws StoreError `url` for another scheme, or without a directory; what the driver cannot read fails when it is opened
 */
export function openStore(url: string, options: OpenOptions = {}): Store {
  return new LazyStore(adapterOf(url, options));
}

/** Says what the driver thinks of a URL, and opens nothing. @throws StoreError `url` */
export async function checkStoreUrl(url: string): Promise<void> {
  await adapterOf(url, {})();
}

/** Bytes of the longest PGN that the store can hold. */
export function longestPgn(url: string): number {
  return isMongodb(url) ? LARGEST_PGN : Number.POSITIVE_INFINITY;
}

/** MongoDB's driver costs a thread a quarter of a second of its start, SQLite's a tenth (native-notes/start.md). */
function adapterOf(
  url: string,
  { connections = CONNECTIONS, selectionMs }: OpenOptions,
): () => Promise<Store> {
  const problem = storeUrlProblem(url);
  if (problem !== undefined) throw new StoreError('url', `The store URL ${problem}.`);
  if (isMongodb(url)) {
    return async () =>
      new (await import('./mongodb/store.js')).MongodbStore(url, { connections, selectionMs });
  }
  return async () => new (await import('./sqlite/store.js')).SqliteStore(sqliteDirectory(url)!);
}

class LazyStore implements Store {
  readonly #adapter: () => Promise<Store>;

  constructor(adapter: () => Promise<Store>) {
    this.#adapter = adapter;
  }

  async openWriter(options?: WriterOptions): Promise<Writer> {
    return await (await this.#adapter()).openWriter(options);
  }

  async openUploader(): Promise<Writer> {
    return await (await this.#adapter()).openUploader();
  }

  async openReader(epoch?: number): Promise<Reader> {
    return await (await this.#adapter()).openReader(epoch);
  }

  async openExportReader(): Promise<ExportReader> {
    return await (await this.#adapter()).openExportReader();
  }

  async openSource(): Promise<StoreSource> {
    return await (await this.#adapter()).openSource();
  }
}
