/** Live state with a few runs, and workers that call its operations, for tests on one thread and on several. */

import type { Results, RunDocument } from '../../src/model/documents.js';
import { type Context, isReply, type Reply, type WorkerCall } from '../../src/operations/context.js';
import { loadRun } from '../../src/operations/run/load-run.js';
import type { OperationName } from '../../src/operations/worker/worker-routes.js';
import { runOperation } from '../../src/operations/worker/worker-routes.js';
import type { WorkerRequest } from '../../src/protocol/request.js';
import { newSprt } from '../../src/rules/sprt.js';
import { Shared, type SharedOptions } from '../../src/runtime/shared.js';
import { RunFlag } from '../../src/state/run-record.js';
import type { State } from '../../src/state/state.js';
import { args, run, workerInfo } from '../protocol/samples.js';

export const OPTIONS: SharedOptions = {
  sizes: { runs: 16, tasks: 65_536, workers: 4096, users: 64, slabBytes: 64 * 1024 * 1024 },
  taskSemaphoreSize: 5,
};

export function createWorld(): Shared {
  return Shared.create(256 * 1024 * 1024, OPTIONS);
}

const ZERO: Results = {
  wins: 0,
  losses: 0,
  draws: 0,
  crashes: 0,
  time_losses: 0,
  pentanomial: [0, 0, 0, 0, 0],
};

/** An approved run without tasks; `changes` are members of its args. */
export function freshRun(id: string, changes: object): RunDocument {
  const { sprt: _sprt, ...plain } = args();
  const sums = { workers: 0, cores: 0, committed_games: 0, total_games: 0, results: ZERO };
  const started = { start_time: Date.now(), last_updated: Date.now() };
  return {
    ...run(),
    _id: id,
    ...sums,
    ...started,
    tasks: [],
    args: { ...plain, ...changes },
  } as unknown as RunDocument;
}

export function sprtArgs(elo0: number, elo1: number): object {
  return {
    sprt: newSprt({ alpha: 0.05, beta: 0.05, elo0, elo1, eloModel: 'normalized', batchSize: 1 }),
  };
}

/** Brings a run into memory as a new one, to be inserted into the store. */
export async function addRun(state: State, document: RunDocument): Promise<number> {
  const { tasks, bad_tasks: _bad, ...head } = document;
  const { slot } = await loadRun(state, head, tasks, 0, Date.now());
  state.runs.set(slot, RunFlag.isNew, true);
  state.dirtyRuns.mark(slot);
  return slot;
}

export interface Assignment {
  readonly runId: string;
  readonly taskId: number;
  readonly numGames: number;
  stats: Results;
}

/** One worker: what it is, and the task it is at. */
export class TestWorker {
  task: Assignment | undefined;
  readonly #state: State;
  readonly #info: WorkerRequest['worker_info'];
  readonly #address: string;

  constructor(state: State, number: number) {
    this.#state = state;
    const key = `worker${number.toString(36).padStart(2, '0')}-12ef-34ab-56cd-0123456789ab`;
    this.#info = { ...workerInfo(), unique_key: key } as WorkerRequest['worker_info'];
    this.#address = `10.0.${number >> 8}.${number & 255}`;
  }

  /** Calls as a front thread does, and again as a pool thread when that is refused. */
  call(
    name: OperationName,
    now: number,
    fields: Partial<WorkerRequest> = {},
    info: object = {},
    isRetry = false,
  ): Reply {
    const call: WorkerCall = {
      path: `/api/${name}`,
      request: { password: '', worker_info: { ...this.#info, ...info }, ...fields },
      remoteAddr: this.#address,
      countryCode: '?',
      hostUrl: 'http://localhost',
      now,
      isRetry,
    };
    for (const mayBlock of [false, true]) {
      const context: Context = { state: this.#state, mayBlock };
      const outcome = runOperation(context, name, call);
      if (isReply(outcome)) return outcome;
    }
    return { status: 404, json: '{}' };
  }

  ask(now: number): boolean {
    const { json } = this.call('request_task', now);
    const { run, task_id: taskId } = JSON.parse(json) as {
      run?: { _id: string; my_task: { num_games: number; stats: Results } };
      task_id?: number;
    };
    if (run === undefined) return false;
    this.task = {
      runId: run._id,
      taskId: taskId!,
      numGames: run.my_task.num_games,
      stats: run.my_task.stats,
    };
    return true;
  }

  /** Reports the counts; true when they were taken. The task is forgotten when it is not alive any more. */
  report(stats: Results, now: number, info: object = {}): boolean {
    const task = this.task!;
    const where = { run_id: task.runId, task_id: task.taskId };
    const reply = this.call(
      'update_task',
      now,
      { ...where, stats: stats as WorkerRequest['stats'] & object },
      info,
    );
    const { task_alive: alive, error, info: ended } = JSON.parse(reply.json) as Record<string, unknown>;
    if (alive !== true) this.task = undefined;
    if (reply.status !== 200 || error !== undefined || ended !== undefined) return false;
    task.stats = stats;
    return true;
  }
}

/** The counts after more pairs: how many of each of LL, LD, DD, WD and WW. */
export function morePairs(before: Results, pairs: readonly number[]): Results {
  const [p0, p1, p2, p3, p4] = pairs as [number, number, number, number, number];
  return {
    wins: before.wins + p3 + 2 * p4,
    losses: before.losses + p1 + 2 * p0,
    draws: before.draws + p1 + p3 + 2 * p2,
    crashes: before.crashes,
    time_losses: before.time_losses,
    pentanomial: before.pentanomial!.map((count, i) => count + pairs[i]!) as NonNullable<
      Results['pentanomial']
    >,
  };
}
