/** What a server is started with, be it a primary or a secondary. */
import type { Logger } from 'pino';
import type { Settings } from '../config/live-settings.js';
import type { SharedMemory } from './shared-memory.js';
import type { Signals } from './signals.js';
import type { OnThreadExit } from './threads/supervise.js';

export interface ServerParts extends SharedMemory {
  readonly settings: Settings;
  readonly log: Logger;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly began: number;
  readonly signals: Signals;
  readonly onThreadExit: OnThreadExit;
}
