/** The settings of a tune that follow from its parameters' ranges and its time control (docs/spec/web-ui.md §5.5). */
import { chi2Quantile95 } from './chi2-quantile.js';
import { parseNumber, trimmed } from './parse-number.js';
import { spsaLineProblems } from './spsa-lines.js';

/** The game pairs that a tune is worth, as a constant of the reference. */
const SCALE = 347.43558552260146;
const MOVES_PER_GAME = 68;
const LEAST_GAMES = 1_000;
/** A tune cannot have more (docs/spec/web-ui.md §5.2 row 17). */
const MOST_GAMES = 3_200_000;

export interface AutoselectedTune {
  readonly games: number;
  readonly A: 0;
  readonly alpha: 0;
  readonly gamma: 0;
  /** Lines with the steps and rates that were chosen. */
  readonly raw_params: string;
}

/**
 * Chooses games, steps and rates; names, starts and ranges stay as they are.
 * @throws RangeError telling every line, or the time control, that it cannot work with
 */
export function autoselectTune(rawParams: string, tc: string): AutoselectedTune {
  const lines = rawParams
    .split('\n')
    .map(trimmed)
    .filter((line) => line !== '');
  const problems = [...spsaLineProblems(rawParams), ...rateProblems(lines)];
  if (problems.length > 0) throw new RangeError(problems.join('; '));
  if (lines.length === 0) throw new RangeError('there is no parameter yet');
  const drawRatio = 1 / (1 + Math.exp(-(0.22 * Math.log(secondsPerMove(tc)) + 1.35)));
  const rate = (0.5 * 8) / (SCALE * chi2Quantile95(lines.length) * (1 - drawRatio));
  let longest = 0;
  const chosen = lines.map((line) => {
    const [name, start, min, max] = line.split(',') as [string, string, string, string];
    const range = parseNumber(max) - parseNumber(min);
    const step = range / 6;
    const curvature = (-2 * 2) / (range / 2) ** 2;
    longest = Math.max(longest, -SCALE / (2 * rate * step ** 2 * curvature));
    return [name, start, min, max, decimals(step, 2), decimals(rate, 5)].join(',');
  });
  const games = Math.max(LEAST_GAMES, 1_000 * Math.round(Math.round(3 * longest) / 1_000));
  if (games > MOST_GAMES) throw new RangeError(`it would take ${games} games: at most ${MOST_GAMES}`);
  return { games, A: 0, alpha: 0, gamma: 0, raw_params: chosen.join('\n') };
}

/** As many decimals as asked for; more where nothing else would be left of the number. */
function decimals(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) > 0 ? text : String(Number(value.toPrecision(2)));
}

/** The rates are chosen anew, but one of 0 says that its author did not mean the parameter to move. */
function rateProblems(lines: readonly string[]): string[] {
  return lines.flatMap((line, i) => {
    const rate = line.split(',')[5];
    const isStill = rate !== undefined && rate.trim() !== '' && Number(rate) === 0;
    return isStill ? [`SPSA parameters, line ${i + 1}: r_end must be positive`] : [];
  });
}

function secondsPerMove(tc: string): number {
  const [, moves, minutes, seconds, increment] =
    /^(?:(\d+)\/)?(?:(\d+):)?(\d+(?:\.\d+)?)(?:\+(\d+(?:\.\d+)?))?$/.exec(tc.trim()) ?? [];
  const clock = 60 * Number(minutes ?? 0) + Number(seconds ?? Number.NaN);
  const perMove = clock / Number(moves ?? MOVES_PER_GAME) + Number(increment ?? 0);
  if (!(perMove > 0 && Number.isFinite(perMove))) {
    throw new RangeError(`the time control ${JSON.stringify(tc)} gives no time for a move`);
  }
  return perMove;
}
