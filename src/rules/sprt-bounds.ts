/** Which Elo bounds a sequential test can work with (docs/spec/web-ui.md §5, docs/spec/statistics.md §4). */
import type { Sprt } from '../model/documents.js';
import { llrLogistic, llrNormalized } from './llr.js';
import { withoutBayesElo } from './sprt.js';

/** Largest bound of a new test, in Elo. */
const LARGEST_BOUND = 10;
/** Results of every kind: where these meet no hypothesis, none do. */
const EVEN_PAIRS = [1, 1, 1, 1, 1];
const EVEN_GAMES = { losses: 1, draws: 1, wins: 1 };

/** What is wrong with the bounds of a new test, or undefined. */
export function boundsProblem({ elo0, elo1 }: Pick<Sprt, 'elo0' | 'elo1'>): string | undefined {
  if (!Number.isFinite(elo0) || !Number.isFinite(elo1)) return 'elo0 and elo1 must be finite numbers';
  if (elo0 >= elo1) return `elo0 (${elo0}) must be less than elo1 (${elo1})`;
  if (Math.abs(elo0) <= LARGEST_BOUND && Math.abs(elo1) <= LARGEST_BOUND) return undefined;
  return `elo0 (${elo0}) and elo1 (${elo1}) must be between -${LARGEST_BOUND} and ${LARGEST_BOUND}`;
}

/**
 * Whether a stored test can never end: its bounds do not differ, or no distribution of scores meets them, so that its LLR
 * stays where it is whatever is played.
 */
export function isUndecidable(sprt: Pick<Sprt, 'elo0' | 'elo1' | 'elo_model'>): boolean {
  const { elo0, elo1, model } = withoutBayesElo(sprt.elo0, sprt.elo1, sprt.elo_model, EVEN_GAMES);
  if (elo0 === elo1 || !Number.isFinite(elo0 - elo1)) return true;
  try {
    const llr = (model === 'logistic' ? llrLogistic : llrNormalized)(elo0, elo1, EVEN_PAIRS);
    return !Number.isFinite(llr);
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
}
