/**
 * Constrained maximum-likelihood distributions (docs/spec/statistics.md §4.2): of all distributions on the same outcomes, the
 * likeliest one that has a given mean, or a given t-value (μ − ref)/σ. Method: M. Van den Bergh, "Comments on
 * normalized Elo" and "A practical introduction to the GSPRT".
 *
 * The `fill…` functions work on caller's arrays, allocate nothing and never fail: a live test must go on. The `mle…`
 * functions check the answer and throw where the reference server did.
 */

import { mean, type Pdf, variance } from './pdf.js';
import { clampedSecularRoot, secularRoot } from './secular.js';

const MAX_ROUNDS = 10;
const ROUND_TOLERANCE = 1e-9;

/** Which feature of a distribution a hypothesis fixes. */
export type Constraint = { readonly kind: 'mean' } | { readonly kind: 't-value'; readonly ref: number };

let shifted = new Float64Array(8);

function scratch(n: number): Float64Array {
  if (shifted.length < n) shifted = new Float64Array(n);
  return shifted;
}

/**
 * Fills `out` with the likeliest distribution of mean s. Where there is none, `out` becomes p itself.
 * @param root the solver; the strict one throws
 */
export function fillMeanMle(
  values: Float64Array,
  p: Float64Array,
  s: number,
  out: Float64Array,
  root = clampedSecularRoot,
): void {
  const n = p.length;
  const a = scratch(n);
  for (let i = 0; i < n; i++) a[i] = values[i]! - s;
  const x = root(a, p, n, 0);
  const usable = !Number.isNaN(x);
  for (let i = 0; i < n; i++) out[i] = usable ? p[i]! / (1 + x * a[i]!) : p[i]!;
}

/**
 * Fills `out` with the likeliest distribution of t-value t with respect to ref, by at most ten rounds of fixed-point
 * iteration from the uniform distribution. Where a round has no solution, `out` keeps the last iterate.
 * @param root the solver; the strict one throws
 */
export function fillTValueMle(
  values: Float64Array,
  p: Float64Array,
  ref: number,
  t: number,
  out: Float64Array,
  root = clampedSecularRoot,
): void {
  const n = p.length;
  const b = scratch(n);
  for (let i = 0; i < n; i++) out[i] = 1 / n;
  let x = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const mu = mean(values, out);
    const sigma = Math.sqrt(variance(values, out, mu));
    for (let i = 0; i < n; i++) {
      const a = values[i]!;
      const z = (mu - a) / sigma;
      b[i] = a - ref - (t * sigma * (1 + z * z)) / 2;
    }
    x = root(b, p, n, x);
    if (Number.isNaN(x)) return;
    let change = 0;
    for (let i = 0; i < n; i++) {
      const next = p[i]! / (1 + x * b[i]!);
      change = Math.max(change, Math.abs(next - out[i]!));
      out[i] = next;
    }
    if (change < ROUND_TOLERANCE) return;
  }
}

/**
 * The likeliest distribution that meets the constraint with the given target.
 * @throws RangeError when there is none or the iteration does not converge
 */
export function constrainedMle(pdf: Pdf, constraint: Constraint, target: number): Pdf {
  const { values, probabilities: p } = pdf;
  const out = new Float64Array(p.length);
  let reached: number;
  let precision: number;
  if (constraint.kind === 'mean') {
    fillMeanMle(values, p, target, out, secularRoot);
    reached = mean(values, out);
    precision = 1e-6;
  } else {
    fillTValueMle(values, p, constraint.ref, target, out, secularRoot);
    const mu = mean(values, out);
    reached = (mu - constraint.ref) / Math.sqrt(variance(values, out, mu));
    precision = 1e-5;
  }
  if (!(Math.abs(target - reached) < precision)) {
    throw new RangeError(
      `no distribution on the outcomes with a ${constraint.kind} of ${target}: got ${reached}`,
    );
  }
  const total = out.reduce((sum, mass) => sum + mass, 0);
  if (!out.every((mass) => mass > -0.001 && mass < 1.001) || !(Math.abs(total - 1) < 0.001)) {
    throw new RangeError(
      `a ${constraint.kind} of ${target} leads to the impossible masses [${out.join(', ')}]`,
    );
  }
  return { values, probabilities: out };
}
