/** What a front thread sends to its pool threads, and to its page threads. */
import type { Reply, WorkerCall } from '../operations/context.js';
import type { OperationName } from '../operations/worker/worker-routes.js';
import type { LiveCall } from '../site/live/live-messages.js';
import type { SiteCall } from '../site/site-messages.js';
import type { GamesCall, ReadCall } from './reads/read-call.js';

export type PoolCall =
  | { kind: 'operation'; name: OperationName; call: WorkerCall }
  | { kind: 'requestTasks'; calls: readonly WorkerCall[] }
  | { kind: 'verify'; username: string; password: string }
  | ReadCall
  | GamesCall;

/** To a page thread. */
export type PageCall = SiteCall | LiveCall;

/** The answer to one call of a batch, or why there is none. */
export type BatchedReply = Reply | { failure: string };

export type AuthResult = 'verified' | 'refused' | 'blocked' | 'pending';
