/** What a front thread sends to a pool thread, and the endpoints by name. */
import { Packr } from 'msgpackr';
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
  | { kind: 'requestTasks'; calls: PackedCalls }
  | { kind: 'verify'; username: string; password: string }
  | ReadCall
  | GamesCall;

/** The answer to one call of a batch, or why there is none. */
export type BatchedReply = Reply | { failure: string };

export type Verdict = 'verified' | 'refused' | 'blocked' | 'pending';

/** Calls as bytes: a structured clone of so many members costs twice the packing and unpacking. */
export type PackedCalls = Uint8Array<ArrayBuffer>;

/** Says the members' names once a batch. */
const packr = new Packr({ useRecords: true });

export function packCalls(calls: readonly WorkerCall[]): PackedCalls {
  // A copy: what is packed stands in a buffer with other things, and a message would take all of it along.
  return new Uint8Array(packr.pack(calls));
}

export function unpackCalls(calls: PackedCalls): WorkerCall[] {
  return packr.unpack(calls) as WorkerCall[];
}
