/** Opens connections to the database file with the settings every writer and reader needs. */
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { MOST_LOG_PAGES } from './checkpoint-handle.js';

/** How long a statement waits for a lock that another program (a shell, a backup tool) holds. */
const BUSY_TIMEOUT_MS = 5_000;
/** The log file is cut back to this size after a burst. */
const LOG_BYTES_KEPT = 64 * 1024 * 1024;
const WRITER_CACHE_KIB = 64 * 1024;
const READER_CACHE_KIB = 16 * 1024;

const COMMON = { enableForeignKeyConstraints: false, timeout: BUSY_TIMEOUT_MS } as const;

/** The read-write connection. A commit on it returns when the log is on the disk. */
export function connectWriter(file: string): DatabaseSyncInstance {
  const db = new DatabaseSync(file, COMMON);
  try {
    db.exec(`
      PRAGMA page_size = 4096;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${MOST_LOG_PAGES};
      PRAGMA journal_size_limit = ${LOG_BYTES_KEPT};
      PRAGMA cache_size = -${WRITER_CACHE_KIB};
      PRAGMA temp_store = MEMORY;
    `);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A connection that can never write. */
export function connectReader(file: string | URL): DatabaseSyncInstance {
  const db = new DatabaseSync(file, { ...COMMON, readOnly: true });
  try {
    db.exec(`PRAGMA cache_size = -${READER_CACHE_KIB}; PRAGMA temp_store = MEMORY;`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
