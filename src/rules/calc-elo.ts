/** The public calculator `/api/calc_elo` (docs/spec/worker-api.md §5.7): query parameters to status and answer. */

import type { EloModel, Pentanomial, Results } from '../model/documents.js';
import { estimateElo } from './elo.js';
import { type SprtElo, sprtElo } from './sprt-elo.js';

const PATH = '/api/calc_elo';
const PENTANOMIAL_KEYS = ['LL', 'LD', 'DDWL', 'WD', 'WW'] as const;
const TRINOMIAL_KEYS = ['W', 'D', 'L'] as const;
const MOST_GAMES = 2 ** 32;
const LARGEST_BOUND = 10;
const NARROWEST_TEST = 0.5;
const ALPHA = 0.05;
const BETA = 0.05;
const ELO_MODELS: ReadonlySet<string> = new Set<EloModel>(['BayesElo', 'logistic', 'normalized']);

const INVALID_COUNTS = 'Invalid or missing parameters. Please provide all values as valid numbers.';

/** Digits with points and minus signs anywhere: what the reference takes for a number at first sight. */
const LOOKS_NUMERIC = /^[.-]*\d[\d.-]*$/;
const WHOLE_NUMBER = /^-?\d{1,4300}$/;
const BOUND = /^-?(?:\d+\.?\d*|\.\d+)$/;

type Query = Readonly<Record<string, string | undefined>>;

export type CalcEloAnswer =
  | {
      readonly status: 200;
      readonly body: SprtElo | { elo: number; ci: [low: number, high: number]; LOS: number };
    }
  | { readonly status: 400; readonly body: { readonly error: string } };

/** Elo of the results in the query, by an SPRT's bounds if it gives both. */
export function calcElo(params: Query): CalcEloAnswer {
  let results: Results | undefined;
  try {
    results = resultsOf(params);
  } catch (error) {
    if (error instanceof RangeError) return refuse(error.message);
    throw error;
  }
  if (results === undefined) return refuse(INVALID_COUNTS);
  const games = results.pentanomial
    ? 2 * results.pentanomial.reduce((sum, pairs) => sum + pairs, 0)
    : results.wins + results.draws + results.losses;
  if (games > MOST_GAMES) return refuse('Number of games exceeds the limit.');
  if (games === 0) return refuse('No games to calculate Elo.');
  if (!params['elo0'] || !params['elo1']) {
    const { elo, elo95, los } = estimateElo(
      results.pentanomial ?? [results.losses, results.draws, results.wins],
    );
    return { status: 200, body: { elo, ci: [elo - elo95, elo + elo95], LOS: los } };
  }
  return sprtAnswer(results, params['elo0'], params['elo1'], params['elo_model'] ?? 'normalized');
}

function sprtAnswer(results: Results, low: string, high: string, model: string): CalcEloAnswer {
  const elo0 = boundOf(low);
  const elo1 = boundOf(high);
  const usable =
    elo1 >= elo0 + NARROWEST_TEST && Math.abs(elo0) <= LARGEST_BOUND && Math.abs(elo1) <= LARGEST_BOUND;
  if (!usable) return refuse('Bad elo0, and elo1 values.');
  if (!isEloModel(model)) return refuse('Valid Elo models are: BayesElo, logistic, and normalized.');
  try {
    const body = sprtElo(results, { alpha: ALPHA, beta: BETA, elo0, elo1, eloModel: model });
    return { status: 200, body };
  } catch (error) {
    if (error instanceof RangeError)
      return refuse(`The LLR of these results does not exist: ${error.message}.`);
    throw error;
  }
}

/** The results, pentanomial if all five counts are valid, or undefined when neither set of counts is. */
function resultsOf(params: Query): Results | undefined {
  const results = { wins: 0, draws: 0, losses: 0, crashes: 0, time_losses: 0 };
  const pentanomial = countsOf(params, PENTANOMIAL_KEYS);
  if (pentanomial !== undefined) return { ...results, pentanomial: pentanomial as Pentanomial };
  const trinomial = countsOf(params, TRINOMIAL_KEYS);
  if (trinomial === undefined) return undefined;
  const [wins, draws, losses] = trinomial as [number, number, number];
  return { ...results, wins, draws, losses };
}

/**
 * The counts under the keys; undefined when one is missing, no number, or negative.
 * @throws RangeError on a number that is not whole
 */
function countsOf(params: Query, keys: readonly string[]): number[] | undefined {
  const counts: number[] = [];
  for (const key of keys) {
    const text = params[key] ?? '';
    if (!LOOKS_NUMERIC.test(text)) return undefined;
    if (!WHOLE_NUMBER.test(text))
      throw new RangeError(`${key} must be a whole number, not ${text.slice(0, 50)}.`);
    const count = Number(text);
    if (count < 0) return undefined;
    counts.push(count);
  }
  return counts;
}

/** A bound: digits with one point and a leading minus at most; NaN for anything else. */
function boundOf(text: string): number {
  return BOUND.test(text) ? Number(text) : Number.NaN;
}

function isEloModel(model: string): model is EloModel {
  return ELO_MODELS.has(model);
}

function refuse(error: string): CalcEloAnswer {
  return { status: 400, body: { error: `${PATH}: ${error}` } };
}
