/** Which of two runs a worker gets, when it can take either (docs/spec/scheduling.md §2.3). Allocates nothing. */

/** How busy the run would be with half of this worker's cores, for its share of the farm. */
export function loadWith(cores: number, concurrency: number, itp: number): number {
  return (cores + concurrency / 2) / itp;
}

/**
 * Whether this run goes before the other: higher priority first; then a run that nobody works on; then the smaller load. Of
 * runs that are equal in all neither does: whoever looks for the best one looks at the older run first, and keeps it.
 * `cores`: those that play the run, and the worker's own besides if it worked on the run last, so that it goes elsewhere if
 * it can; `load` by `loadWith`. Numbers instead of records, for the scheduler asks this of every ready run for each worker.
 */
export function goesBefore(
  priority: number,
  cores: number,
  load: number,
  otherPriority: number,
  otherCores: number,
  otherLoad: number,
): boolean {
  if (priority !== otherPriority) return priority > otherPriority;
  if (cores > 0 !== otherCores > 0) return otherCores > 0;
  return load < otherLoad;
}
