/**
 * The embedded store: a directory that holds the database and the writer's lock.
 *
 * A thread with an open reader or writer must be asked to end, and waited for: Worker.terminate() or process.exit() while a
 * statement of another thread runs aborts the whole process inside the native driver. Ending or terminating a thread that is in no
 * statement is safe, closed or not. After an abort the store is as after a kill: all that was committed is there.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type {
  ExportReader,
  Reader,
  StandbyWait,
  Store,
  StoreSource,
  Writer,
  WriterOptions,
} from '../port.js';
import { StoreError } from '../store-error.js';
import { connectReader, connectWriter } from './connection.js';
import { SqliteExportReader } from './export-reader.js';
import { storeFailure } from './failure.js';
import { MIGRATIONS, migrate, schemaVersion } from './migrations.js';
import { makePrivate } from './private-files.js';
import { SqliteReader } from './reader.js';
import { openSource } from './source.js';
import { StandbyFiles } from './standby-files.js';
import { SqliteWriter } from './writer.js';
import { WriterLock } from './writer-lock.js';

export const DATABASE_FILE = 'shoal.db';
/** How often a standby tries to get the lock. */
const WATCH_MS = 50;
/** The heir knows that it is about to be free. */
const HEIR_MS = 5;

export class SqliteStore implements Store {
  readonly #directory: string;
  readonly #file: string;

  constructor(directory: string) {
    this.#directory = resolve(directory);
    this.#file = join(this.#directory, DATABASE_FILE);
  }

  /**
   * The lock is the operating system's: a process that hangs keeps it, one that ends loses it at once. So no lease grows old here.
   * @throws StoreError `in-use`, `version`, `disk`, or `closed` when a wait was ended
   */
  async openWriter({ standby }: WriterOptions = {}): Promise<Writer> {
    let lock: WriterLock | undefined;
    try {
      // Passwords and addresses of volunteers are in it.
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      lock =
        standby === undefined ? WriterLock.take(this.#directory) : await awaitLock(this.#directory, standby);
      makePrivate(this.#file);
      const db = connectWriter(this.#file);
      try {
        migrate(db);
        const files = new StandbyFiles(this.#directory);
        files.clear();
        const writer = new SqliteWriter(db, this.#file, lock, files);
        standby?.onTaken?.(writer.epoch);
        return writer;
      } catch (error) {
        db.close();
        throw error;
      }
    } catch (error) {
      lock?.release();
      throw storeFailure(`Opening ${this.#file}`, error);
    }
  }

  /** @throws StoreError `unsupported`: a file has one writer */
  async openUploader(): Promise<Writer> {
    throw new StoreError(
      'unsupported',
      `${this.#file} has one writer, the primary: a secondary needs a STORE_URL of MongoDB.`,
    );
  }

  /** @throws StoreError `missing`, `version` or `disk` */
  openReader(): Promise<Reader> {
    return this.#open((db) => new SqliteReader(db));
  }

  /** @throws StoreError `missing`, `version` or `disk` */
  openExportReader(): Promise<ExportReader> {
    return this.#open((db) => new SqliteExportReader(db));
  }

  /** @throws StoreError `missing`, `in-use`, `version` or `disk` */
  async openSource(): Promise<StoreSource> {
    if (!existsSync(this.#file)) throw this.#missing();
    try {
      return openSource(this.#directory, this.#file, (db) => this.#checkSchema(db));
    } catch (error) {
      throw storeFailure(`Opening ${this.#file}`, error);
    }
  }

  #missing(): StoreError {
    return new StoreError(
      'missing',
      `There is no store in ${this.#directory}: start the server once, it makes one.`,
    );
  }

  #checkSchema(db: DatabaseSyncInstance): void {
    const version = schemaVersion(db);
    if (version === 0) throw this.#missing();
    if (version < MIGRATIONS.length) {
      throw new StoreError(
        'version',
        `${this.#file} has schema version ${version}, this program needs ${MIGRATIONS.length}: start the server once, it migrates the store.`,
      );
    }
  }

  async #open<T>(make: (db: DatabaseSyncInstance) => T): Promise<T> {
    if (!existsSync(this.#file)) throw this.#missing();
    try {
      const db = connectReader(this.#file);
      try {
        this.#checkSchema(db);
        return make(db);
      } catch (error) {
        db.close();
        throw error;
      }
    } catch (error) {
      throw storeFailure(`Opening ${this.#file}`, error);
    }
  }
}

/** Tries until the lock is free. @throws StoreError `closed` when the wait was ended */
async function awaitLock(directory: string, standby: StandbyWait): Promise<WriterLock> {
  const { signal, onHolder, onLeaving } = standby;
  const files = new StandbyFiles(directory);
  files.wait();
  let told: string | undefined;
  try {
    while (!signal.aborted) {
      // The heir listens already: the others let it go first.
      const lock = files.hasOtherHeir() ? undefined : WriterLock.tryTake(directory);
      if (lock !== undefined) return lock;
      const holder = WriterLock.holder(directory);
      if (holder !== told) onHolder(holder);
      told = holder;
      if (onLeaving !== undefined && files.isLeaving() && !files.isHeir() && files.becomeHeir()) {
        await onLeaving();
        files.heirListens();
      }
      await sleep(files.isHeir() ? HEIR_MS : WATCH_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    files.end();
  }
  throw new StoreError('closed', `The wait for ${directory} was ended.`);
}
