/** How many games a task has and what memory it needs (docs/spec/scheduling.md §2.4, §2.5). */

/** Seconds a task should keep a worker busy. */
const TASK_SECONDS = 1800;
/** MiB a worker needs whatever it plays: the worker itself, two compilations, the match runner. */
const MEMORY_FIXED = 220 + 2 * 80 + 64;
/** MiB of an engine without its hash: binary and network, and each of its threads. */
const MEMORY_ENGINE = 12 + 139;
const MEMORY_THREAD = 31;
/** Cores beyond which a run gets no more tasks. */
const MOST_CORES = 1_000_000;
const MOST_TUNING_CORES = 200_000;

const HASH_OPTION = /Hash=(\d+)/;

export interface TaskSizeInput {
  /** Seconds a game. */
  readonly gameDuration: number;
  /** Threads of each engine. */
  readonly threads: number;
  /** Cores of the worker, at least `threads`. */
  readonly concurrency: number;
  /** Games that the run still needs. */
  readonly remaining: number;
  /** Game pairs, for an SPRT run. */
  readonly batchSize: number | undefined;
}

/**
 * Games that a worker plays in about half an hour, in whole batches or pairs, at least one of them.
 * @throws RangeError when the worker has fewer cores than a game has threads
 */
export function workerCap(input: Omit<TaskSizeInput, 'remaining'>): number {
  const { gameDuration, threads, concurrency } = input;
  const slots = Math.floor(concurrency / threads);
  if (!(slots >= 1)) throw new RangeError(`${concurrency} cores cannot play games of ${threads} threads`);
  const unit = unitOf(input.batchSize);
  return Math.max(unit, unit * Math.floor(((TASK_SECONDS / gameDuration) * slots) / unit + 0.5));
}

/** Games of the next task; the last task of an SPRT run is rounded up to a whole batch. */
export function taskSize(input: TaskSizeInput): number {
  const { remaining, batchSize } = input;
  const unit = unitOf(batchSize);
  const wanted = batchSize === undefined ? remaining : unit * Math.ceil(remaining / unit);
  return Math.min(workerCap(input), wanted);
}

/** MiB that a worker needs to play as many games at once as it has cores for; `hashMemory` is of both engines. */
export function memoryNeed(concurrency: number, threads: number, hashMemory: number): number {
  const slots = Math.floor(concurrency / threads);
  return MEMORY_FIXED + slots * (2 * (MEMORY_ENGINE + MEMORY_THREAD * threads) + hashMemory);
}

/** MiB after the first `Hash=` of an engine's options, also inside a longer name; 0 if there is none. */
export function hashOption(options: string): number {
  const digits = HASH_OPTION.exec(options)?.[1];
  return digits === undefined ? 0 : Number(digits);
}

/** Cores beyond which a run gets no more tasks; tunes with many parameters gain little from more (§2.4 row 8). */
export function coreLimit(spsaParams: number | undefined): number {
  return spsaParams === undefined ? MOST_CORES : MOST_TUNING_CORES / Math.sqrt(spsaParams);
}

/** Games that come together: two for each pair of a batch. */
function unitOf(batchSize: number | undefined): number {
  return 2 * (batchSize ?? 1);
}
