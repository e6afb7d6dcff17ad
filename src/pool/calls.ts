/** What a front thread sends to a pool thread, and the endpoints by name. */
import type { Reply, WorkerCall } from '../operations/context.js';
import type { GamesCall, ReadCall } from './reads/read-call.js';

/** The worker endpoints that name a task or ask for one; request_version needs neither state nor pool. */
export const OPERATIONS = [
  'request_task',
  'update_task',
  'beat',
  'request_spsa',
  'failed_task',
  'stop_run',
  'upload_pgn',
  'worker_log',
] as const;
export type OperationName = (typeof OPERATIONS)[number];

export type PoolCall =
  | { kind: 'operation'; name: OperationName; call: WorkerCall }
  | { kind: 'requestTasks'; calls: readonly WorkerCall[] }
  | { kind: 'verify'; username: string; password: string }
  | ReadCall
  | GamesCall;

/** The answer to one call of a batch, or why there is none. */
export type BatchedReply = Reply | { failure: string };

export type Verdict = 'verified' | 'refused' | 'blocked' | 'pending';
