/** What a run's results say of it: whether it goes on, how it ended, what is left (docs/spec/scheduling.md §3.1, §7.4–7.7). */

import type { Results, Sprt, SprtState } from '../model/documents.js';
import { countGames } from './crash-or-time.js';
import { estimateElo } from './elo.js';
import { formatFixed, formatPercent } from './format-number.js';
import { countThreads, gameDuration } from './game-time.js';
import { countsOf, expectedOvershoot, sprtBounds } from './sprt.js';
import { sprtInterval } from './sprt-elo.js';

/** LOS beyond which a test of fixed length counts as decided. */
const REJECT_LOS = 0.05;
const ACCEPT_LOS = 0.95;
/** Pairs after which extrapolating an SPRT is as good as it gets, and the prior guess of its games before. */
const PAIRS_FOR_FULL_TRUST = 2_632_036;
const PRIOR_GAMES = 95_000;

/** Whether a run needs more games: it has not reached its number, and its SPRT, if any, has no outcome. */
export function isUndecided(
  results: Results,
  numGames: number,
  sprt: Pick<Sprt, 'state'> | undefined,
): boolean {
  return countGames(results) < numGames && (sprt?.state ?? '') === '';
}

export interface FlagsInput {
  readonly finished: boolean;
  readonly isSpsa: boolean;
  readonly isSprt: boolean;
  /** Missing in old documents. */
  readonly sprtState: SprtState | undefined;
  readonly results: Results;
}

/** Green for an accepted run, yellow for a rejected one that won more games than it lost. */
export function computeFlags(run: FlagsInput): { green: boolean; yellow: boolean } {
  if (!run.finished || run.isSpsa) return { green: false, yellow: false };
  const outcome = run.isSprt
    ? (run.sprtState ?? '')
    : fixedGamesOutcome(estimateElo(countsOf(run.results)).los);
  const { wins, losses } = run.results;
  return { green: outcome === 'accepted', yellow: outcome === 'rejected' && wins > losses };
}

/** Outcome of a test of fixed length by its likelihood of superiority. */
export function fixedGamesOutcome(los: number): SprtState {
  if (los < REJECT_LOS) return 'rejected';
  return los > ACCEPT_LOS ? 'accepted' : '';
}

/** The message of a finished_run action. Never throws: an SPRT without an estimate of its own shows the plain one. */
export function finishedMessage(run: {
  readonly isSpsa: boolean;
  readonly isGreen: boolean;
  readonly results: Results;
  readonly sprt: Sprt | undefined;
}): string {
  if (run.isSpsa) return 'SPSA tune finished';
  const { sprt, results } = run;
  const outcome = sprt === undefined ? (run.isGreen ? 'accepted' : 'rejected') : (sprt.state ?? '');
  const { elo, low, high, los } = estimate(results, sprt);
  const [e, lo, hi] = [elo, low, high].map((value) => formatFixed(value, 2));
  const { pentanomial } = results;
  const games = pentanomial === undefined ? countGames(results) : 2 * pairsOf(results);
  const pairs = pentanomial?.join(',') ?? '';
  return `Result:${outcome} Elo:${e}[${lo},${hi}] LOS:${formatPercent(los, 0)}% Games:${games} Ptnml:[${pairs}]`;
}

function estimate(results: Results, sprt: Sprt | undefined) {
  if (sprt !== undefined) {
    const { alpha, beta, elo0, elo1, elo_model: eloModel } = sprt;
    try {
      const { elo, ci, LOS } = sprtInterval(results, { alpha, beta, elo0, elo1, eloModel });
      return { elo, low: ci[0], high: ci[1], los: LOS };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  const { elo, elo95, los } = estimateElo(countsOf(results));
  return { elo, low: elo - elo95, high: elo + elo95, los };
}

/**
 * Core hours that a run still needs, a rough guess for an SPRT (§7.7).
 * @throws RangeError when the time control is malformed
 */
export function remainingHours(run: {
  readonly args: {
    readonly tc: string;
    /** As found in a document: anything but a positive number counts as 1 (docs/spec/data-model.md §2.7). */
    readonly threads?: unknown;
    readonly num_games: number;
    readonly sprt?: Sprt;
  };
  readonly results: Results;
}): number {
  const { args, results } = run;
  const games =
    args.sprt === undefined
      ? args.num_games - countGames(results)
      : sprtGamesLeft(args.sprt, args.num_games, pairsOf(results));
  return (gameDuration(args.tc) * Math.max(0, games) * countThreads(args.threads)) / 3600;
}

/** Extrapolates the way of the LLR to its bound, mixed with a prior guess while there are few pairs. */
function sprtGamesLeft(sprt: Sprt, numGames: number, pairs: number): number {
  const played = 2 * pairs;
  const { lower, upper } = sprtBounds(sprt.alpha, sprt.beta);
  const { below, above } = expectedOvershoot(sprt.overshoot);
  const bound = Math.abs(sprt.llr > 0 ? upper - above : lower + below);
  const llr = Math.max(0.1, Math.abs(sprt.llr));
  if (llr >= bound) return 0;
  const trust = 1 - (1 - Math.min(pairs / PAIRS_FOR_FULL_TRUST, 1)) ** 15;
  const extrapolated = Math.floor((played * bound) / llr);
  return Math.min(numGames, Math.floor(extrapolated * trust + PRIOR_GAMES * (1 - trust))) - played;
}

function pairsOf(results: Results): number {
  return results.pentanomial?.reduce((sum, count) => sum + count, 0) ?? countGames(results) / 2;
}
