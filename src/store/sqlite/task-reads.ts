/** Reads tasks back in pages, so that neither memory nor the log's checkpoint waits for a run of any size. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { BadTaskDocument, Pentanomial, Results, TaskDocument } from '../../model/documents.js';
import type { LoadedTask, WorkerDescriptions } from '../port.js';
import { WorkerInfoReads } from './interned-workers.js';
import { fromJson } from './json-text.js';

/** Rows of one page: about 2 ms of work between two turns of the event loop. */
const PAGE = 1_000;

type Count = number | null;
/** One task in the order of COLUMNS. */
type TaskRow = [
  taskId: number,
  num_games: number,
  start: number,
  active: number,
  bad: number,
  last_updated: number,
  wins: Count,
  losses: Count,
  draws: Count,
  crashes: Count,
  time_losses: Count,
  p0: Count,
  p1: Count,
  p2: Count,
  p3: Count,
  p4: Count,
  info: number,
  nps: Count,
  spsa_iter: Count,
  spsa_flips: Uint8Array | null,
  extra: string | null,
];
const COLUMNS = `tasks.task_id, num_games, start, active, bad, tasks.last_updated, wins, losses, draws, crashes,
  time_losses, p0, p1, p2, p3, p4, info, nps, spsa_iter, spsa_flips, extra`;

export class TaskReads {
  readonly #page: StatementSyncInstance;
  readonly #one: StatementSyncInstance;
  readonly #bad: StatementSyncInstance;
  readonly #activeWorkers: StatementSyncInstance;
  readonly #workers: WorkerInfoReads;

  constructor(db: DatabaseSyncInstance) {
    const inRun = 'run = (SELECT run FROM runs WHERE run_id = ?)';
    const arrays = { returnArrays: true };
    this.#page = db.prepare(
      `SELECT ${COLUMNS} FROM tasks WHERE ${inRun} AND task_id > ? ORDER BY task_id LIMIT ${PAGE}`,
      arrays,
    );
    this.#one = db.prepare(`SELECT ${COLUMNS} FROM tasks WHERE ${inRun} AND task_id = ?`, arrays);
    this.#bad = db.prepare(`SELECT doc FROM bad_tasks WHERE ${inRun} ORDER BY id`);
    this.#activeWorkers = db.prepare(`SELECT DISTINCT info FROM tasks WHERE ${inRun} AND active = 1`, arrays);
    this.#workers = new WorkerInfoReads(db);
  }

  /** Each page is a snapshot of its own. */
  async *all(runId: string): AsyncGenerator<TaskDocument> {
    for (let last = -1; ; ) {
      const rows = this.#page.all(runId, last) as TaskRow[];
      for (const row of rows) yield this.#document(row);
      if (rows.length < PAGE) return;
      last = rows[rows.length - 1]![0];
    }
  }

  /** As `all`, but that a worker's description is told once. */
  async *pages(runId: string, workers: WorkerDescriptions): AsyncGenerator<LoadedTask[]> {
    for (let last = -1; ; ) {
      const rows = this.#page.all(runId, last) as TaskRow[];
      this.#workers.describe(infosOf(rows), workers);
      yield rows.map(loadedTask);
      if (rows.length < PAGE) return;
      last = rows[rows.length - 1]![0];
    }
  }

  async *activeWorkers(runId: string, workers: WorkerDescriptions): AsyncGenerator<number[]> {
    const infos = (this.#activeWorkers.all(runId) as unknown as [number][]).map(([info]) => info);
    for (let i = 0; i < infos.length; i += PAGE) {
      const page = infos.slice(i, i + PAGE);
      this.#workers.describe(page, workers);
      yield page;
    }
  }

  one(runId: string, taskId: number): TaskDocument | undefined {
    const row = this.#one.get(runId, taskId) as TaskRow | undefined;
    return row && this.#document(row);
  }

  some(runId: string, taskIds: readonly number[]): Map<number, TaskDocument> {
    const found = new Map<number, TaskDocument>();
    for (const taskId of taskIds) {
      const task = this.one(runId, taskId);
      if (task !== undefined) found.set(taskId, task);
    }
    return found;
  }

  bad(runId: string): BadTaskDocument[] {
    const rows = this.#bad.all(runId) as { doc: string }[];
    return rows.map((row) => fromJson(row.doc) as BadTaskDocument);
  }

  #document(row: TaskRow): TaskDocument {
    return { ...counted(row), worker_info: this.#workers.read(row[16], row[17]) };
  }
}

function* infosOf(rows: readonly TaskRow[]): Generator<number> {
  for (const row of rows) yield row[16];
}

function loadedTask(row: TaskRow): LoadedTask {
  return { task: counted(row), worker: row[16], nps: row[17] ?? 0 };
}

/** All but the worker's description. */
function counted(row: TaskRow): Omit<TaskDocument, 'worker_info'> {
  const [, num_games, start, active, bad, last_updated] = row;
  const [iter, flips, extra] = [row[18], row[19], row[20]];
  const task: Omit<TaskDocument, 'worker_info'> = {
    num_games,
    active: active === 1,
    last_updated,
    start,
    stats: results(row),
  };
  if (bad === 1) task.bad = true;
  if (iter !== null && flips !== null) task.spsa_params = { iter, packed_flips: flips };
  return extra === null ? task : { ...(fromJson(extra) as object), ...task };
}

function results(row: TaskRow): Results {
  const stats = {
    wins: row[6],
    losses: row[7],
    draws: row[8],
    crashes: row[9],
    time_losses: row[10],
  } as Results;
  if (row[11] !== null) stats.pentanomial = [row[11], row[12], row[13], row[14], row[15]] as Pentanomial;
  // Old documents may lack these two (docs/spec/data-model.md §2.7): what is missing stays missing.
  if (row[9] === null) Reflect.deleteProperty(stats, 'crashes');
  if (row[10] === null) Reflect.deleteProperty(stats, 'time_losses');
  return stats;
}
