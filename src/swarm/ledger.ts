/**
 * The swarm's own books, kept from replies alone, so that they can be held against the server's: what each run was sent and
 * has acknowledged, what stayed uncertain because a connection broke, and whether any batch was handed out twice.
 */
import type { RunArgs } from '../model/documents.js';
import { IntervalSet } from './interval-set.js';
import { addResults, type FullResults, gameSeconds, gamesIn, noResults } from './simulated-games.js';
import { type Landscape, landscapeOf } from './spsa-landscape.js';

/** A run as its workers know it; shared by all of them. */
export interface KnownRun {
  readonly id: string;
  readonly args: RunArgs;
  /** Present for tunes. */
  readonly landscape: Landscape | undefined;
  /** Seconds of a game on the reference machine. */
  readonly gameSeconds: number;
  /** Sum of the last acknowledged results of each task. */
  readonly acknowledged: FullResults;
  /** Results of updates whose fate is unknown; the server holds none, some or all of them. */
  readonly uncertain: FullResults;
  readonly taskIds: IntervalSet;
  readonly openings: IntervalSet;
  tasks: number;
}

/** A task in a worker's hands. */
export class HeldTask {
  readonly run: KnownRun;
  readonly id: number;
  readonly games: number;
  /** Running totals that the server has acknowledged. */
  readonly acknowledged = noResults();
  /** Drawn but not yet acknowledged. */
  batch: FullResults | undefined;
  /** True when the batch was sent at least once without a usable answer. */
  isUncertain = false;
  /** The batch whose fate nobody knows, once the task has left its worker. */
  uncertain: FullResults | undefined;

  constructor(run: KnownRun, id: number, games: number) {
    this.run = run;
    this.id = id;
    this.games = games;
  }

  /** Running totals with the batch. */
  get reported(): FullResults {
    const total = noResults();
    addResults(total, this.acknowledged);
    if (this.batch !== undefined) addResults(total, this.batch);
    return total;
  }
}

/** How a task left a worker's hands. */
export type TaskEnd = 'finished' | 'failed' | 'vanished' | 'dropped' | 'unfinished';

export interface Assignment {
  readonly runId: string;
  readonly args: RunArgs;
  readonly taskId: number;
  readonly start: number;
  readonly games: number;
}

/** Reads the reply of request_task. @returns undefined when it does not assign a task; text when it is malformed. */
export function readAssignment(body: Readonly<Record<string, unknown>>): Assignment | string | undefined {
  if (!('run' in body)) return undefined;
  const run = body['run'] as {
    _id?: unknown;
    args?: unknown;
    my_task?: { num_games?: unknown; start?: unknown };
  };
  const { _id: runId, args, my_task: task } = run;
  const taskId = body['task_id'];
  const { num_games: games, start } = task ?? {};
  if (typeof runId !== 'string' || !/^[0-9a-f]{24}$/.test(runId))
    return `run._id is ${JSON.stringify(runId)}`;
  if (typeof args !== 'object' || args === null) return 'run.args is missing';
  if (!isCount(taskId)) return `task_id is ${JSON.stringify(taskId)}`;
  if (!isCount(games) || games === 0 || games % 2 !== 0)
    return `my_task.num_games is ${JSON.stringify(games)}`;
  if (!isCount(start)) return `my_task.start is ${JSON.stringify(start)}`;
  return { runId, args: args as RunArgs, taskId, start, games };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

export class Ledger {
  /** All tasks, if they are to be kept. */
  readonly tasks: HeldTask[] | undefined;
  readonly runs = new Map<string, KnownRun>();
  readonly ends: Record<TaskEnd, number> = { finished: 0, failed: 0, vanished: 0, dropped: 0, unfinished: 0 };
  assigned = 0;
  games = 0;

  constructor(keepTasks: boolean) {
    this.tasks = keepTasks ? [] : undefined;
  }

  /** Books a new task. @returns the task, and what the server did wrong in handing it out, if anything. */
  assign(given: Assignment): { task: HeldTask; violation: string | undefined } {
    const run = this.runs.get(given.runId) ?? this.#meet(given);
    this.assigned += 1;
    run.tasks += 1;
    const range = `[${given.start},${given.start + given.games})`;
    let violation: string | undefined;
    if (!run.taskIds.add(given.taskId, given.taskId + 1)) {
      violation = `task ${given.runId}/${given.taskId} was handed out twice`;
    } else if (!run.openings.add(given.start, given.start + given.games)) {
      violation = `task ${given.runId}/${given.taskId}: openings ${range} were handed out before`;
    }
    const task = new HeldTask(run, given.taskId, given.games);
    this.tasks?.push(task);
    return { task, violation };
  }

  /** The batch was accepted: it belongs to the run's results now. */
  acknowledge(task: HeldTask): void {
    if (!task.batch) return;
    addResults(task.acknowledged, task.batch);
    addResults(task.run.acknowledged, task.batch);
    this.games += gamesIn(task.batch);
    task.batch = undefined;
    task.isUncertain = false;
  }

  /** The task leaves its worker; a batch that was sent but never answered goes to the uncertain results. */
  end(task: HeldTask, how: TaskEnd): void {
    if (task.batch && task.isUncertain) {
      task.uncertain = task.batch;
      addResults(task.run.uncertain, task.batch);
    }
    task.batch = undefined;
    this.ends[how] += 1;
  }

  #meet(given: Assignment): KnownRun {
    const run: KnownRun = {
      id: given.runId,
      args: given.args,
      landscape: given.args.spsa ? landscapeOf(given.args.spsa.params) : undefined,
      gameSeconds: (gameSeconds(given.args.tc) + gameSeconds(given.args.new_tc ?? given.args.tc)) / 2,
      acknowledged: noResults(),
      uncertain: noResults(),
      taskIds: new IntervalSet(),
      openings: new IntervalSet(),
      tasks: 0,
    };
    this.runs.set(given.runId, run);
    return run;
  }
}
