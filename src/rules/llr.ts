/**
 * Generalized log-likelihood ratios of two hypotheses about a distribution over scores (statistics.md §4.3), exact
 * and approximate. Functions on results take counts from low to high: [losses, draws, wins] or the pentanomial.
 */

import { drawEloOf, NORMALIZED_ELO_UNIT, outcomesOfBayesElo, scoreOfElo } from './elo.js';
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

/** Close approximation of {@link llrNormalized} in closed form. */
export function llrNormalizedAlt(elo0: number, elo1: number, results: ArrayLike<number>): number {
  const { n, pdf } = pdfOfResults(results);
  const gamesPerSample = (results.length - 1) / 2;
  const mu = mean(pdf.values, pdf.probabilities);
  const sigma = Math.sqrt(gamesPerSample * variance(pdf.values, pdf.probabilities, mu));
  const t = (mu - 0.5) / sigma;
  const d0 = t - elo0 / NORMALIZED_ELO_UNIT;
  const d1 = t - elo1 / NORMALIZED_ELO_UNIT;
  return ((n * gamesPerSample) / 2) * Math.log((1 + d0 * d0) / (1 + d1 * d1));
}

/** LLR of trinomial results in the BayesElo model, with the draw elo of the sample; counts must be positive. */
export function llrBayesElo(elo0: number, elo1: number, counts: ArrayLike<number>): number {
  const drawElo = drawEloOf(counts);
  const p0 = outcomesOfBayesElo(elo0, drawElo);
  const p1 = outcomesOfBayesElo(elo1, drawElo);
  return p0.reduce((sum, p, i) => sum + counts[i]! * Math.log(p1[i]! / p), 0);
}

/** Approximate LLR of one sample for mean targets: ½·ln(Σp(a−s₀)²/Σp(a−s₁)²). */
export function llrAlt({ values, probabilities: p }: Pdf, s0: number, s1: number): number {
  return 0.5 * Math.log(variance(values, p, s0) / variance(values, p, s1));
}

/** Approximate LLR of one sample for mean targets: (s₁−s₀)(2μ−s₀−s₁)/(2v). */
export function llrAlt2({ values, probabilities: p }: Pdf, s0: number, s1: number): number {
  const mu = mean(values, p);
  return ((s1 - s0) * (2 * mu - s0 - s1)) / (2 * variance(values, p, mu));
}

/**
 * Exact drift and variance of the LLR a sample: the variance is that of the jumps of the given distribution, the drift
 * the mean jump when the true mean is s (by default that of the distribution).
 * @throws RangeError where no distribution has one of the means
 */
export function llrDriftVariance(
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

/** Approximate drift and variance of the LLR a sample: those of the Brownian motion of statistics.md §5 step 4. */
export function llrDriftVarianceAlt2(
  { values, probabilities: p }: Pdf,
  s0: number,
  s1: number,
  s?: number,
): [drift: number, variance: number] {
  const mu = mean(values, p);
  const v = variance(values, p, mu);
  return [(((s ?? mu) - (s0 + s1) / 2) * (s1 - s0)) / v, (s1 - s0) ** 2 / v];
}
