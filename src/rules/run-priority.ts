/** Which of two runs a worker gets, when it can take either (docs/spec/scheduling.md §2.3). Allocates nothing. */

/** How busy the run would be with half of this worker's cores, for its share of the farm. */
export function loadWith(cores: number, concurrency: number, itp: number): number {
  return (cores + concurrency / 2) / itp;
}

/**
 * Whether run `a` goes before run `b`: higher priority first; then a run that nobody works on; then the smaller load. Of
 * runs that are equal in all neither does: whoever looks for the best one looks at the older run first, and keeps it.
 * Numbers instead of records, for the scheduler asks this of every ready run for each worker.
 */
export function isBetter(
  aPriority: number,
  aCores: number,
  aLoad: number,
  bPriority: number,
  bCores: number,
  bLoad: number,
): boolean {
  if (aPriority !== bPriority) return aPriority > bPriority;
  if (aCores > 0 !== bCores > 0) return bCores > 0;
  return aLoad < bLoad;
}
