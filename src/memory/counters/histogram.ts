// Log-scale histograms of durations, a row for each thread, summed by the reader.

import { MAX_THREADS } from '../locks/thread-row.js';
import { currentThread } from '../locks/threads.js';
import type { Region } from '../region.js';

const BUCKETS_PER_OCTAVE = 8;
/** 2^32 µs is more than an hour. */
const OCTAVES = 32;
const BUCKETS = BUCKETS_PER_OCTAVE * OCTAVES;
/** After the buckets: the sum of all durations and the longest one. */
const SUM = BUCKETS;
const MAX = BUCKETS + 1;
const ROW = BUCKETS + 16;

/** How many durations lie above the bucket below and not above `upTo` microseconds. */
export interface HistogramBucket {
  readonly upTo: number;
  readonly count: number;
}

/** Durations in microseconds. */
export interface HistogramSnapshot {
  readonly count: number;
  readonly sum: number;
  readonly max: number;
  /** The upper end of the bucket in which fraction `p` (0…1) of the durations is reached; 9 % off at most. */
  percentile(p: number): number;
  /** The buckets that are not empty, ascending. */
  readonly buckets: readonly HistogramBucket[];
}

export class Histogram {
  readonly #values: Float64Array;

  constructor(region: Region, name: string) {
    this.#values = region.f64(name, ROW * (MAX_THREADS + 1));
  }

  /** Counts one duration; negative ones, from a clock set back, and NaN count as 0. */
  record(microseconds: number): void {
    const duration = Math.max(microseconds || 0, 0);
    const row = currentThread() * ROW;
    const bucket = duration <= 1 ? 0 : Math.ceil(Math.log2(duration) * BUCKETS_PER_OCTAVE);
    this.#values[row + Math.min(bucket, BUCKETS - 1)]!++;
    this.#values[row + SUM]! += duration;
    if (duration > this.#values[row + MAX]!) this.#values[row + MAX] = duration;
  }

  snapshot(): HistogramSnapshot {
    const counts = new Float64Array(BUCKETS);
    let sum = 0;
    let max = 0;
    for (let row = 0; row <= MAX_THREADS * ROW; row += ROW) {
      // Rows of threads that never recorded stay untouched: reading them would cost time and memory.
      if (this.#values[row + SUM] === 0 && this.#values[row] === 0) continue;
      for (let i = 0; i < BUCKETS; i++) counts[i]! += this.#values[row + i]!;
      sum += this.#values[row + SUM]!;
      max = Math.max(max, this.#values[row + MAX]!);
    }
    const count = counts.reduce((total, n) => total + n, 0);
    const buckets = [...counts].flatMap((n, i) => (n > 0 ? [{ upTo: upTo(i), count: n }] : []));
    return { count, sum, max, buckets, percentile: (p) => Math.min(max, upperEnd(counts, count * p)) };
  }
}

function upTo(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_OCTAVE);
}

function upperEnd(counts: Float64Array, wanted: number): number {
  let seen = 0;
  for (let i = 0; i < counts.length; i++) {
    seen += counts[i]!;
    if (seen >= wanted && seen > 0) return upTo(i);
  }
  return 0;
}
