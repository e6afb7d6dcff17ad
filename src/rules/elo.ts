/**
 * Elo scales and the plain Elo estimate (docs/spec/statistics.md §1, §3, §4.4). Elo is logistic unless a name says otherwise;
 * a score is the mean number of points a game, 0…1.
 */

import { normalCdf, Z_975 } from './normal.js';
import { regularize } from './pdf.js';
import { compensatedSum } from './sum.js';

/** 800/ln 10: normalized Elo for a unit of t-value of one game (docs/spec/statistics.md §1). */
export const NORMALIZED_ELO_UNIT = 347.43558552260146;

/** An Elo estimate with the half-width of its 95 % interval and the likelihood of superiority. */
export interface EloEstimate {
  readonly elo: number;
  readonly elo95: number;
  readonly los: number;
}

/** Probabilities of a loss, a draw and a win. */
export type Outcomes = readonly [loss: number, draw: number, win: number];

/** L(x): the score that a logistic Elo difference predicts. */
export function scoreOfElo(elo: number): number {
  return 1 / (1 + 10 ** (-elo / 400));
}

/** The logistic Elo of a score, clamped to 0.001…0.999 so that it stays finite. */
export function eloOfScore(score: number): number {
  const clamped = Math.min(Math.max(score, 1e-3), 1 - 1e-3);
  return -400 * Math.log10(1 / clamped - 1);
}

/** Games, score per game and variance per game of counts from low to high (docs/spec/statistics.md §3). */
export function gameStatistics(counts: ArrayLike<number>): { games: number; mu: number; variance: number } {
  const gamesPerEntry = (counts.length - 1) / 2;
  const weighted = (value: (i: number) => number) =>
    compensatedSum(Float64Array.from(counts, (count, i) => count * value(i)));
  const entries = weighted(() => 1);
  const games = entries * gamesPerEntry;
  const points = weighted((i) => i / 2);
  const pointsPerEntry = points / entries;
  return {
    games,
    mu: points / games,
    variance: weighted((i) => (i / 2 - pointsPerEntry) ** 2) / games,
  };
}

/**
 * Elo, 95 % half-width and LOS of results from low to high: [losses, draws, wins] or the pentanomial
 * (docs/spec/statistics.md §3).
 */
export function estimateElo(results: ArrayLike<number>): EloEstimate {
  const { games, mu, variance: perGame } = gameStatistics(regularize(results));
  const deviation = Math.sqrt(perGame / games);
  const elo = eloOfScore(mu);
  const elo95 = (eloOfScore(mu + Z_975 * deviation) - eloOfScore(mu - Z_975 * deviation)) / 2;
  return { elo, elo95, los: normalCdf((mu - 0.5) / deviation) };
}

/** Elo in units of the spread of a game, with the half-width of its 95 % interval (docs/spec/statistics.md §3). */
export function estimateNormalizedElo(results: ArrayLike<number>): { nelo: number; nelo95: number } {
  const { games, mu, variance } = gameStatistics(regularize(results));
  return {
    nelo: (NORMALIZED_ELO_UNIT * (mu - 0.5)) / Math.sqrt(variance),
    nelo95: (NORMALIZED_ELO_UNIT * Z_975) / Math.sqrt(games),
  };
}

/** Outcome probabilities of a BayesElo difference with the given draw elo (docs/spec/statistics.md §4.4). */
export function outcomesOfBayesElo(bayesElo: number, drawElo: number): Outcomes {
  const win = 1 / (1 + 10 ** ((-bayesElo + drawElo) / 400));
  const loss = 1 / (1 + 10 ** ((bayesElo + drawElo) / 400));
  return [loss, 1 - win - loss, win];
}

/**
 * BayesElo and draw elo of outcome probabilities (docs/spec/statistics.md §4.4).
 * @throws RangeError unless losses and wins both have a probability strictly between 0 and 1
 */
export function bayesEloOfOutcomes([loss, , win]: Outcomes): { elo: number; drawelo: number } {
  if (!(loss > 0 && loss < 1 && win > 0 && win < 1)) {
    throw new RangeError(`losses and wins must have probabilities in 0…1 exclusive, not ${loss} and ${win}`);
  }
  const lossOdds = (1 - loss) / loss;
  const winOdds = (1 - win) / win;
  return { elo: 200 * Math.log10(lossOdds / winOdds), drawelo: 200 * Math.log10(lossOdds * winOdds) };
}

/** The draw elo of [losses, draws, wins]; every count must be positive, so regularize first. */
export function drawEloOf(counts: ArrayLike<number>): number {
  const total = counts[0]! + counts[1]! + counts[2]!;
  return bayesEloOfOutcomes([counts[0]! / total, counts[1]! / total, counts[2]! / total]).drawelo;
}

/** Logistic Elo of a BayesElo difference. */
export function eloOfBayesElo(bayesElo: number, drawElo: number): number {
  const [, draw, win] = outcomesOfBayesElo(bayesElo, drawElo);
  return eloOfScore(win + draw / 2);
}

/** BayesElo and draw elo that show a logistic Elo at a draw ratio; NaN where no such outcome exists. */
export function bayesEloOfElo(elo: number, drawRatio: number): { elo: number; drawelo: number } {
  const win = scoreOfElo(elo) - drawRatio / 2;
  const loss = 1 - drawRatio - win;
  if (win <= 0 || loss <= 0) return { elo: Number.NaN, drawelo: Number.NaN };
  return bayesEloOfOutcomes([loss, drawRatio, win]);
}
