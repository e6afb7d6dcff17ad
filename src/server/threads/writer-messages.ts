/** What the main thread and the writer's thread tell each other. */
import type { ThreadData } from '../../runtime/shared.js';

export interface WriterThreadData extends ThreadData {
  storeUrl: string;
  flushIntervalMs: number;
  /** False on a secondary, which writes nothing but uploads. */
  isPrimary: boolean;
}

export type WriterCommand =
  | { kind: 'start'; legacyUsernames: readonly string[] }
  | { kind: 'stop'; withinMs: number }
  | { kind: 'backup'; id: number; file: string };
export type WriterMessage =
  | { kind: 'open' }
  /** `problem`: what is not in its place, and what to do. */
  | { kind: 'stopped'; problem?: string }
  | { kind: 'failed'; message: string }
  /** Another writer has the store, or it rejects a batch for good: this process must end. */
  | { kind: 'fatal'; message: string }
  | { kind: 'recovered'; seconds: number }
  | { kind: 'backedUp'; id: number; error?: string };
