/**
 * A histogram of latencies on a logarithmic scale: 32 buckets for every doubling, so a quantile is off by at most 2.2 %,
 * from 1 µs to over an hour, in a fixed kilobyte-sized array. The maximum is exact.
 */
const PER_OCTAVE = 32;
const OCTAVES = 32;

export class LatencyHistogram {
  readonly #buckets = new Float64Array(PER_OCTAVE * OCTAVES);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** Milliseconds. */
  get max(): number {
    return this.#max;
  }

  /** @param milliseconds negative values (a clock set back) count as 0. */
  record(milliseconds: number): void {
    const micros = Math.max(1, milliseconds * 1000);
    const bucket = Math.min(this.#buckets.length - 1, Math.floor(Math.log2(micros) * PER_OCTAVE));
    this.#buckets[bucket]! += 1;
    this.#count += 1;
    if (milliseconds > this.#max) this.#max = milliseconds;
  }

  /** Milliseconds below which the given share (0..1) of the records lie; 0 when there are none. */
  quantile(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      seen += this.#buckets[bucket]!;
      if (seen >= wanted) return Math.min(this.#max, 2 ** ((bucket + 0.5) / PER_OCTAVE) / 1000);
    }
    return 0;
  }

  add(other: LatencyHistogram): void {
    for (let i = 0; i < this.#buckets.length; i++) this.#buckets[i]! += other.#buckets[i]!;
    this.#count += other.#count;
    this.#max = Math.max(this.#max, other.#max);
  }
}
