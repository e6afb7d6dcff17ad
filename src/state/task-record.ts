/** What a task is made of in shared memory: two cache lines, guarded by the lock of its run. */
import { flagBits, layOut } from './record-layout.js';

/** 128 bytes: a million tasks take as many MB. */
export const TASK_WORDS = 32;

export const TASK = layOut(
  'task',
  {
    words: {
      flags: 1,
      numGames: 1,
      start: 1,
      /** The interned worker_info: record + 1 of worker-profiles.ts. */
      workerInfo: 1,
      wins: 1,
      losses: 1,
      draws: 1,
      crashes: 1,
      timeLosses: 1,
      pentanomial: 5,
      /** Cores that the worker offered in its latest request. */
      concurrency: 1,
      /** The SPSA iteration whose flips are out, and the blob of the packed flips (0: none). */
      spsaIter: 1,
      spsaFlips: 1,
      spsaFlipCount: 1,
      /** What of this task the store does not have: bits of TaskChange. */
      changed: 1,
      /** Next task of the run's list of tasks to write (task id + 1). */
      nextDirty: 1,
      /** Next task of the run's list of tasks that gave a sign of life (task id + 1). */
      nextBeat: 1,
    },
    floats: { lastUpdated: 1, nps: 1 },
  },
  TASK_WORDS,
);

export const TaskWord = TASK.word;
export const TaskFloat = TASK.float;

export const TaskFlag = flagBits('task', [
  'active',
  'bad',
  /** stats has no pentanomial. */
  'trinomial',
]);

export const TaskChange = flagBits('change of a task', [
  'isNew',
  'live',
  'workerInfo',
  'spsa',
  /** last_updated alone. The task is in the list of beats, whether or not it is in that of tasks to write. */
  'beat',
]);
