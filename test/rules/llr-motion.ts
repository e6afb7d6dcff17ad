/** Drift and variance of the LLR without approximation (docs/spec/statistics.md §4.3): recordings exist, and the server needs neither. */
import { type Constraint, constrainedMle } from '../../src/rules/likelihood.js';
import { type Jump, llrJumps } from '../../src/rules/llr.js';
import type { Pdf } from '../../src/rules/pdf.js';

const MEAN: Constraint = { kind: 'mean' };

/**
 * Exact drift and variance of the LLR a sample: the variance is that of the jumps of the given distribution, the drift
 * the mean jump when the true mean is s (by default that of the distribution).
 * @throws RangeError where no distribution has one of the means
 */
export function exactLlrMotion(
  pdf: Pdf,
  s0: number,
  s1: number,
  s?: number,
): [drift: number, variance: number] {
  const meanOf = (jumps: Jump[]) => jumps.reduce((sum, [jump, p]) => sum + p * jump, 0);
  const jumps = llrJumps(pdf, s0, s1);
  const center = meanOf(jumps);
  const spread = jumps.reduce((sum, [jump, p]) => sum + p * (jump - center) ** 2, 0);
  if (s === undefined) return [center, spread];
  return [meanOf(llrJumps(constrainedMle(pdf, MEAN, s), s0, s1)), spread];
}
