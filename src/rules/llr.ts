/**
 * Generalized log-likelihood ratios of two hypotheses about a distribution over scores (docs/spec/statistics.md §4.3):
 * each hypothesis is represented by the distribution that meets it and makes the sample likeliest. After A. B. Owen,
 * "Empirical likelihood ratio confidence regions", Annals of Statistics 18 (1990). Functions on results take counts from low to high: [losses, draws, wins] or the pentanomial.
 */

import { NORMALIZED_ELO_UNIT, scoreOfElo } from './elo.js';
import { type Constraint, constrainedMle } from './likelihood.js';
import { mean, type Pdf, pdfOfResults, variance } from './pdf.js';

const MEAN: Constraint = { kind: 'mean' };

/** A log-likelihood ratio that one sample may add, with the probability of that sample. */
export type Jump = readonly [jump: number, probability: number];

/**
 * LLR of one sample: Σ pᵢ(ln p̂₁ᵢ − ln p̂₀ᵢ), the hypotheses being targets of the constraint.
 * @throws RangeError where no distribution meets a hypothesis
 */
export function llrOfPdf(pdf: Pdf, s0: number, s1: number, constraint: Constraint = MEAN): number {
  return llrJumps(pdf, s0, s1, constraint).reduce((sum, [jump, p]) => sum + p * jump, 0);
}

/**
 * The jumps ln p̂₁ᵢ − ln p̂₀ᵢ of the LLR with the empirical probability of each.
 * @throws RangeError where no distribution meets a hypothesis
 */
export function llrJumps(pdf: Pdf, s0: number, s1: number, constraint: Constraint = MEAN): Jump[] {
  const p0 = constrainedMle(pdf, constraint, s0).probabilities;
  const p1 = constrainedMle(pdf, constraint, s1).probabilities;
  return Array.from(pdf.probabilities, (p, i) => [Math.log(p1[i]! / p0[i]!), p] as const);
}

/** Exact LLR of results under logistic Elo bounds; see {@link llrOfPdf} for errors. */
export function llrLogistic(elo0: number, elo1: number, results: ArrayLike<number>): number {
  const { n, pdf } = pdfOfResults(results);
  return n * llrOfPdf(pdf, scoreOfElo(elo0), scoreOfElo(elo1));
}

/** Exact LLR of results under normalized Elo bounds; see {@link llrOfPdf} for errors. */
export function llrNormalized(elo0: number, elo1: number, results: ArrayLike<number>): number {
  const { n, pdf } = pdfOfResults(results);
  const unit = tValueUnit(results.length);
  return n * llrOfPdf(pdf, elo0 * unit, elo1 * unit, { kind: 't-value', ref: 0.5 });
}

/** t-value of one normalized Elo point for a sample of one game (3 outcomes) or one pair (5 outcomes). */
export function tValueUnit(outcomes: number): number {
  return (outcomes === 5 ? Math.SQRT2 : 1) / NORMALIZED_ELO_UNIT;
}

/** Approximate drift and variance of the LLR a sample: those of the Brownian motion of docs/spec/statistics.md §5 step 4. */
export function brownianLlr(
  { values, probabilities: p }: Pdf,
  s0: number,
  s1: number,
  s?: number,
): [drift: number, variance: number] {
  const mu = mean(values, p);
  const v = variance(values, p, mu);
  return [(((s ?? mu) - (s0 + s1) / 2) * (s1 - s0)) / v, (s1 - s0) ** 2 / v];
}
