/** Game records, one for each task; a second upload replaces the first. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { Keyed, PgnDocument } from '../../model/documents.js';
import { StoreError } from '../store-error.js';

export class PgnWrites {
  readonly #insert: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#insert = db.prepare(
      `INSERT INTO pgns (run_id, task_id, size, pgn_zip, key) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET size = excluded.size, pgn_zip = excluded.pgn_zip, key = coalesce(excluded.key, key)`,
    );
  }

  /** @throws StoreError `batch` when run_id is not `<run id>-<task number>` */
  write(pgn: Keyed<PgnDocument>): void {
    const name = /^(.+)-(\d{1,15})$/.exec(pgn.run_id);
    if (name === null) {
      throw new StoreError('batch', `the PGN name "${pgn.run_id}" is not <run id>-<task number>`);
    }
    this.#insert.run(name[1], Number(name[2]), pgn.size, pgn.pgn_zip, pgn._id ?? null);
  }
}

interface PgnRow {
  task_id: number;
  size: number;
  pgn_zip: Uint8Array;
  key: string | null;
}

export class PgnReads {
  readonly #one: StatementSyncInstance;
  readonly #next: StatementSyncInstance;
  readonly #bytes: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    const columns = 'SELECT task_id, size, pgn_zip, key FROM pgns WHERE run_id = ?';
    this.#one = db.prepare(`${columns} AND task_id = ?`);
    this.#next = db.prepare(`${columns} AND task_id > ? ORDER BY task_id LIMIT 1`);
    this.#bytes = db.prepare('SELECT total(size) AS bytes FROM pgns WHERE run_id = ?');
  }

  one(runId: string, taskId: number): PgnDocument | undefined {
    const row = this.#one.get(runId, taskId) as PgnRow | undefined;
    return row && toDocument(runId, row);
  }

  bytes(runId: string): number {
    return (this.#bytes.get(runId) as { bytes: number }).bytes;
  }

  /** One at a time: a record may be megabytes. */
  async *all(runId: string): AsyncGenerator<PgnDocument> {
    for (const row of this.#rows(runId)) yield toDocument(runId, row);
  }

  async *keyed(runId: string): AsyncGenerator<Keyed<PgnDocument>> {
    for (const row of this.#rows(runId)) {
      yield { ...(row.key !== null && { _id: row.key }), ...toDocument(runId, row) };
    }
  }

  *#rows(runId: string): Generator<PgnRow> {
    for (let last = -1; ; ) {
      const row = this.#next.get(runId, last) as PgnRow | undefined;
      if (row === undefined) return;
      yield row;
      last = row.task_id;
    }
  }
}

function toDocument(runId: string, row: PgnRow): PgnDocument {
  return { run_id: `${runId}-${row.task_id}`, pgn_zip: row.pgn_zip, size: row.size };
}
