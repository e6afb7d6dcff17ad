/**
 * What the numbers of a run may be, when it is made and when it is modified alike (docs/spec/web-ui.md §5.2 row 15): memory
 * holds threads, batches and games in 32-bit words.
 */

export const MOST_THREADS = 1024;
export const MOST_THROUGHPUT = 1000;
export const LARGEST_PRIORITY = 1000;
/** Seconds. Shorter games make batches of an SPRT that no task can hold. */
export const SHORTEST_GAME = 0.05;
/** Seconds: a week. What lasts longer is a slip, and its task never ends. */
export const LONGEST_GAME = 604_800;
/** In MiB, for one engine: a run that asks for more waits for ever for a worker. */
export const LARGEST_HASH = 1_048_576;
/** Of a tune's A ratio, alpha and gamma. Usual are 0.1, 0.602 and 0.101. */
export const LARGEST_SPSA_SETTING = 10;

/** What is wrong with one of a run's numbers, or undefined. */
export function limitProblem(name: 'threads' | 'throughput' | 'priority', value: number): string | undefined {
  const [low, high] = LIMITS[name];
  if (Number.isSafeInteger(value) && value >= low && value <= high) return undefined;
  return `${name} (${value}) must be a whole number from ${low} to ${high}`;
}

const LIMITS = {
  threads: [1, MOST_THREADS],
  throughput: [0, MOST_THROUGHPUT],
  priority: [-LARGEST_PRIORITY, LARGEST_PRIORITY],
} as const;
