/** What all threads of the server share, beside state: admission, counters, and whether the server is draining. */
import { Counters } from '../memory/counters/counters.js';
import { Semaphore } from '../memory/locks/semaphore.js';
import { WaitWord } from '../memory/locks/wait-word.js';
import { Region } from '../memory/region.js';
import { setLegacyUsernames } from '../protocol/configured-names.js';
import { State, type StateSizes } from '../state/state.js';
import { JobBoard } from './job-status.js';
import { PoolMeters } from './meters.js';
import { StartSteps } from './start-steps.js';
import { Tenure } from './tenure.js';

export interface SharedOptions {
  sizes: StateSizes;
  /** Scheduling decisions admitted at once. */
  taskSemaphoreSize: number;
  /** Calls to the pool in flight at once; 64 when absent. */
  tokens?: number;
}

/** What a thread is started with. */
export interface ThreadData extends SharedOptions {
  /** Usernames accepted although they break the pattern. */
  legacyUsernames?: readonly string[];
  buffer: SharedArrayBuffer;
}

const COUNTER_NAMES = [
  'requests',
  'errors',
  'commits',
  'commitFailures',
  'poolCalls',
  'pageCalls',
  'sharedPages',
  /** Threads that died and were reaped, the locks that they had held, and calls made again after a death. */
  'threadDeaths',
  'locksRecovered',
  'retries',
  'guessesThrottled',
] as const;

const DEFAULT_TOKENS = 64;

/** States of the `readiness` word. */
export const Readiness = { starting: 0, ready: 1, storeUnreachable: 2 } as const;

export class Shared {
  readonly region: Region;
  readonly state: State;
  readonly admission: Semaphore;
  readonly counters: Counters<(typeof COUNTER_NAMES)[number]>;
  /** 1 when the server is draining: every request is answered with an empty 503. */
  readonly draining: WaitWord;
  /** How many calls to the pool may be in flight; it can change at any time. */
  readonly tokens: WaitWord;
  /** What /readyz says: one of Readiness. */
  readonly readiness: WaitWord;
  /** 1 while the store refuses what the writer gives it. */
  readonly storeFailing: WaitWord;
  /** For how long readers of the store have missed what is durable, in milliseconds. */
  readonly storeBehindMs: WaitWord;
  /** How long it takes until readers have a change, once it is durable, in microseconds. */
  readonly storeChangeMicros: WaitWord;
  /** 1 while each request is to be logged. */
  readonly logsRequests: WaitWord;
  /** Counts changes of sessions of the web application, so that no thread believes what it read before. */
  readonly sessionChanges: WaitWord;
  readonly meters: PoolMeters;
  /** Whether this process has the store. */
  readonly tenure: Tenure;
  readonly startSteps: StartSteps;
  readonly jobs: JobBoard;

  private constructor(region: Region, options: SharedOptions) {
    this.region = region;
    this.state = new State(region, options.sizes);
    this.admission = new Semaphore(region, 'task-admission', options.taskSemaphoreSize);
    this.counters = new Counters(region, 'counters', COUNTER_NAMES);
    this.draining = new WaitWord(region, 'draining');
    this.tokens = new WaitWord(region, 'tokens');
    if (region.creating) this.tokens.store(options.tokens ?? DEFAULT_TOKENS);
    this.readiness = new WaitWord(region, 'readiness');
    this.storeFailing = new WaitWord(region, 'store-failing');
    this.storeBehindMs = new WaitWord(region, 'store-behind');
    this.storeChangeMicros = new WaitWord(region, 'store-change');
    this.logsRequests = new WaitWord(region, 'logs-requests');
    this.sessionChanges = new WaitWord(region, 'session-changes');
    this.meters = new PoolMeters(region);
    this.tenure = new Tenure(region, this.state.threads);
    this.startSteps = new StartSteps(region);
    this.jobs = new JobBoard(region);
  }

  /** How far readers of the store are behind when it has what waits for it by now: a burst is there before any of it is committed. */
  expectedBehindMs(): number {
    return this.storeBehindMs.load() + (this.state.commits.lag() * this.storeChangeMicros.load()) / 1000;
  }

  static create(bytes: number, options: SharedOptions): Shared {
    return new Shared(Region.create(bytes), options);
  }

  /** Opens what another thread created, and takes a thread slot. */
  static attach(data: ThreadData, role: string, parks: boolean): Shared {
    const shared = new Shared(Region.attach(data.buffer), data);
    shared.state.threads.join(role, { parks });
    setLegacyUsernames(data.legacyUsernames ?? []);
    return shared;
  }
}
