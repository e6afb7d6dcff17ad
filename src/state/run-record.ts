/**
 * What a live run is made of in shared memory. RunWord offsets count 32-bit words, RunFloat offsets count 64-bit
 * floats, both from the start of the run's record. Everything here is guarded by the run's lock; the scheduler reads
 * single words of runs it has not locked and decides again under the lock. What it reads of every run is in run-order.ts.
 */

export const RUN_WORDS = 192;

export const RunWord = {
  /** 0 while the slot is free. */
  inUse: 0,
  /** Changes each time that the slot gets another run, so that a remembered slot can be told from a recycled one. */
  generation: 1,
  flags: 5,
  threads: 6,
  workers: 7,
  taskCount: 9,
  /** First task of the list of tasks to write (task id + 1; 0 ends the list). */
  dirtyTasks: 28,
  /** First task of the list of tasks that gave a sign of life since it was written. */
  dirtyBeats: 26,
  /** First and last item of the list of things to append to the store with this run. */
  outbox: 29,
  outboxTail: 30,
  /** Blob: the run's head document without what this record holds. */
  head: 16,
  /** Blob: JSON text of the args that never change, without the closing brace. */
  argsText: 17,
  /** Blob: the numbers of an SPSA tune (spsa-block.ts); 0 for other runs. */
  spsa: 18,
  /** Bit i set: the i-th known architecture passes args.arch_filter. */
  archLow: 31,
  archHigh: 14,
  compiler: 15,
  failures: 19,
  eloModel: 20,
  sprtState: 21,
  /** Game pairs. */
  batchSize: 22,
  /** Blob: args.info, which can be modified. */
  info: 23,
  approver: 24,
  /** The journal's newest number when the writer last copied this run. */
  lastCollected: 25,
} as const;

export const RunFloat = {
  throughput: 54,
  numGames: 35,
  committedGames: 36,
  totalGames: 72,
  wins: 38,
  losses: 39,
  draws: 40,
  crashes: 41,
  timeLosses: 42,
  /** Five numbers. */
  pentanomial: 43,
  nps: 48,
  gamesPerMinute: 49,
  startTime: 50,
  lastUpdated: 51,
  lastAccess: 52,
  /** Seconds a game, from args.tc. */
  gameDuration: 53,
  /** MiB of hash tables of both engines. */
  hashMemory: 34,
  alpha: 55,
  beta: 56,
  elo0: 57,
  elo1: 58,
  llr: 59,
  lowerBound: 60,
  upperBound: 61,
  /** Eight numbers: last_update, skipped_updates, ref0, m0, sq0, ref1, m1, sq1. */
  overshoot: 62,
  lostSamples: 70,
  illegalUpdate: 71,
  /** The scheduler's limit: no more tasks are given out above this many cores. */
  coreLimit: 37,
} as const;

export const RunFlag = {
  finished: 1,
  approved: 1 << 1,
  deleted: 1 << 2,
  failed: 1 << 3,
  green: 1 << 4,
  yellow: 1 << 5,
  sprt: 1 << 6,
  spsa: 1 << 7,
  autoPurge: 1 << 8,
  /** Results have no pentanomial: a document older than pentanomial statistics. */
  trinomial: 1 << 9,
  overshoot: 1 << 10,
  lostSamples: 1 << 11,
  illegalUpdate: 1 << 12,
  /** args.sprt has a `state`; some old documents have none, and a purge then leaves their LLR alone. */
  sprtState: 1 << 13,
  /** The store has no document of this run yet. */
  isNew: 1 << 14,
  aggregatesDirty: 1 << 15,
  /** Of aggregatesDirty: not all of it follows from the tasks, so that it leaves with the next group. */
  flushNow: 1 << 17,
  dirtySpsa: 1 << 16,
} as const;

export const ELO_MODELS = ['BayesElo', 'logistic', 'normalized'] as const;
export const SPRT_STATES = ['', 'accepted', 'rejected'] as const;
/** Position in this list is the word `compiler` of a run; any other compiler's name matches no worker. */
export const COMPILERS = ['', 'g++', 'clang++'] as const;
export const UNKNOWN_COMPILER = COMPILERS.length;
