/**
 * How each endpoint of the workers is served: the one place that says so. A route that runs on the front first is tried
 * without blocking: what would block there (a busy lock, an update that decides its run) has changed nothing, and is run
 * again by a pool thread.
 */
import type { WorkerEndpoint } from '../../protocol/worker-endpoints.js';
import { type Context, type Outcome, WOULD_BLOCK, type WorkerCall } from '../context.js';
import * as beat from './beat.js';
import * as failedTask from './failed-task.js';
import type { AnswerFinished } from './finished-call.js';
import * as requestSpsa from './request-spsa.js';
import * as requestTask from './request-task.js';
import * as stopRun from './stop-run.js';
import * as updateTask from './update-task.js';
import * as uploadPgn from './upload-pgn.js';
import * as workerLog from './worker-log.js';

export interface WorkerRoute {
  /** Which thread tries it first: the one that serves the socket, or one of the pool, which may block. */
  readonly first: 'front' | 'pool';
  /** Whether a secondary refuses it (docs/spec/worker-api.md §1.2). */
  readonly needsPrimary: boolean;
  /** Which setting limits its body. */
  readonly body: 'request' | 'pgn';
  /** What it looks at of its client, beside what the credential check does: reading it costs more than answering a beat. */
  readonly client: 'all' | 'country' | 'nothing';
  /** Whether the account is recorded as seen at the address it came from, for each request with a known password. */
  readonly notesAddress?: true;
}

export type OperationName = Exclude<WorkerEndpoint, 'request_version'>;

interface Operation extends WorkerRoute {
  /** @param cpuHours of the caller, where the route needs them; undefined: not among the contributors */
  readonly run: (context: Context, call: WorkerCall, cpuHours?: number) => Outcome;
  /** Whether the pool looks up what the caller has contributed before it runs the operation. */
  readonly needsCpuHours?: true;
  /** The answer about a run that is not in memory: the store has it, finished. */
  readonly answerFinished: AnswerFinished;
}

export interface OperationRoute extends Operation {
  /** What it gets while the store is away: `retry` says that its sender keeps it and tries again, so that no backlog grows. */
  readonly whenStoreAway: 'serve' | 'retry';
  readonly batched?: undefined;
}

/** A route that can be answered with "no task": what costs too much now is not taken. */
export interface TaskRoute extends Operation {
  /**
   * Calls of one turn go to the pool together, as this operation (`pool/task-batches.ts`); TASK_SEMAPHORE_SIZE bounds how
   * many of them are there.
   */
  readonly batched: 'request_task';
  readonly whenStoreAway: 'no task';
  /**
   * How far documents may be behind the log before it gets no task, in milliseconds: each is more to write, and a stop writes
   * all. Updates are taken however far behind documents are, since their games are played.
   */
  readonly mostBehindMs: number;
}

/** What holds for a route that does not say otherwise. */
const USUAL = {
  first: 'front',
  whenStoreAway: 'serve',
  needsPrimary: true,
  body: 'request',
  client: 'nothing',
} as const;

type WorkerRoutes = Record<Exclude<OperationName, 'request_task'>, OperationRoute> &
  Record<'request_task', TaskRoute> &
  Record<'request_version', WorkerRoute>;

export const WORKER_ROUTES: Readonly<WorkerRoutes> = {
  // The one without an operation: `Front` answers it by name, once the password is checked.
  request_version: USUAL,
  beat: { ...USUAL, run: beat.beat, answerFinished: beat.answerFinished },
  update_task: {
    ...USUAL,
    client: 'country',
    run: updateTask.updateTask,
    answerFinished: updateTask.answerFinished,
  },
  failed_task: { ...USUAL, run: failedTask.failedTask, answerFinished: failedTask.answerFinished },
  request_task: {
    ...USUAL,
    first: 'pool',
    batched: 'request_task',
    whenStoreAway: 'no task',
    mostBehindMs: 5_000,
    client: 'all',
    notesAddress: true,
    run: requestTask.requestTask,
    answerFinished: requestTask.answerFinished,
  },
  request_spsa: {
    ...USUAL,
    first: 'pool',
    run: requestSpsa.requestSpsa,
    answerFinished: requestSpsa.answerFinished,
  },
  stop_run: {
    ...USUAL,
    first: 'pool',
    needsCpuHours: true,
    run: stopRun.requestStop,
    answerFinished: stopRun.answerFinished,
  },
  upload_pgn: {
    ...USUAL,
    first: 'pool',
    whenStoreAway: 'retry',
    needsPrimary: false,
    body: 'pgn',
    run: uploadPgn.uploadPgn,
    answerFinished: uploadPgn.answerFinished,
  },
  worker_log: {
    ...USUAL,
    first: 'pool',
    whenStoreAway: 'retry',
    run: workerLog.workerLog,
    answerFinished: workerLog.answerFinished,
  },
};

/** @param cpuHours as OperationRoute says */
export function runOperation(
  context: Context,
  name: OperationName,
  call: WorkerCall,
  cpuHours?: number,
): Outcome {
  const route = WORKER_ROUTES[name];
  if (!context.mayBlock && route.first === 'pool') return WOULD_BLOCK;
  return route.run(context, call, cpuHours);
}
