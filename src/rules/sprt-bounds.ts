/** Which Elo bounds a sequential test can work with (docs/spec/web-ui.md §5, docs/spec/statistics.md §4). */
import type { Sprt } from '../model/documents.js';
import { llrLogistic, llrNormalized } from './llr.js';
import { withoutBayesElo } from './sprt.js';

/** Largest bound of a new test, in Elo. */
const LARGEST_BOUND = 10;
/** Bounds that are closer are told apart by no number of games that is played; past some point the LLR itself is noise. */
const CLOSEST_BOUNDS = 0.01;
/** In Elo: for no more than that between its bounds, a stored test would need some 10^17 games, and its LLR is noise. */
const INDISTINCT = 1e-6;
/** Results of every kind: where these meet no hypothesis, none do. */
const EVEN_PAIRS = [1, 1, 1, 1, 1];
const EVEN_GAMES = { losses: 1, draws: 1, wins: 1 };

/** What is wrong with the bounds of a new test, or undefined. */
export function boundsProblem({ elo0, elo1 }: Pick<Sprt, 'elo0' | 'elo1'>): string | undefined {
  if (!Number.isFinite(elo0) || !Number.isFinite(elo1)) return 'elo0 and elo1 must be finite numbers';
  if (elo0 >= elo1) return `elo0 (${elo0}) must be less than elo1 (${elo1})`;
  if (Math.abs(elo0) > LARGEST_BOUND || Math.abs(elo1) > LARGEST_BOUND) {
    return `elo0 (${elo0}) and elo1 (${elo1}) must be between -${LARGEST_BOUND} and ${LARGEST_BOUND}`;
  }
  // Half a unit of the last place: 0.29 and 0.3 are apart by a little less than 0.01.
  if (elo1 - elo0 > CLOSEST_BOUNDS - 1e-9) return undefined;
  return `elo0 (${elo0}) and elo1 (${elo1}) must be ${CLOSEST_BOUNDS} or more apart`;
}

/**
 * Whether a stored test can never end: its bounds hardly differ, or no distribution of scores meets them, so that its LLR
 * stays where it is whatever is played.
 */
export function isUndecidable(sprt: Pick<Sprt, 'elo0' | 'elo1' | 'elo_model'>): boolean {
  const { elo0, elo1, model } = withoutBayesElo(sprt.elo0, sprt.elo1, sprt.elo_model, EVEN_GAMES);
  if (!(Math.abs(elo0 - elo1) > INDISTINCT) || !Number.isFinite(elo0 - elo1)) return true;
  try {
    const llr = (model === 'logistic' ? llrLogistic : llrNormalized)(elo0, elo1, EVEN_PAIRS);
    return !Number.isFinite(llr);
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
}
