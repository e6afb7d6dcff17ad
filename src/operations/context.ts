/**
 * What an operation gets and gives. An operation is a function of state, input and clock: it knows neither HTTP nor the
 * database nor timers, so that the server, the benchmarks' variant and the tests all call the same code.
 */
import type { WorkerRequest } from '../protocol/request.js';
import type { State } from '../state/state.js';

export interface Context {
  readonly state: State;
  /** False on a thread that serves sockets: it must not park, nor do what takes long. */
  readonly mayBlock: boolean;
}

/** One request of a worker that passed the schemas and the credential check. */
export interface WorkerCall {
  /** The URL-decoded path; it begins every error text. */
  readonly path: string;
  readonly request: WorkerRequest;
  readonly remoteAddr: string;
  /** Two capital letters, or "?". */
  readonly countryCode: string;
  /** `<scheme>://<host>` as the worker addressed the server; '' where the operation does not look at it. */
  readonly hostUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of an account that memory has no room for. */
  readonly machineLimit?: number;
  /** The call is made again after the thread that had it died: what it asks for may be done, its reply was not sent. */
  readonly isRetry?: boolean;
}

export interface Reply {
  readonly status: number;
  /** JSON text of an object; the server adds `duration`. */
  readonly json: string;
  /** The reply may leave when this sequence number is durable; undefined: at once. */
  readonly sequence?: number;
  /** The worker gets nothing now and comes back later: the reply may be held for a while, so that workers fall out of step. */
  readonly retryLater?: true;
}

/** The operation has changed nothing and must be called again on a pool thread: it may park or take long. */
export const WOULD_BLOCK = Symbol('needs pool');
/** The run is not in memory: the store knows whether there is such a run, which then is finished. */
export const NOT_IN_MEMORY = Symbol('not in memory');

export type Outcome = Reply | typeof WOULD_BLOCK | typeof NOT_IN_MEMORY;

export function isReply(outcome: Outcome): outcome is Reply {
  return typeof outcome === 'object';
}

/** A failure that the handler detected: `error` begins with the path (docs/spec/worker-api.md §1.2). */
export function refuse(call: Pick<WorkerCall, 'path'>, status: number, text: string): Reply {
  return { status, json: JSON.stringify({ error: `${call.path}: ${text}` }) };
}

/** @param json says that there is no task */
export function retryLater(json: string): Reply {
  return { status: 200, json, retryLater: true };
}

export function accept(body: object, sequence?: number): Reply {
  const json = JSON.stringify(body);
  return sequence === undefined ? { status: 200, json } : { status: 200, json, sequence };
}
