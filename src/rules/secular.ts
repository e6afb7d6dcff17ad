/**
 * The secular equation of constrained maximum likelihood (docs/spec/statistics.md §4.1): given weights pᵢ > 0 at aᵢ, some
 * negative and some positive, the x with Σ pᵢaᵢ/(1 + x·aᵢ) = 0. The left side falls strictly between its poles
 * −1/a_max and −1/a_min.
 */

/** Distance kept from the poles. */
const POLE_MARGIN = 1e-9;
/** Absolute precision of the root. */
const TOLERANCE = 2e-12;
/** Halving alone needs fewer. */
const MAX_STEPS = 200;

/**
 * The root, or the end of the bracket nearest to it when the function does not change sign inside; NaN when zero is
 * not strictly inside the support, so that there is no bracket. Newton's method, kept inside a shrinking bracket.
 * @param start first guess, for instance the root of a neighbouring problem
 */
export function clampedSecularRoot(a: Float64Array, p: Float64Array, n: number, start = 0): number {
  let smallest = a[0]!;
  let largest = smallest;
  for (let i = 1; i < n; i++) {
    const value = a[i]!;
    if (value < smallest) smallest = value;
    else if (value > largest) largest = value;
  }
  if (!(smallest < 0 && largest > 0)) return Number.NaN;
  let low = -1 / largest + POLE_MARGIN;
  let high = -1 / smallest - POLE_MARGIN;
  if (!(low < high)) return Number.NaN;
  let x = start > low && start < high ? start : 0.5 * (low + high);
  for (let step = 0; step < MAX_STEPS; step++) {
    let f = 0;
    let slope = 0;
    for (let i = 0; i < n; i++) {
      const ratio = a[i]! / (1 + x * a[i]!);
      const term = p[i]! * ratio;
      f += term;
      slope += term * ratio;
    }
    if (f > 0) low = x;
    else if (f < 0) high = x;
    else return x;
    let next = x + f / slope;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    const moved = Math.abs(next - x);
    x = next;
    if (moved <= TOLERANCE) return x;
  }
  return x;
}

/**
 * The root.
 * @throws RangeError when zero is not strictly inside the support or the function does not change sign in the bracket
 */
export function secularRoot(a: Float64Array, p: Float64Array, n: number, start = 0): number {
  const x = clampedSecularRoot(a, p, n, start);
  if (Number.isNaN(x)) throw new RangeError(`zero must lie strictly inside the support ${supportOf(a, n)}`);
  const low = -1 / Math.max(...a.subarray(0, n)) + POLE_MARGIN;
  const high = -1 / Math.min(...a.subarray(0, n)) - POLE_MARGIN;
  if (!(secular(a, p, n, low) >= 0 && secular(a, p, n, high) <= 0)) {
    throw new RangeError(`the secular function does not change sign for weights at ${supportOf(a, n)}`);
  }
  return x;
}

function secular(a: Float64Array, p: Float64Array, n: number, x: number): number {
  let f = 0;
  for (let i = 0; i < n; i++) f += (p[i]! * a[i]!) / (1 + x * a[i]!);
  return f;
}

function supportOf(a: Float64Array, n: number): string {
  return `[${a.subarray(0, n).join(', ')}]`;
}
