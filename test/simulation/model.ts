/**
 * The naive model of a farm: plain maps and objects, one thread, written from the specification (docs/spec/scheduling.md). Shares
 * the pure rules of arithmetic with Shoal, and nothing of its state, commit sequence or operations.
 */
import type {
  ActionKind,
  Results,
  RunArgs,
  TaskSpsaParams,
  TaskWorkerInfo,
} from '../../src/model/documents.js';
import { longWorkerName, runName } from '../../src/model/names.js';
import { crashOrTimeMessage } from '../../src/rules/crash-or-time.js';
import { computeFlags, isUndecided } from '../../src/rules/run-progress.js';
import { UndoLog } from './undo-log.js';

export interface ModelTask {
  num_games: number;
  active: boolean;
  bad: boolean;
  start: number;
  last_updated: number;
  stats: Results;
  worker_info: TaskWorkerInfo;
  spsa_params?: TaskSpsaParams;
}

export interface ModelBadTask {
  task_id: number;
  residual: number;
  residual_color: string;
  stats: Results;
}

export interface ModelRun {
  _id: string;
  args: RunArgs;
  approved: boolean;
  approver: string;
  finished: boolean;
  deleted: boolean;
  failed: boolean;
  failures: number;
  is_green: boolean;
  is_yellow: boolean;
  workers: number;
  cores: number;
  committed_games: number;
  total_games: number;
  results: Results;
  nps: number;
  games_per_minute: number;
  start_time: number;
  last_updated: number;
  tasks: ModelTask[];
  badTasks: ModelBadTask[];
}

/** Which runs a worker has got tasks of, and the last of them. */
export interface SeenRuns {
  last: string;
  runs: ReadonlySet<string>;
}

export interface TaskPlace {
  run: ModelRun;
  taskId: number;
}

export interface ModelUser {
  username: string;
  machineLimit: number;
  cpuHours: number | undefined;
}

export class Model {
  readonly undo = new UndoLog();
  readonly users: ReadonlyMap<string, ModelUser>;
  readonly runs = new Map<string, ModelRun>();
  readonly blocks = new Map<string, string>();
  /** Entries of the audit log that the store does not have yet, and where in the undo log they stand. */
  readonly actions: { position: number; text: string }[] = [];
  /** What survives a restart of `seen`. */
  storedSeen: ReadonlyMap<string, SeenRuns> = new Map();
  /** Lost at a restart, and rebuilt: the latest task of each worker, its runs, and active tasks by address. */
  readonly latest = new Map<string, TaskPlace>();
  seen = new Map<string, SeenRuns>();
  readonly connections = new Map<string, number>();

  constructor(users: readonly ModelUser[]) {
    this.users = new Map(users.map((user) => [user.username, user]));
  }

  unfinished(): ModelRun[] {
    return [...this.runs.values()].filter((run) => !run.finished);
  }

  log(now: number, action: ActionKind, fields: Record<string, unknown>): void {
    const { message } = fields;
    const cut = typeof message === 'string' ? { message: [...message].slice(0, 5120).join('') } : {};
    const text = actionText({ time: now / 1000, action, ...fields, ...cut });
    this.actions.push({ position: this.undo.position, text });
    this.undo.add(() => this.actions.pop());
  }

  connect(address: string, change: 1 | -1): void {
    const count = (this.connections.get(address) ?? 0) + change;
    if (count === 0) this.connections.delete(address);
    else this.connections.set(address, count);
  }

  /** §4.1 */
  deactivate(run: ModelRun, taskId: number, now: number): void {
    const task = run.tasks[taskId]!;
    if (!task.active) return;
    this.undo.keep(run);
    this.undo.keep(task);
    run.workers -= 1;
    run.cores -= task.worker_info.concurrency;
    run.committed_games += gamesOf(task.stats) - task.num_games;
    task.last_updated = now;
    delete task.spsa_params;
    task.active = false;
    this.connect(task.worker_info.remote_addr, -1);
  }

  /** §4.4 */
  noteCrash(run: ModelRun, taskId: number, now: number): void {
    const message = crashOrTimeMessage(run.tasks[taskId]!.stats);
    if (message !== undefined) this.log(now, 'crash_or_time', { ...taskFields(run, taskId), message });
  }

  /** §4.2 */
  fail(run: ModelRun, taskId: number, message: string, now: number): void {
    this.deactivate(run, taskId, now);
    this.noteCrash(run, taskId, now);
    this.log(now, 'failed_task', { ...taskFields(run, taskId), message });
  }

  isUndecided(run: ModelRun): boolean {
    return isUndecided(run.results, run.args.num_games, run.args.sprt);
  }

  /** §7.5; call after `keep`. */
  setFlags(run: ModelRun): void {
    const { green, yellow } = computeFlags({
      finished: run.finished,
      isSpsa: run.args.spsa !== undefined,
      isSprt: run.args.sprt !== undefined,
      sprtState: run.args.sprt?.state,
      results: run.results,
    });
    run.is_green = green;
    run.is_yellow = yellow;
  }

  /** §4.5 */
  finish(run: ModelRun, now: number): void {
    for (let taskId = 0; taskId < run.tasks.length; taskId++) this.deactivate(run, taskId, now);
    this.undo.keep(run);
    run.finished = true;
    run.nps = 0;
    run.games_per_minute = 0;
    this.setFlags(run);
  }

  /** §4.6 */
  revive(run: ModelRun): void {
    this.undo.keep(run);
    run.deleted = false;
    run.failed = false;
    run.is_green = false;
    run.is_yellow = false;
    run.finished = false;
  }

  /** §2.6: a worker's earlier task that is still active was abandoned. */
  giveTask(name: string, run: ModelRun, taskId: number, now: number): void {
    const earlier = this.latest.get(name);
    if (earlier?.run.tasks[earlier.taskId]?.active) {
      this.fail(earlier.run, earlier.taskId, 'Stale active task', now);
    }
    this.latest.set(name, { run, taskId });
  }
}

export function gamesOf({ wins, losses, draws }: Results): number {
  return wins + losses + draws;
}

export function runFields(run: ModelRun) {
  return { run_id: run._id, run: runName(run.args.new_tag, run._id) };
}

export function taskFields(run: ModelRun, taskId: number) {
  const { worker_info: info } = run.tasks[taskId]!;
  return { username: info.username, worker: longWorkerName(info), ...runFields(run), task_id: taskId };
}

/** An entry of the audit log as one line, its members in alphabetic order and without its id. */
export function actionText(action: object): string {
  const members = Object.entries(action).filter(([name, value]) => name !== '_id' && value !== undefined);
  return JSON.stringify(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
