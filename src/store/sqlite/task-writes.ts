/** Writes tasks and bad tasks: an update touches the task's own small row and nothing else. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { BadTaskDocument, Results } from '../../model/documents.js';
import type { TaskWrite } from '../port.js';
import { StoreError } from '../store-error.js';
import { WorkerInfoWrites } from './interned-workers.js';
import { toJson } from './json-text.js';

const ALWAYS = [
  'num_games',
  'start',
  'active',
  'bad',
  'last_updated',
  'wins',
  'losses',
  'draws',
  'crashes',
  'time_losses',
  'p0',
  'p1',
  'p2',
  'p3',
  'p4',
] as const;
const AT_INSERT = [...ALWAYS, 'info', 'nps', 'spsa_iter', 'spsa_flips', 'extra'];

type Column = number | string | Uint8Array | null;

/** Old results may lack any member but wins, losses and draws: a missing one is stored as NULL. */
function resultColumns(stats: Results): Column[] {
  const pentanomial: readonly number[] = stats.pentanomial ?? [];
  return [
    stats.wins ?? null,
    stats.losses ?? null,
    stats.draws ?? null,
    stats.crashes ?? null,
    stats.time_losses ?? null,
    pentanomial[0] ?? null,
    pentanomial[1] ?? null,
    pentanomial[2] ?? null,
    pentanomial[3] ?? null,
    pentanomial[4] ?? null,
  ];
}

export class TaskWrites {
  readonly #insert: StatementSyncInstance;
  readonly #update: StatementSyncInstance;
  readonly #setWorker: StatementSyncInstance;
  readonly #setSpsa: StatementSyncInstance;
  readonly #setExtra: StatementSyncInstance;
  readonly #insertBad: StatementSyncInstance;
  readonly #workers: WorkerInfoWrites;

  constructor(db: DatabaseSyncInstance) {
    const own = 'WHERE run = ? AND task_id = ?';
    // A new task replaces the row it finds, so that a batch tried twice ends as once.
    this.#insert = db.prepare(
      `INSERT OR REPLACE INTO tasks (run, task_id, ${AT_INSERT.join(', ')})
       VALUES (?, ?, ${AT_INSERT.map(() => '?').join(', ')})`,
    );
    this.#update = db.prepare(`UPDATE tasks SET ${ALWAYS.map((name) => `${name} = ?`).join(', ')} ${own}`);
    this.#setWorker = db.prepare(`UPDATE tasks SET info = ?, nps = ? ${own}`);
    this.#setSpsa = db.prepare(`UPDATE tasks SET spsa_iter = ?, spsa_flips = ? ${own}`);
    this.#setExtra = db.prepare(`UPDATE tasks SET extra = ? ${own}`);
    this.#insertBad = db.prepare('INSERT INTO bad_tasks (run, doc) VALUES (?, ?)');
    this.#workers = new WorkerInfoWrites(db);
  }

  /**
   * @param run row number of the run
   * @throws StoreError `batch` when a new task has no worker_info, or a changed task is not in the store
   */
  write(run: number, task: TaskWrite): void {
    const { taskId, worker_info, spsa_params, extra } = task;
    const always: Column[] = [
      task.num_games,
      task.start,
      task.active ? 1 : 0,
      task.bad ? 1 : 0,
      task.last_updated,
      ...resultColumns(task.stats),
    ];
    const nps = worker_info?.nps ?? null;
    if (task.isNew) {
      if (worker_info === undefined) throw new StoreError('batch', `new task ${taskId} has no worker_info`);
      const info = this.#workers.intern(worker_info);
      const spsa = [spsa_params?.iter ?? null, spsa_params?.packed_flips ?? null];
      const more = extra === undefined ? null : toJson(extra);
      this.#insert.run(run, taskId, ...always, info, nps, ...spsa, more);
      return;
    }
    if (this.#update.run(...always, run, taskId).changes !== 1) {
      throw new StoreError('batch', `task ${taskId} changed, but the store does not have it`);
    }
    if (worker_info !== undefined) this.#setWorker.run(this.#workers.intern(worker_info), nps, run, taskId);
    if (spsa_params !== undefined) {
      this.#setSpsa.run(spsa_params?.iter ?? null, spsa_params?.packed_flips ?? null, run, taskId);
    }
    if (extra !== undefined) this.#setExtra.run(toJson(extra), run, taskId);
  }

  appendBad(run: number, task: BadTaskDocument): void {
    this.#insertBad.run(run, toJson(task));
  }

  /** After a rollback. */
  forget(): void {
    this.#workers.forget();
  }
}
