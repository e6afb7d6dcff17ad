/** Everything a database file holds, for copying it whole. */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type {
  ActionDocument,
  Keyed,
  NetDocument,
  PgnDocument,
  UserDocument,
  WorkerDocument,
} from '../../model/documents.js';
import type { SiteRecord } from '../../model/site-record.js';
import type { ExportReader, StoreCounts } from '../port.js';
import { fromJson } from './json-text.js';
import { PgnReads } from './pgn-records.js';
import { allSiteRecords } from './site-records.js';

export class SqliteExportReader implements ExportReader {
  readonly #db: DatabaseSyncInstance;

  /** Owns `db` from here on. */
  constructor(db: DatabaseSyncInstance) {
    this.#db = db;
  }

  async *runIds(): AsyncGenerator<string> {
    for (const { run_id } of this.#all<{ run_id: string }>('SELECT run_id FROM runs ORDER BY run_id'))
      yield run_id;
  }

  async *pgnRunIds(): AsyncGenerator<string> {
    const rows = this.#all<{ run_id: string }>('SELECT DISTINCT run_id FROM pgns ORDER BY run_id');
    for (const { run_id } of rows) yield run_id;
  }

  pgns(runId: string): AsyncGenerator<Keyed<PgnDocument>> {
    return new PgnReads(this.#db).keyed(runId);
  }

  async *actionsSince(time: number): AsyncGenerator<ActionDocument> {
    const page = this.#db.prepare(
      'SELECT time, action_id, doc FROM actions WHERE (time, action_id) > (?, ?) ORDER BY time, action_id LIMIT 1000',
    );
    for (let last = { time, action_id: '' }; ; ) {
      const rows = page.all(last.time, last.action_id) as { time: number; action_id: string; doc: string }[];
      for (const { doc } of rows) yield fromJson(doc) as ActionDocument;
      if (rows.length === 0) return;
      last = rows.at(-1)!;
    }
  }

  async *users(): AsyncGenerator<Keyed<UserDocument>> {
    for (const row of this.#all<KeyedRow>('SELECT id, doc FROM users')) yield keyed<UserDocument>(row);
  }

  async *workers(): AsyncGenerator<Keyed<WorkerDocument>> {
    for (const row of this.#all<KeyedRow>('SELECT id, doc FROM workers')) yield keyed<WorkerDocument>(row);
  }

  async *nets(): AsyncGenerator<Keyed<NetDocument>> {
    const rows = this.#all<KeyedRow & { downloads: number }>('SELECT id, downloads, doc FROM nets');
    for (const { downloads, ...row } of rows) {
      const net = keyed<NetDocument>(row);
      // The column stands at 0 for what was no number.
      yield downloads > 0 || Number.isFinite(net.downloads) ? { ...net, downloads } : net;
    }
  }

  async *keyValues(): AsyncGenerator<{ key: string; value: unknown }> {
    for (const { key, value } of this.#all<{ key: string; value: string }>(
      'SELECT key, value FROM key_values',
    )) {
      yield { key, value: fromJson(value) };
    }
  }

  async *contributors(): AsyncGenerator<{ username: string; cpuHours: number }> {
    const rows = this.#all<{ username: string; cpu_hours: number }>(
      'SELECT username, cpu_hours FROM user_cache',
    );
    for (const { username, cpu_hours } of rows) yield { username, cpuHours: cpu_hours };
  }

  async *siteRecords(): AsyncGenerator<SiteRecord> {
    yield* allSiteRecords(this.#db);
  }

  async counts(): Promise<StoreCounts> {
    const count = (table: string) => this.#all<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]!.n;
    return {
      runs: count('runs'),
      actions: count('actions'),
      pgns: count('pgns'),
      users: count('users'),
      workers: count('workers'),
      nets: count('nets'),
      keyValues: count('key_values'),
      contributors: count('user_cache'),
      workerKeys: count("site_records WHERE kind = 'workerKey'"),
    };
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #all<T>(sql: string): T[] {
    return this.#db.prepare(sql).all() as T[];
  }
}

interface KeyedRow {
  id: string | null;
  doc: string;
}

function keyed<T>({ id, doc }: KeyedRow): Keyed<T> {
  return { ...(id === null ? {} : { _id: id }), ...(fromJson(doc) as T) };
}
