/** Elo estimate of a sequential test with its interval and likelihood of superiority (docs/spec/statistics.md §5). */

import type { EloModel, Results } from '../model/documents.js';
import { outcomeCdf } from './brownian.js';
import { NORMALIZED_ELO_UNIT, scoreOfElo } from './elo.js';
import { brownianLlr, llrLogistic, llrNormalized } from './llr.js';
import { mean, pdfOfResults, variance } from './pdf.js';
import { bracketedRoot } from './root.js';
import { countsOf, sprtBounds, withoutBayesElo } from './sprt.js';

/** Half-width of the first bracket for a quantile, in distances between the bounds. */
const FIRST_BRACKET = 30;
/** Elo beyond which a quantile is not followed. */
const ELO_LIMIT = 1000;
const TOLERANCE = 2e-12;

export interface SprtEloInput {
  readonly alpha: number;
  readonly beta: number;
  readonly elo0: number;
  readonly elo1: number;
  /** BayesElo when missing, as in old documents. */
  readonly eloModel?: EloModel | undefined;
  /** One minus the confidence of the interval; 0.05 when missing. */
  readonly p?: number | undefined;
}

/** Estimate, interval and likelihood of superiority, with the bounds a and b of the LLR they rest on. */
export interface SprtInterval {
  readonly a: number;
  readonly b: number;
  /** Median-unbiased estimate in logistic Elo. */
  readonly elo: number;
  readonly ci: [low: number, high: number];
  readonly LOS: number;
}

export interface SprtElo extends SprtInterval {
  /** Exact, under the model and the bounds of the test. */
  readonly LLR: number;
}

/**
 * The estimate with the exact LLR.
 * @throws RangeError where that LLR does not exist (docs/spec/statistics.md §4.1–4.2), or unless the bounds are finite and differ
 */
export function sprtElo(results: Results, input: SprtEloInput): SprtElo {
  const interval = sprtInterval(results, input);
  const { elo0, elo1, model } = withoutBayesElo(input.elo0, input.elo1, input.eloModel, results);
  const exact = model === 'logistic' ? llrLogistic : llrNormalized;
  return { ...interval, LLR: exact(elo0, elo1, countsOf(results)) };
}

/** Results as a law, and the two scores that a test tells apart. */
export interface SprtModel {
  readonly counts: ArrayLike<number>;
  /** Samples: pairs, or games without a pentanomial. */
  readonly n: number;
  readonly pdf: ReturnType<typeof pdfOfResults>['pdf'];
  readonly elo0: number;
  readonly elo1: number;
  readonly s0: number;
  readonly s1: number;
}

/** @throws RangeError unless the bounds are finite and differ */
export function sprtModel(
  results: Results,
  input: Pick<SprtEloInput, 'elo0' | 'elo1' | 'eloModel'>,
): SprtModel {
  const { elo0, elo1, model } = withoutBayesElo(input.elo0, input.elo1, input.eloModel, results);
  // What is no number is no bound either: a bracket without width would be widened for ever.
  if (!(Math.abs(elo0 - elo1) > 0 && Number.isFinite(elo0 - elo1))) {
    throw new RangeError(`an SPRT needs two different finite bounds, not ${elo0} and ${elo1}`);
  }
  const counts = countsOf(results);
  const { n, pdf } = pdfOfResults(counts);
  const v = variance(pdf.values, pdf.probabilities, mean(pdf.values, pdf.probabilities));
  const perGame = Math.sqrt(((counts.length - 1) / 2) * v);
  const scoreOf = (elo: number) =>
    model === 'logistic' ? scoreOfElo(elo) : (elo / NORMALIZED_ELO_UNIT) * perGame + 0.5;
  return { counts, n, pdf, elo0, elo1, s0: scoreOf(elo0), s1: scoreOf(elo1) };
}

/**
 * The estimate, by treating the LLR as a Brownian motion that stops at its bounds.
 * @throws RangeError unless the bounds are finite and differ
 */
export function sprtInterval(results: Results, input: SprtEloInput): SprtInterval {
  const { n, pdf, s0, s1, elo0, elo1 } = sprtModel(results, input);
  const { lower: a, upper: b } = sprtBounds(input.alpha, input.beta);
  const [slope] = brownianLlr(pdf, s0, s1);
  const llr = Math.min(Math.max(n * slope, a), b);
  const time = llr === n * slope ? n : llr / slope;
  const outcome = (elo: number) => {
    const [drift, perSample] = brownianLlr(pdf, s0, s1, scoreOfElo(elo));
    return outcomeCdf({ a, b, drift, sigma: Math.sqrt(perSample) }, time, llr);
  };
  const quantile = (p: number) => eloWithOutcome(outcome, 1 - p, (elo0 + elo1) / 2, Math.abs(elo1 - elo0));
  const tail = (input.p ?? 0.05) / 2;
  return { a, b, elo: quantile(0.5), ci: [quantile(tail), quantile(1 - tail)], LOS: outcome(0) };
}

/** The Elo whose outcome probability is the target, looked for in brackets that double up to ±1000. */
function eloWithOutcome(
  outcome: (elo: number) => number,
  target: number,
  center: number,
  unit: number,
): number {
  for (let width = FIRST_BRACKET * unit; ; width *= 2) {
    const low = Math.max(center - width, -ELO_LIMIT);
    const high = Math.min(center + width, ELO_LIMIT);
    const atLow = outcome(low) - target;
    const atHigh = outcome(high) - target;
    if (atLow === 0 || atHigh === 0 || atLow < 0 !== atHigh < 0) {
      return bracketedRoot((elo) => outcome(elo) - target, low, high, TOLERANCE, atLow, atHigh);
    }
    if (low === -ELO_LIMIT && high === ELO_LIMIT) return atLow > 0 ? ELO_LIMIT : -ELO_LIMIT;
  }
}
