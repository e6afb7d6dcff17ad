/** Writes runs: the long head once, then only the small row of what lives. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { BoundedCache } from '../../memory/bounded-cache.js';
import type { RunDocument, SpsaHistoryPoint } from '../../model/documents.js';
import type { RunHead, RunLive, RunWrite } from '../port.js';
import { StoreError } from '../store-error.js';
import { toJson } from './json-text.js';
import { packDoubles, packHistoryEntry } from './spsa-history.js';
import { TaskWrites } from './task-writes.js';

/** Run ids whose row number the writer remembers. */
const MOST_KNOWN = 20_000;

export class RunWrites {
  readonly #find: StatementSyncInstance;
  readonly #insertRun: StatementSyncInstance;
  readonly #insertHead: StatementSyncInstance;
  readonly #setLive: StatementSyncInstance;
  readonly #setFlags: StatementSyncInstance;
  readonly #setSpsa: StatementSyncInstance;
  readonly #appendHistory: StatementSyncInstance;
  readonly #tasks: TaskWrites;
  readonly #rows = new BoundedCache<string, number>(MOST_KNOWN);

  constructor(db: DatabaseSyncInstance) {
    this.#find = db.prepare('SELECT run FROM runs WHERE run_id = ?');
    this.#insertRun = db.prepare(
      `INSERT INTO runs (run_id, username, tc_base, last_updated, finished, deleted, is_green, is_yellow)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertHead = db.prepare('INSERT INTO run_heads (run, doc) VALUES (?, ?)');
    this.#setLive = db.prepare('UPDATE runs SET last_updated = ?, live = ? WHERE run = ?');
    // Apart, and only on a change: naming a column makes SQLite rewrite every index that depends on it.
    this.#setFlags = db.prepare(
      `UPDATE runs SET finished = ?, deleted = ?, is_green = ?, is_yellow = ?
       WHERE run = ? AND (finished, deleted, is_green, is_yellow) <> (?, ?, ?, ?)`,
    );
    this.#setSpsa = db.prepare('INSERT OR REPLACE INTO run_spsa (run, iter, theta) VALUES (?, ?, ?)');
    this.#appendHistory = db.prepare('INSERT INTO spsa_history (run, entry) VALUES (?, ?)');
    this.#tasks = new TaskWrites(db);
  }

  /** @throws StoreError `batch` that names the run when a part of it cannot be stored; the caller rolls back */
  write(change: RunWrite): void {
    try {
      const run = change.insert ? this.#insert(change.runId, change.insert) : this.#rowOf(change.runId);
      if (change.live) this.#writeLive(run, change.live);
      if (change.spsa) this.#setSpsa.run(run, change.spsa.iter, packDoubles(change.spsa.theta));
      for (const task of change.tasks) this.#tasks.write(run, task);
      for (const task of change.badTasks) this.#tasks.appendBad(run, task);
      this.#writeHistory(run, change.spsaHistory);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      throw new StoreError(error.code, `run ${change.runId}: ${error.message}`, { cause: error });
    }
  }

  /** After a rollback: rows made since are gone. */
  forget(): void {
    this.#rows.clear();
    this.#tasks.forget();
  }

  #rowOf(runId: string): number {
    const known = this.#rows.get(runId);
    if (known !== undefined) return known;
    const row = this.#find.get(runId) as { run: number } | undefined;
    if (row === undefined) throw new StoreError('batch', 'it changed, but the store does not have it');
    this.#rows.set(runId, row.run);
    return row.run;
  }

  #insert(runId: string, head: RunHead): number {
    if (head._id !== runId) throw new StoreError('batch', `its head carries the id ${head._id}`);
    if (this.#find.get(runId) !== undefined) throw new StoreError('batch', 'the store has it already');
    const { doc, history } = splitHead(head);
    const { lastInsertRowid } = this.#insertRun.run(
      runId,
      head.args.username ?? null,
      head.tc_base ?? null,
      head.last_updated ?? null,
      ...flagColumns(head),
    );
    const run = Number(lastInsertRowid);
    this.#insertHead.run(run, toJson(doc));
    this.#writeHistory(run, history);
    this.#rows.set(runId, run);
    return run;
  }

  #writeLive(run: number, live: RunLive): void {
    const flags = flagColumns(live);
    this.#setLive.run(live.last_updated ?? null, toJson(live), run);
    this.#setFlags.run(...flags, run, ...flags);
  }

  #writeHistory(run: number, entries: readonly SpsaHistoryPoint[][]): void {
    for (const entry of entries) this.#appendHistory.run(run, packHistoryEntry(entry));
  }
}

/** finished, deleted, is_green, is_yellow: what the lists of runs select by. */
function flagColumns(run: RunHead | RunLive): number[] {
  return [run.finished, run.deleted, run.is_green, run.is_yellow].map((flag) => (flag ? 1 : 0));
}

/** The head without the lists that have records of their own, should the caller's document still hold them. */
function splitHead(head: RunHead): { doc: object; history: SpsaHistoryPoint[][] } {
  const { tasks: _, bad_tasks: __, ...doc } = head as Partial<RunDocument> & RunHead;
  const { spsa } = head.args;
  if (!spsa?.param_history) return { doc, history: [] };
  // An empty list stays behind: whether a tune has a history at all is part of its document.
  const args = { ...head.args, spsa: { ...spsa, param_history: [] } };
  return { doc: { ...doc, args }, history: spsa.param_history };
}
