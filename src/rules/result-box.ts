/** The box that shows how a test does (docs/spec/ui.md §5): a few lines of text and a colour, for the web application's lists of runs. */

import type { EloModel, Results, Sprt } from '../model/documents.js';
import { countGames } from './crash-or-time.js';
import { estimateElo } from './elo.js';
import { formatPercent, formatShown } from './format-number.js';
import { fixedGamesOutcome } from './run-progress.js';
import { countsOf } from './sprt.js';

export const GREEN = '#44EB44';
export const RED = '#FF6A6A';
export const YELLOW = 'yellow';
/** An accepted test whose bounds only ask that nothing got worse. */
const BLUE = '#66CCFF';

const BRACKETS: Readonly<Record<EloModel, readonly [string, string]>> = {
  BayesElo: ['[', ']'],
  logistic: ['{', '}'],
  normalized: ['<', '>'],
};

export interface ResultBox {
  /** A CSS colour, or empty. */
  readonly style: string;
  readonly info: readonly string[];
}

/** Elo bounds with two decimals, in the brackets of their model. */
export function formatBounds(model: EloModel, elo0: number, elo1: number): string {
  const [open, close] = BRACKETS[model];
  return `${open}${formatShown(elo0, 2)},${formatShown(elo1, 2)}${close}`;
}

export function resultBox(run: {
  readonly args: {
    readonly num_games: number;
    readonly sprt?: Sprt;
    readonly spsa?: { readonly iter?: number; readonly num_iter?: number };
  };
  readonly results: Results;
}): ResultBox {
  const { args, results } = run;
  const games = countGames(results);
  if (args.spsa !== undefined) {
    // Old documents may lack either.
    const { iter = 0, num_iter = Math.floor(args.num_games / 2) } = args.spsa;
    return { style: '', info: [`${iter}/${num_iter} iterations`, `${games}/${args.num_games} games played`] };
  }
  const { first, outcome } = args.sprt === undefined ? fixedLine(results) : sprtLine(args.sprt);
  const { wins, losses, draws, pentanomial } = results;
  const info = [first, `Total: ${games} W: ${wins} L: ${losses} D: ${draws}`];
  if (pentanomial !== undefined) info.push(`Ptnml(0-2): ${pentanomial.join(', ')}`);
  return { style: styleOf(outcome, results, args.sprt), info };
}

/** The colour alone, where many runs are looked at: the texts take most of the time. */
export function resultStyle({ args, results }: Parameters<typeof resultBox>[0]): string {
  const { sprt, spsa } = args;
  if (spsa !== undefined) return '';
  const outcome =
    sprt === undefined ? fixedGamesOutcome(estimateElo(countsOf(results)).los) : (sprt.state ?? '');
  return styleOf(outcome, results, sprt);
}

function sprtLine(sprt: Sprt) {
  const [llr, low, high] = [sprt.llr, sprt.lower_bound, sprt.upper_bound].map((x) => formatShown(x, 2));
  const bounds = formatBounds(sprt.elo_model ?? 'BayesElo', sprt.elo0, sprt.elo1);
  return { first: `LLR: ${llr} (${low},${high}) ${bounds}`, outcome: sprt.state ?? '' };
}

function fixedLine(results: Results) {
  const { elo, elo95, los } = estimateElo(countsOf(results));
  return {
    first: `Elo: ${formatShown(elo, 2)} ± ${formatShown(elo95, 1)} (95%) LOS: ${formatPercent(los, 1)}%`,
    outcome: fixedGamesOutcome(los),
  };
}

function styleOf(outcome: string, { wins, losses }: Results, sprt: Sprt | undefined): string {
  if (outcome === 'accepted') return sprt !== undefined && sprt.elo0 + sprt.elo1 < 0 ? BLUE : GREEN;
  if (outcome === 'rejected') return wins > losses ? YELLOW : RED;
  return '';
}
