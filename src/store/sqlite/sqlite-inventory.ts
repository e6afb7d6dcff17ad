/** Everything a database file holds, for copying it whole. */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { ActionDocument, NetDocument, WorkerDocument } from '../../protocol/documents.js';
import type { Census, Inventory } from '../port.js';
import { fromJson } from './json-text.js';

export class SqliteInventory implements Inventory {
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

  async *workers(): AsyncGenerator<WorkerDocument> {
    for (const { doc } of this.#all<{ doc: string }>('SELECT doc FROM workers'))
      yield fromJson(doc) as WorkerDocument;
  }

  async *nets(): AsyncGenerator<NetDocument> {
    for (const { downloads, doc } of this.#all<{ downloads: number; doc: string }>(
      'SELECT downloads, doc FROM nets',
    )) {
      yield { ...(fromJson(doc) as NetDocument), downloads };
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

  async census(): Promise<Census> {
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
    };
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #all<T>(sql: string): T[] {
    return this.#db.prepare(sql).all() as T[];
  }
}
