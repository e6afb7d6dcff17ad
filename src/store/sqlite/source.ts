/**
 * A store that is copied: read while no writer can come, and not written. A clean one is opened as a file that nobody changes, so
 * that not even SQLite's side files appear; one of a killed writer has a log that must be read, for which SQLite needs its index.
 */
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { StoreSource } from '../port.js';
import { connectReader } from './connection.js';
import { SqliteExportReader } from './export-reader.js';
import { SqliteReader } from './reader.js';
import { WriterLock } from './writer-lock.js';

/**
 * @param check of a connection, whether its schema is this program's
 * @throws StoreError `in-use` when a writer has the directory
 */
export function openSource(
  directory: string,
  file: string,
  check: (db: DatabaseSyncInstance) => void,
): StoreSource {
  const lock = WriterLock.share(directory);
  const opened: DatabaseSyncInstance[] = [];
  const close = async (): Promise<void> => {
    for (const db of opened) if (db.isOpen) db.close();
    lock?.release();
  };
  const open = (): DatabaseSyncInstance => {
    const db = connectReader(hasLog(file) ? file : unchanging(file));
    opened.push(db);
    check(db);
    return db;
  };
  try {
    const [reader, exportReader] = [new SqliteReader(open()), new SqliteExportReader(open())];
    return { reader, exportReader, assertUnchanged: async () => {}, close };
  } catch (error) {
    void close();
    throw error;
  }
}

function hasLog(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function unchanging(file: string): URL {
  const url = pathToFileURL(file);
  url.searchParams.set('immutable', '1');
  return url;
}
