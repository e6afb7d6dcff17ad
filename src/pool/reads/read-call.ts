/** What a front thread asks a pool thread to read for the public API, and what it gets. */
import type { MessagePort } from 'node:worker_threads';

/** The public endpoints that a pool thread answers; rate_limit needs neither state nor store. */
const READS = [
  'active_runs',
  'finished_runs',
  'actions',
  'get_run',
  'get_task',
  'get_elo',
  'calc_elo',
  'pgn',
  'run_pgns',
  'nn',
] as const;
export type ReadName = (typeof READS)[number];

export interface ReadCall {
  readonly kind: 'read';
  readonly name: ReadName;
  /** What follows the endpoint's name in the path. */
  readonly params: readonly string[];
  /** The last value of each key. */
  readonly query: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** A HEAD: the body is not sent, and nothing is counted. */
  readonly isHead: boolean;
}

/** Sends the games of a run through the port, one record for each message that comes back, and null at the end. */
export interface GamesCall {
  readonly kind: 'games';
  readonly runId: string;
  readonly port: MessagePort;
}

export type ReadAnswer =
  | { readonly kind: 'json'; readonly json: string; readonly cors?: true }
  /** A failure that the handler detected. */
  | { readonly kind: 'refused'; readonly status: number; readonly text: string }
  /** The reference fails here as it does on any unexpected error. */
  | { readonly kind: 'crashed' }
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  /** Games of a run, read one task after another. */
  | { readonly kind: 'games'; readonly runId: string; readonly size: number }
  | { readonly kind: 'net'; readonly name: string };

export function refused(status: number, text: string): ReadAnswer {
  return { kind: 'refused', status, text };
}
