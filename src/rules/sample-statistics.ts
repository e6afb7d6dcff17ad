/**
 * What one sample of results says, as the page of raw statistics shows it (docs/spec/statistics.md §3–§5, §7): games one by
 * one [losses, draws, wins], or pairs of games [0, ½, 1, 1½, 2 points].
 */
import type { Results } from '../model/documents.js';
import { estimateElo, NORMALIZED_ELO_UNIT } from './elo.js';
import { llrJumps, llrLogistic, llrNormalized } from './llr.js';
import { logarithmicLlr, normalizedLlrInClosedForm, parabolicLlr } from './llr-variants.js';
import { momentsOf } from './moments.js';
import { Z_975 } from './normal.js';
import { type Pdf, pdfOfResults } from './pdf.js';
import { sprtInterval } from './sprt-elo.js';

/** A number with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Members are named as the JSON of the page names them; NaN stands for what does not exist. */
export interface SampleStatistics {
  readonly elo: Interval;
  readonly los: number;
  readonly llrs?: SampleLlrs;
  readonly games: number;
  readonly results: readonly number[];
  /** Regularized, so that it adds up to 1 without a zero. */
  readonly distribution: readonly number[];
  readonly expected_value: number;
  readonly variance: number;
  readonly skewness: number;
  readonly excess_kurtosis: number;
  readonly score: Interval;
  readonly variance_per_game: Interval;
  readonly deviation_per_game: Interval;
  readonly normalized_elo: Interval;
  /** What each outcome adds to the logistic LLR. */
  readonly llr_jumps?: readonly number[];
}

export interface SampleLlrs {
  /** In the model of the test. */
  readonly llr: number;
  readonly logistic: number;
  readonly logistic_alt: number;
  readonly logistic_alt2: number;
  readonly normalized: number;
  readonly normalized_alt: number;
}

/** The bounds of a sequential test in the scales that a sample is held against. */
export interface SampleBounds {
  readonly alpha: number;
  readonly beta: number;
  readonly isNormalized: boolean;
  readonly logistic: readonly [number, number];
  readonly normalized: readonly [number, number];
  readonly score: readonly [number, number];
}

/** @param counts of games or of pairs */
export function sampleStatistics(
  counts: readonly number[],
  bounds: SampleBounds | undefined,
): SampleStatistics {
  const { n, pdf } = pdfOfResults(counts);
  const gamesPerSample = (counts.length - 1) / 2;
  const { mean, variance, skewness, excessKurtosis } = momentsOf(pdf);
  const spread = Z_975 * Math.sqrt(variance / n);
  // Of few games the lower end would be negative.
  const varianceSpread = Z_975 * Math.sqrt(Math.max(0, excessKurtosis + 2) / n);
  const varianceAt = (factor: number) => gamesPerSample * variance * Math.max(0, factor);
  const perGame = {
    value: varianceAt(1),
    low: varianceAt(1 - varianceSpread),
    high: varianceAt(1 + varianceSpread),
  };
  return {
    ...eloOfSample(counts, bounds),
    games: gamesPerSample * counts.reduce((sum, count) => sum + count, 0),
    results: counts,
    distribution: [...pdf.probabilities],
    expected_value: mean,
    variance,
    skewness,
    excess_kurtosis: excessKurtosis,
    score: { value: mean, low: mean - spread, high: mean + spread },
    variance_per_game: perGame,
    deviation_per_game: {
      value: Math.sqrt(perGame.value),
      low: Math.sqrt(perGame.low),
      high: Math.sqrt(perGame.high),
    },
    normalized_elo: normalizedElo({ mean, variance, skewness, excessKurtosis }, n, gamesPerSample),
    ...(bounds !== undefined && {
      llrs: llrsOf(counts, n, pdf, bounds),
      llr_jumps: jumpsOf(pdf, bounds.score),
    }),
  };
}

/** A sequential test's estimate reckons with its stopping; bounds that no test can have leave the plain one. */
function eloOfSample(
  counts: readonly number[],
  bounds: SampleBounds | undefined,
): Pick<SampleStatistics, 'elo' | 'los'> {
  if (bounds !== undefined) {
    const [elo0, elo1] = bounds.logistic;
    const { alpha, beta } = bounds;
    const estimate = unlessOutOfRange(() =>
      sprtInterval(resultsOf(counts), { alpha, beta, elo0, elo1, eloModel: 'logistic' }),
    );
    if (estimate !== undefined) {
      const [low, high] = estimate.ci;
      return { elo: { value: estimate.elo, low, high }, los: estimate.LOS };
    }
  }
  const { elo, elo95, los } = estimateElo(counts);
  return { elo: { value: elo, low: elo - elo95, high: elo + elo95 }, los };
}

function resultsOf(counts: readonly number[]): Results {
  const none = { wins: 0, draws: 0, losses: 0, crashes: 0, time_losses: 0 };
  if (counts.length !== 5) return { ...none, losses: counts[0]!, draws: counts[1]!, wins: counts[2]! };
  const [p0, p1, p2, p3, p4] = counts as [number, number, number, number, number];
  return { ...none, pentanomial: [p0, p1, p2, p3, p4] };
}

function llrsOf(counts: readonly number[], n: number, pdf: Pdf, bounds: SampleBounds): SampleLlrs {
  const [s0, s1] = bounds.score;
  const exact = (f: typeof llrLogistic, [elo0, elo1]: readonly [number, number]) =>
    unlessOutOfRange(() => f(elo0, elo1, counts)) ?? Number.NaN;
  const logistic = exact(llrLogistic, bounds.logistic);
  const normalized = exact(llrNormalized, bounds.normalized);
  return {
    llr: bounds.isNormalized ? normalized : logistic,
    logistic,
    logistic_alt: n * logarithmicLlr(pdf, s0, s1),
    logistic_alt2: n * parabolicLlr(pdf, s0, s1),
    normalized,
    normalized_alt: normalizedLlrInClosedForm(...bounds.normalized, counts),
  };
}

function jumpsOf(pdf: Pdf, [s0, s1]: readonly [number, number]): number[] {
  const jumps = unlessOutOfRange(() => llrJumps(pdf, s0, s1).map(([jump]) => jump));
  return jumps ?? Array.from(pdf.probabilities, () => Number.NaN);
}

function normalizedElo(
  { mean, variance, skewness, excessKurtosis }: ReturnType<typeof momentsOf>,
  n: number,
  gamesPerSample: number,
): Interval {
  const t = (mean - 0.5) / Math.sqrt(variance);
  const spread = Math.max(0, 1 - t * skewness + (t * t * (excessKurtosis + 2)) / 4);
  const unit = NORMALIZED_ELO_UNIT / Math.sqrt(gamesPerSample);
  const half = unit * Z_975 * Math.sqrt(spread / n);
  return { value: unit * t, low: unit * t - half, high: unit * t + half };
}

/** One-sided results have no exact LLR (docs/spec/statistics.md §4.1): the page shows the rest. */
export function unlessOutOfRange<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
