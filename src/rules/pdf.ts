/**
 * Counts of game or pair outcomes as probability distributions (docs/spec/statistics.md §2). A distribution is a pair of
 * arrays: the values 0…1 an outcome scores, and their probabilities.
 */

/** Count that stands for an outcome which never happened. */
const EPSILON_COUNT = 1e-3;

/** A distribution over scores. */
export interface Pdf {
  readonly values: Float64Array;
  readonly probabilities: Float64Array;
}

const TRINOMIAL_VALUES = Float64Array.of(0, 0.5, 1);
const PENTANOMIAL_VALUES = Float64Array.of(0, 0.25, 0.5, 0.75, 1);

/** Scores of the outcomes, equally spaced in 0…1. The shared arrays of length 3 and 5 must not be changed. */
export function outcomeValues(length: number): Float64Array {
  if (length === 3) return TRINOMIAL_VALUES;
  if (length === 5) return PENTANOMIAL_VALUES;
  return new Float64Array(length).map((_, i) => i / (length - 1));
}

/** The counts with every zero replaced by a thousandth (docs/spec/statistics.md §2). */
export function regularize(counts: ArrayLike<number>): Float64Array {
  const out = new Float64Array(counts.length);
  for (let i = 0; i < counts.length; i++) out[i] = counts[i] === 0 ? EPSILON_COUNT : counts[i]!;
  return out;
}

/** Regularizes the counts into probabilities `out` and answers N, the regularized number of samples. */
export function fillProbabilities(counts: ArrayLike<number>, out: Float64Array): number {
  const length = counts.length;
  let total = 0;
  for (let i = 0; i < length; i++) {
    const count = counts[i] === 0 ? EPSILON_COUNT : counts[i]!;
    out[i] = count;
    total += count;
  }
  for (let i = 0; i < length; i++) out[i]! /= total;
  return total;
}

/** N and the distribution of regularized counts. */
export function pdfOfResults(counts: ArrayLike<number>): { n: number; pdf: Pdf } {
  const probabilities = new Float64Array(counts.length);
  const n = fillProbabilities(counts, probabilities);
  return { n, pdf: { values: outcomeValues(counts.length), probabilities } };
}

/** μ = Σ pᵢaᵢ over the first p.length entries. */
export function mean(values: ArrayLike<number>, p: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += p[i]! * values[i]!;
  return sum;
}

/** v = Σ pᵢ(aᵢ − center)². */
export function variance(values: ArrayLike<number>, p: ArrayLike<number>, center: number): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const distance = values[i]! - center;
    sum += p[i]! * distance * distance;
  }
  return sum;
}
