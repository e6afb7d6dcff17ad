/**
 * Further forms of the log-likelihood ratio, which the page of raw statistics shows beside the exact ones
 * (docs/spec/statistics.md §4.3, §4.4). They agree closely where a test is near its bounds: a large difference tells of odd results.
 */
import { drawEloOf, NORMALIZED_ELO_UNIT, outcomesOfBayesElo } from './elo.js';
import { mean, type Pdf, pdfOfResults, variance } from './pdf.js';

/** Close approximation of the exact LLR under normalized bounds in closed form. */
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
