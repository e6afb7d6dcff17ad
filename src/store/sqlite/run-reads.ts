/** Reads runs: the head as inserted, with what lives laid over it. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { Sprt, SpsaHistoryPoint } from '../../model/documents.js';
import type { RunHead, RunLive } from '../port.js';
import type { FinishedRunsQuery } from '../queries.js';
import { fromJson } from './json-text.js';
import { unpackDoubles, unpackHistoryEntry } from './spsa-history.js';

interface RunRow {
  doc: string;
  live: string | null;
  iter: number | null;
  theta: Uint8Array | null;
}

const RUN = `SELECT doc, live, iter, theta FROM runs JOIN run_heads USING (run) LEFT JOIN run_spsa USING (run)`;

export class RunReads {
  readonly #db: DatabaseSyncInstance;
  readonly #byId: StatementSyncInstance;
  readonly #byRow: StatementSyncInstance;
  readonly #listedByRow: StatementSyncInstance;
  readonly #unfinished: StatementSyncInstance;
  readonly #after: StatementSyncInstance;
  readonly #history: StatementSyncInstance;
  /** One statement for each combination of filters, made at first use. */
  readonly #finished = new Map<string, StatementSyncInstance>();

  constructor(db: DatabaseSyncInstance) {
    this.#db = db;
    this.#byId = db.prepare(`${RUN} WHERE run_id = ?`);
    this.#byRow = db.prepare(`${RUN} WHERE run = ? AND finished = 0`);
    this.#listedByRow = db.prepare(`${RUN} WHERE run = ?`);
    this.#unfinished = db.prepare(
      'SELECT run FROM runs INDEXED BY runs_unfinished WHERE finished = 0 ORDER BY last_updated DESC, run DESC',
    );
    this.#after = db.prepare(`${RUN} WHERE run_id > ? ORDER BY run_id LIMIT ?`);
    this.#history = db.prepare(
      'SELECT entry FROM spsa_history WHERE run = (SELECT run FROM runs WHERE run_id = ?) ORDER BY id',
    );
  }

  one(runId: string): RunHead | undefined {
    const row = this.#byId.get(runId) as RunRow | undefined;
    return row && assemble(row);
  }

  /** The run of a row number. */
  at(run: number): RunHead | undefined {
    const row = this.#listedByRow.get(run) as RunRow | undefined;
    return row && assemble(row);
  }

  /** The list is settled at the start; a run that finishes meanwhile is left out. */
  async *unfinished(): AsyncGenerator<RunHead> {
    for (const { run } of this.#unfinished.all() as { run: number }[]) {
      const row = this.#byRow.get(run) as RunRow | undefined;
      if (row !== undefined) yield assemble(row);
    }
  }

  finished(query: FinishedRunsQuery): RunHead[] {
    // The constants are spelled as in the partial indexes, or SQLite would not use them.
    const conditions = ['finished = 1', 'deleted = 0'];
    if (query.successOnly) conditions.push('is_green = 1');
    if (query.yellowOnly) conditions.push('is_yellow = 1');
    if (query.ltcOnly) conditions.push('tc_base >= 40');
    const values: (string | number)[] = [];
    if (query.username !== undefined) {
      conditions.push('username = ?');
      values.push(query.username);
    }
    if (query.since !== undefined) {
      conditions.push('last_updated >= ?');
      values.push(query.since);
    }
    const where = conditions.join(' AND ');
    let statement = this.#finished.get(where);
    if (statement === undefined) {
      // Numbers alone, along the index: what comes before the page costs no look at a row.
      statement = this.#db.prepare(
        `SELECT run FROM runs WHERE ${where} ORDER BY last_updated DESC, run DESC LIMIT ? OFFSET ?`,
      );
      this.#finished.set(where, statement);
    }
    const rows = statement.all(...values, query.limit, query.skip) as { run: number }[];
    return rows.map(({ run }) => this.at(run)).filter((head) => head !== undefined);
  }

  after(runId: string, limit: number): RunHead[] {
    return (this.#after.all(runId, limit) as RunRow[]).map(assemble);
  }

  spsaHistory(runId: string): SpsaHistoryPoint[][] {
    const rows = this.#history.all(runId) as { entry: Uint8Array | string }[];
    return rows.map((row) => unpackHistoryEntry(row.entry));
  }
}

function assemble(row: RunRow): RunHead {
  const head = fromJson(row.doc) as RunHead;
  if (row.live !== null) layLive(head, fromJson(row.live) as RunLive);
  const { spsa } = head.args;
  if (spsa && row.iter !== null && row.theta !== null) {
    spsa.iter = row.iter;
    const theta = unpackDoubles(row.theta);
    spsa.params.forEach((param, i) => {
      param.theta = theta[i] ?? param.theta;
    });
  }
  return head;
}

function layLive(head: RunHead, live: RunLive): void {
  const { args, ...rest } = live;
  const { sprt, ...settings } = args;
  Object.assign(head, rest);
  Object.assign(head.args, settings);
  if (sprt === undefined) return;
  const before: Partial<Sprt> = head.args.sprt ?? {};
  // These two come and go in a run's life; any other member that `live` lacks is one it does not know.
  delete before.overshoot;
  delete before.lost_samples;
  head.args.sprt = { ...before, ...sprt };
}
