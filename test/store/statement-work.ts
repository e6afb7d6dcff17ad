/**
 * What the statements of an SQLite reader do, statement by statement: how often they are run, rows that they give, and bytes
 * that they read. The reader's cache is switched off, so that each page of the file that is stepped over is read, and counted
 * where the kernel counts what a process reads.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { connectReader } from '../../src/store/sqlite/connection.js';
import { SqliteReader } from '../../src/store/sqlite/reader.js';

export interface Work {
  calls: number;
  /** Rows or documents that were given. */
  items: number;
  bytes: number;
}

/** By statement or command. */
export type WorkDone = Map<string, Work>;

export interface WatchedReader {
  readonly reader: SqliteReader;
  /** All that was done since the last time this was called. */
  take(): WorkDone;
}

const COUNTERS = '/proc/self/io';
const countsBytes = existsSync(COUNTERS);

export function watchedSqlite(file: string): WatchedReader {
  const db = connectReader(file);
  db.exec('PRAGMA cache_size = 0; PRAGMA mmap_size = 0');
  let work: WorkDone = new Map();
  const watched = new Proxy(db, {
    get(target, name) {
      if (name === 'prepare') {
        return (sql: string, options?: object) => watch(target.prepare(sql, options), sql, () => work);
      }
      return bound(target, name);
    },
  });
  return {
    reader: new SqliteReader(watched),
    take: () => {
      const done = work;
      work = new Map();
      return done;
    },
  };
}

function watch(statement: StatementSyncInstance, sql: string, work: () => WorkDone): StatementSyncInstance {
  return new Proxy(statement, {
    get(target, name) {
      if (name !== 'all' && name !== 'get') return bound(target, name);
      return (...values: never[]) => {
        const before = bytesRead();
        const found: unknown = target[name](...values);
        const bytes = bytesRead() - before;
        noteWork(
          work(),
          sql.replaceAll(/\s+/g, ' '),
          Array.isArray(found) && name === 'all' ? found.length : 1,
          bytes,
        );
        return found;
      };
    },
  });
}

export function noteWork(work: WorkDone, name: string, items: number, bytes: number): void {
  const known = work.get(name) ?? { calls: 0, items: 0, bytes: 0 };
  work.set(name, { calls: known.calls + 1, items: known.items + items, bytes: known.bytes + bytes });
}

function bytesRead(): number {
  return countsBytes ? Number(/^rchar: (\d+)/.exec(readFileSync(COUNTERS, 'latin1'))![1]) : 0;
}

/** Methods of native objects want the object itself. */
function bound<T extends DatabaseSyncInstance | StatementSyncInstance>(
  target: T,
  name: string | symbol,
): unknown {
  const member: unknown = Reflect.get(target, name, target);
  return typeof member === 'function' ? member.bind(target) : member;
}
