/** Latencies in Node's own histogram (HdrHistogram), up to an hour and off by at most a thousandth. */
import { createHistogram } from 'node:perf_hooks';

const NANOS = 1e6;
const HOUR_NANOS = 3600e9;

export class LatencyHistogram {
  readonly #histogram = createHistogram({ lowest: 1, highest: HOUR_NANOS, figures: 3 });

  get count(): number {
    return this.#histogram.count;
  }

  /** Milliseconds. */
  get max(): number {
    return this.count === 0 ? 0 : this.#histogram.max / NANOS;
  }

  /** @param milliseconds negative values (a clock set back) count as 0. */
  record(milliseconds: number): void {
    this.#histogram.record(Math.min(HOUR_NANOS, Math.max(1, Math.round(milliseconds * NANOS))));
  }

  /** Milliseconds below which the given share (0..1) of the records lie; 0 when there are none. */
  quantile(share: number): number {
    if (this.count === 0) return 0;
    return Math.min(this.max, this.#histogram.percentile(Math.max(share * 100, Number.MIN_VALUE)) / NANOS);
  }

  add(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
  }
}
