/**
 * How long a run still takes at its present speed (docs/spec/scheduling.md §7.8), as a range where chance decides: an SPRT's LLR is
 * taken for a Brownian motion that is to leave its bounds.
 */
import type { Results, Sprt } from '../model/documents.js';
import { countGames } from './crash-or-time.js';
import { brownianLlr } from './llr.js';
import { sprtBounds } from './sprt.js';
import { sprtModel } from './sprt-elo.js';

export interface Range {
  readonly low: number;
  readonly high: number;
}

interface PlayedRun {
  readonly args: { readonly num_games: number; readonly sprt?: Sprt };
  readonly results: Results;
}

const MINUTES_AN_HOUR = 60;
/** Below this a motion counts as one without drift: the formula with drift would divide by next to nothing. */
const NEARLY_LEVEL = 1e-6;

/** Undefined while the run has no speed, or nothing can be said. Never throws, and no number is NaN, whatever the document holds. */
export function hoursLeft(run: PlayedRun, gamesPerMinute: number): Range | undefined {
  const games = gamesLeft(run);
  if (games === undefined || !(gamesPerMinute > 0) || !Number.isFinite(gamesPerMinute)) return undefined;
  const [low, high] = [games.low, games.high].map((count) => count / gamesPerMinute / MINUTES_AN_HOUR);
  return Number.isFinite(high) ? { low: low!, high: high! } : undefined;
}

/** For an SPRT what is expected, from one standard error of the drift below its estimate to one above. */
export function gamesLeft({ args, results }: PlayedRun): Range | undefined {
  const left = args.num_games - gamesPlayed(results);
  if (!Number.isFinite(left)) return undefined;
  if (left <= 0) return { low: 0, high: 0 };
  if (args.sprt === undefined) return { low: left, high: left };
  const games = sprtGamesLeft(args.sprt, results);
  if (games === undefined) return undefined;
  return { low: Math.min(games.low, left), high: Math.min(games.high, left) };
}

/** NaN where a document does not say. */
function gamesPlayed(results: Results): number {
  try {
    return countGames(results);
  } catch {
    return Number.NaN;
  }
}

function sprtGamesLeft(sprt: Sprt, results: Results): Range | undefined {
  const motion = motionOf(sprt, results);
  if (motion === undefined) return undefined;
  const { llr, lower, upper, samples, gamesASample, variance } = motion;
  if (!(llr > lower && llr < upper)) return { low: 0, high: 0 };
  const drift = llr / samples;
  const error = Math.sqrt(variance / samples);
  const drifts = [drift - error, drift, drift + error];
  // A motion without drift takes longest to leave.
  if (Math.abs(drift) < error) drifts.push(0);
  const times = drifts.map((each) => exitTime({ low: lower - llr, high: upper - llr }, each, variance));
  const [low, high] = [Math.min(...times) * gamesASample, Math.max(...times) * gamesASample];
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : undefined;
}

function motionOf(sprt: Sprt, results: Results) {
  try {
    const input = { elo0: sprt.elo0, elo1: sprt.elo1, eloModel: sprt.elo_model };
    const { n, pdf, s0, s1, counts } = sprtModel(results, input);
    const { lower, upper } = sprtBounds(sprt.alpha, sprt.beta);
    const [, variance] = brownianLlr(pdf, s0, s1);
    const { llr } = sprt;
    const numbers = [llr, lower, upper, n, variance];
    // What is not played yet has no speed of its own.
    if (!numbers.every(Number.isFinite) || !(variance > 0) || countGames(results) <= 0 || !(n > 0))
      return undefined;
    return { llr, lower, upper, samples: n, gamesASample: (counts.length - 1) / 2, variance };
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    return undefined;
  }
}

/** Mean time after which a motion from 0 leaves the barriers. */
function exitTime({ low, high }: Range, drift: number, variance: number): number {
  const gamma = (2 * drift) / variance;
  if (Math.abs(gamma * (high - low)) < NEARLY_LEVEL) return (-low * high) / variance;
  // By the barrier ahead and the one behind no exponent is positive.
  const [ahead, behind] = gamma > 0 ? [high, low] : [low, high];
  const reachesAhead = Math.expm1(gamma * behind) / Math.expm1(gamma * (behind - ahead));
  return (ahead * reachesAhead + behind * (1 - reachesAhead)) / drift;
}
