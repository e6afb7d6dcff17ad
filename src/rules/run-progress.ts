/** What a run's results say of it (spec: scheduling.md §3.1, §7.5). */
import type { Results, Sprt, SprtState } from '../protocol/documents.js';
import { getElo } from './elo.js';
import { fixed } from './fixed.js';
import { countsOf } from './sprt.js';
import { sprtElo } from './sprt-elo.js';

const LOS_LIMIT = 0.05;

export interface FlagsInput {
  finished: boolean;
  isSpsa: boolean;
  /** Undefined for a run without SPRT. */
  sprtState: SprtState | undefined;
  isSprt: boolean;
  results: Results;
}

/** Green: better. Yellow: rejected, but with more wins than losses. */
export function computeFlags({ finished, isSpsa, isSprt, sprtState, results }: FlagsInput): {
  green: boolean;
  yellow: boolean;
} {
  if (!finished || isSpsa) return { green: false, yellow: false };
  const verdict = isSprt ? (sprtState ?? '') : fixedGamesVerdict(results);
  return { green: verdict === 'accepted', yellow: verdict === 'rejected' && results.wins > results.losses };
}

function fixedGamesVerdict(results: Results): SprtState {
  const { los } = getElo(countsOf(results));
  if (los < LOS_LIMIT) return 'rejected';
  return los > 1 - LOS_LIMIT ? 'accepted' : '';
}

/** The message of a `finished_run` action, shown in the event log and in notifications. */
export function finishedMessage(run: { isSpsa: boolean; isGreen: boolean; results: Results; sprt: Sprt | undefined }): string {
  if (run.isSpsa) return 'SPSA tune finished';
  const { results, sprt } = run;
  const estimate = sprt === undefined ? fixedGamesEstimate(results) : sprtEstimate(results, sprt);
  const result = sprt === undefined ? (run.isGreen ? 'accepted' : 'rejected') : (sprt.state ?? '');
  const pairs = results.pentanomial ?? [0, 0, 0, 0, 0];
  const games = 2 * pairs.reduce((sum, count) => sum + count, 0);
  return (
    `Result:${result} Elo:${fixed(estimate.elo, 2)}[${fixed(estimate.low, 2)},${fixed(estimate.high, 2)}]` +
    ` LOS:${fixed(100 * estimate.los, 0)}% Games:${games} Ptnml:[${pairs.join(',')}]`
  );
}

function fixedGamesEstimate(results: Results) {
  const { elo, elo95, los } = getElo(countsOf(results));
  return { elo, low: elo - elo95, high: elo + elo95, los };
}

function sprtEstimate(results: Results, sprt: Sprt) {
  const { alpha, beta, elo0, elo1 } = sprt;
  const { elo, ci, LOS } = sprtElo(results, { alpha, beta, elo0, elo1, eloModel: sprt.elo_model });
  return { elo, low: ci[0], high: ci[1], los: LOS };
}
