/**
 * Other forms of what src/rules computes (docs/spec/statistics.md §4, §7), for which recordings exist: they check the
 * recorded values against each other, and the server needs none of them.
 */
import {
  bayesEloOfOutcomes,
  drawEloOf,
  NORMALIZED_ELO_UNIT,
  outcomesOfBayesElo,
  scoreOfElo,
} from '../../src/rules/elo.js';
import { type Constraint, constrainedMle } from '../../src/rules/likelihood.js';
import { type Jump, llrJumps, llrNormalized } from '../../src/rules/llr.js';
import { mean, type Pdf, pdfOfResults, variance } from '../../src/rules/pdf.js';

const MEAN: Constraint = { kind: 'mean' };

/** Close approximation of {@link llrNormalized} in closed form. */
export function normalizedLlrInClosedForm(elo0: number, elo1: number, results: ArrayLike<number>): number {
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
export function bayesEloLlr(elo0: number, elo1: number, counts: ArrayLike<number>): number {
  const drawElo = drawEloOf(counts);
  const p0 = outcomesOfBayesElo(elo0, drawElo);
  const p1 = outcomesOfBayesElo(elo1, drawElo);
  return p0.reduce((sum, p, i) => sum + counts[i]! * Math.log(p1[i]! / p), 0);
}

/** Approximate LLR of one sample for mean targets: ½·ln(Σp(a−s₀)²/Σp(a−s₁)²). */
export function logarithmicLlr({ values, probabilities: p }: Pdf, s0: number, s1: number): number {
  return 0.5 * Math.log(variance(values, p, s0) / variance(values, p, s1));
}

/** Approximate LLR of one sample for mean targets: (s₁−s₀)(2μ−s₀−s₁)/(2v). */
export function parabolicLlr({ values, probabilities: p }: Pdf, s0: number, s1: number): number {
  const mu = mean(values, p);
  return ((s1 - s0) * (2 * mu - s0 - s1)) / (2 * variance(values, p, mu));
}

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

/** BayesElo and draw elo that show a logistic Elo at a draw ratio; NaN where no such outcome exists. */
export function bayesEloOfElo(elo: number, drawRatio: number): { elo: number; drawelo: number } {
  const win = scoreOfElo(elo) - drawRatio / 2;
  const loss = 1 - drawRatio - win;
  if (win <= 0 || loss <= 0) return { elo: Number.NaN, drawelo: Number.NaN };
  return bayesEloOfOutcomes([loss, drawRatio, win]);
}

/** Mean, variance, skewness and excess kurtosis (docs/spec/statistics.md §7). */
export function moments({ values, probabilities }: Pdf): {
  mean: number;
  variance: number;
  skewness: number;
  excessKurtosis: number;
} {
  const mu = mean(values, probabilities);
  const v = variance(values, probabilities, mu);
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < values.length; i++) {
    const distance = values[i]! - mu;
    third += probabilities[i]! * distance ** 3;
    fourth += probabilities[i]! * distance ** 4;
  }
  return { mean: mu, variance: v, skewness: third / v ** 1.5, excessKurtosis: fourth / (v * v) - 3 };
}
