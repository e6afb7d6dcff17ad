/**
 * fishtest's own database as a store: Python servers can read it while Shoal serves from it, and serve from it again when
 * Shoal is gone. What has no place in fishtest's schema is in collections of its own (`shoal…`).
 */
import type { Db, MongoClient } from 'mongodb';
import type { ExportReader, Reader, Store, StoreSource, Writer, WriterOptions } from '../port.js';
import { connect } from './connection.js';
import { DocumentStamp } from './document-stamp.js';
import { raiseBar, readAfterBar } from './epoch-fence.js';
import { MongodbExportReader } from './export-reader.js';
import { storeFailure } from './failure.js';
import { latestUpdate } from './foreign-writes.js';
import { ensureIndexes } from './indexes.js';
import { IntentLog } from './intent-log.js';
import { takeLease } from './lease-watch.js';
import { MongodbReader } from './reader.js';
import { RedoLog, redoUpdates } from './redo-log.js';
import { openSource } from './source.js';
import { MongodbUploader } from './uploader.js';
import { MongodbWriter } from './writer.js';

export interface MongodbOptions {
  /** Most connections of one reader or writer. */
  connections: number;
  /** Tasks in a run's document, further ones lie beside it; as many as fit into it when not given. */
  mostEmbeddedTasks?: number;
  /** How long a run's document may lack what is committed, in milliseconds; 0: not at all. */
  delayMs?: number;
  /** How long a server is looked for; undefined leaves it to the URL and the driver's settings. */
  selectionMs?: number | undefined;
}

/** As fresh as a page needs it that another server shows. */
const DELAY_MS = 1_000;

export class MongodbStore implements Store {
  readonly #url: string;
  readonly #options: Required<Omit<MongodbOptions, 'selectionMs'>> & MongodbOptions;

  constructor(url: string, options: MongodbOptions) {
    this.#url = url;
    this.#options = { mostEmbeddedTasks: Number.POSITIVE_INFINITY, delayMs: DELAY_MS, ...options };
    // Says at once what is wrong with the URL; nothing is opened.
    connect(url, { connections: 1 });
  }

  /** @throws StoreError `in-use`, `away`, or `closed` when a wait was ended */
  async openWriter(options: WriterOptions = {}): Promise<Writer> {
    const { client, db, name } = connect(this.#url, this.#options);
    const { standby, isShared = false } = options;
    try {
      const { lease, left } = await takeLease(db, { ...options, name });
      try {
        // Before anything is read: what a former holder still writes is acknowledged by nobody from here on.
        await raiseBar(db, lease.epoch);
        standby?.onTaken?.(lease.epoch);
        await ensureIndexes(db);
        const batches = new IntentLog(db, lease);
        const stamp = new DocumentStamp(db, lease, isShared);
        if (left.group?.done === false) await batches.redo(left.group);
        await stamp.begin();
        await redoUpdates({ db, epoch: lease.epoch, stamp }, left);
        const updates = new RedoLog(db, lease.epoch, await latestUpdate(db));
        await lease.startUpdates(updates.id);
        const { mostEmbeddedTasks, delayMs } = this.#options;
        return new MongodbWriter({
          client,
          db,
          name,
          lease,
          batches,
          updates,
          stamp,
          mostEmbeddedTasks,
          delayMs,
        });
      } catch (error) {
        await lease.release().catch(() => {});
        throw error;
      }
    } catch (error) {
      await client.close();
      throw storeFailure(`Opening ${name}`, error);
    }
  }

  /** @throws StoreError `away` */
  openUploader(): Promise<Writer> {
    return this.#open((client, db, name) => new MongodbUploader(client, db, name));
  }

  /** @throws StoreError `away` */
  openReader(epoch?: number): Promise<Reader> {
    return this.#open(async (client, db) => {
      if (epoch !== undefined) await readAfterBar(db, epoch);
      return new MongodbReader(client, db);
    });
  }

  /** @throws StoreError `away` */
  openExportReader(): Promise<ExportReader> {
    return this.#open((client, db) => new MongodbExportReader(client, db));
  }

  /** @throws StoreError `away`, `in-use` or `unclean` */
  openSource(): Promise<StoreSource> {
    return this.#open(openSource);
  }

  async #open<T>(make: (client: MongoClient, db: Db, name: string) => T | Promise<T>): Promise<T> {
    const { client, db, name } = connect(this.#url, this.#options);
    try {
      await db.command({ ping: 1 });
      return await make(client, db, name);
    } catch (error) {
      await client.close();
      throw storeFailure(`Opening ${name}`, error);
    }
  }
}
