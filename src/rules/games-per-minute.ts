/** How fast a worker plays, by what its benchmark said (docs/spec/scheduling.md §7.6). */

const REFERENCE_NPS = 628_000;

export interface Pace {
  /** Nodes per second of one core; 0: its benchmark has not run. */
  readonly nps: number;
  readonly concurrency: number;
  /** Of one game. */
  readonly threads: number;
}

/** @param duration expected seconds of a game; not above 0: old runs may have a time control that leaves no time */
export function gamesPerMinute({ nps, concurrency, threads }: Pace, duration: number): number {
  if (nps === 0 || !(duration > 0)) return 0;
  return (nps / REFERENCE_NPS) * (60 / duration) * Math.floor(concurrency / threads);
}
