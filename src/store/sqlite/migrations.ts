/** Brings a database file to the version this program knows, one numbered step at a time. */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { StoreError } from '../store-error.js';
import { SCHEMA_1 } from './schema-1.js';
import { SCHEMA_2 } from './schema-2.js';
import { SCHEMA_3 } from './schema-3.js';
import { SCHEMA_4 } from './schema-4.js';
import { SCHEMA_5 } from './schema-5.js';
import { SCHEMA_6 } from './schema-6.js';
import { SCHEMA_7 } from './schema-7.js';
import { SCHEMA_8 } from './schema-8.js';
import { SCHEMA_9 } from './schema-9.js';
import { SCHEMA_10 } from './schema-10.js';
import { registerSearchWords } from './search-words.js';

/** SQL of version n at index n - 1. */
export const MIGRATIONS: readonly string[] = [
  SCHEMA_1,
  SCHEMA_2,
  SCHEMA_3,
  SCHEMA_4,
  SCHEMA_5,
  SCHEMA_6,
  SCHEMA_7,
  SCHEMA_8,
  SCHEMA_9,
  SCHEMA_10,
];

/** "SHOA" in ASCII; tells our file from another program's SQLite database. */
const APPLICATION_ID = 0x53484f41;

function pragmaNumber(db: DatabaseSyncInstance, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get() as Record<string, number>;
  return row[name]!;
}

function isEmpty(db: DatabaseSyncInstance): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

/**
 * The version of an open database file, 0 when it is new.
 * @throws StoreError `version` when the file is another program's or newer than `migrations`
 */
export function schemaVersion(db: DatabaseSyncInstance, migrations: readonly string[] = MIGRATIONS): number {
  const version = pragmaNumber(db, 'user_version');
  if (pragmaNumber(db, 'application_id') !== APPLICATION_ID && !isEmpty(db)) {
    throw new StoreError(
      'version',
      `${db.location()} is an SQLite database of another program: name another directory.`,
    );
  }
  if (version > migrations.length) {
    throw new StoreError(
      'version',
      `${db.location()} has schema version ${version}, this program knows up to ${migrations.length}: run the newer program, or restore a backup made before it.`,
    );
  }
  return version;
}

/**
 * Applies the missing versions, each in a transaction of its own: an interruption leaves a whole version.
 * @returns the version found before
 * @throws StoreError `version` as schemaVersion
 */
export function migrate(db: DatabaseSyncInstance, migrations: readonly string[] = MIGRATIONS): number {
  const found = schemaVersion(db, migrations);
  registerSearchWords(db);
  for (let version = found + 1; version <= migrations.length; version++) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(migrations[version - 1]!);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}`);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
  return found;
}
