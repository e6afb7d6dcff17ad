/**
 * What a task is made of in shared memory: 128 bytes, guarded by the lock of its run. Offsets as in run-record.ts.
 */

export const TASK_WORDS = 32;

export const TaskWord = {
  flags: 0,
  numGames: 1,
  start: 2,
  /** The interned worker_info: record + 1 of worker-infos.ts. */
  workerInfo: 3,
  wins: 4,
  losses: 5,
  draws: 6,
  crashes: 7,
  timeLosses: 8,
  /** Five words. */
  pentanomial: 9,
  /** Cores that the worker offered in its latest request. */
  concurrency: 14,
  /** Next task of the run's list of tasks to write (task id + 1). */
  nextDirty: 15,
  /** What of this task the store does not have: bits of TaskChange. */
  changed: 16,
  /** The SPSA iteration whose flips are out, and the blob of the packed flips (0: none). */
  spsaIter: 17,
  spsaFlips: 18,
  spsaFlipCount: 19,
  /** Next task of the run's list of tasks that gave a sign of life (task id + 1). */
  nextBeat: 24,
} as const;

export const TaskFloat = {
  lastUpdated: 10,
  nps: 11,
} as const;

export const TaskFlag = {
  active: 1,
  bad: 1 << 1,
  /** stats has no pentanomial. */
  trinomial: 1 << 2,
} as const;

export const TaskChange = {
  isNew: 1,
  live: 1 << 1,
  workerInfo: 1 << 2,
  spsa: 1 << 3,
  /** last_updated alone. The task stands in the list of beats, whether or not it stands in that of tasks to write. */
  beat: 1 << 4,
} as const;
