/** What the main thread and the writer's thread tell each other. */
import type { ThreadData } from '../../runtime/shared.js';
import type { StoreErrorCode } from '../../store/store-error.js';

export interface WriterThreadData extends ThreadData {
  storeUrl: string;
  flushIntervalMs: number;
  /** False on a secondary, which writes nothing but uploads. */
  isPrimary: boolean;
  /** Wait while another primary has the store. */
  waits: boolean;
  leaseMs: number;
}

/** Errors lose their class on the way between threads. */
export interface BackupFailure {
  readonly code: StoreErrorCode;
  readonly message: string;
}

export type WriterCommand =
  | { kind: 'start'; legacyUsernames: readonly string[] }
  | { kind: 'stop'; withinMs: number }
  | { kind: 'backup'; id: number; file: string }
  /** The front threads listen: the primary before need no longer. */
  | { kind: 'listening' }
  /** Tell a standby that this primary is about to go, and wait until it listens. */
  | { kind: 'leave'; withinMs: number };
export type WriterMessage =
  | { kind: 'open'; epoch: number }
  /** Another primary has the store, in words. */
  | { kind: 'waits'; holder: string }
  /** The primary before is about to go. */
  | { kind: 'leaving' }
  /** The store is this primary's, which makes whole what the one before left. */
  | { kind: 'taken'; epoch: number }
  /** Other primaries that wait, in words, when they are others than before. */
  | { kind: 'standbys'; standbys: readonly string[] }
  /** Whether a standby listens. */
  | { kind: 'left'; isHeard: boolean }
  /** `problem`: what is not in its place, and what to do. */
  | { kind: 'stopped'; problem?: string }
  | { kind: 'failed'; message: string }
  /** Another writer has the store, or it rejects a batch for good: this process must end, with `code`. */
  | { kind: 'fatal'; message: string; code: number }
  | { kind: 'recovered'; seconds: number }
  | { kind: 'backedUp'; id: number; failure?: BackupFailure };
