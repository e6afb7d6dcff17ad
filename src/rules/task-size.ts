/** How large a task is, and what memory it needs (spec: scheduling.md §2.4.1, §2.5). */

/** A task should keep a worker busy for this long. */
const TASK_SECONDS = 1800;

export interface TaskSizeInput {
  /** Seconds a game. */
  gameDuration: number;
  /** Threads of each engine. */
  threads: number;
  /** Cores of the worker, at least `threads`. */
  concurrency: number;
  /** Games that the run still needs. */
  remaining: number;
  /** Game pairs, for an SPRT run. */
  batchSize: number | undefined;
}

/** Games that a worker plays in about half an hour, in whole batches or pairs. */
export function workerCap({ gameDuration, threads, concurrency, batchSize }: Omit<TaskSizeInput, 'remaining'>): number {
  const games = (TASK_SECONDS / gameDuration) * Math.floor(concurrency / threads);
  const unit = 2 * (batchSize ?? 1);
  return Math.max(unit, unit * Math.floor(games / unit + 0.5));
}

/** Games of the task. An SPRT run's last task is rounded up to a whole batch. */
export function taskSize(input: TaskSizeInput): number {
  const unit = 2 * (input.batchSize ?? 1);
  const remaining = input.batchSize === undefined ? input.remaining : unit * Math.ceil(input.remaining / unit);
  return Math.min(workerCap(input), remaining);
}

/** MiB that a worker needs to play as many games at once as it has cores for; `hashMemory` is of both engines. */
export function memoryNeed(concurrency: number, threads: number, hashMemory: number): number {
  const games = Math.floor(concurrency / threads);
  return 220 + 2 * 80 + 64 + 2 * games * (12 + 139 + 31 * threads) + games * hashMemory;
}

/** MiB after the first `Hash=` of an engine's options, also inside of a longer name; 0 if there is none. */
export function hashOption(options: string): number {
  const match = /Hash=(\d+)/.exec(options);
  return match === null ? 0 : Number(match[1]);
}

/** Cores beyond which a run gets no more tasks; tunes with many parameters gain little from more (§2.4 row 8). */
export function coreLimit(spsaParams: number | undefined): number {
  return spsaParams === undefined ? 1_000_000 : 200_000 / Math.sqrt(spsaParams);
}
