/** Tasks with too many crashes or losses on time (docs/spec/scheduling.md §4.4). */

import type { Results } from '../model/documents.js';
import { formatPercent } from './format-number.js';

const ACCEPTED_CRASHES = 3;
/** Games below which time losses prove nothing. */
const MEANINGFUL_GAMES = 20;
const ACCEPTED_TIME_LOSSES = 0.1;

/** Results as old documents hold them: any member may be missing and counts as 0. */
export type PartialResults = Partial<Results>;

/**
 * Games of a result: wins + losses + draws.
 * @throws RangeError when one of them is missing
 */
export function countGames({ wins, losses, draws }: PartialResults): number {
  const games = wins! + losses! + draws!;
  if (Number.isNaN(games)) throw new RangeError('results must count wins, losses and draws');
  return games;
}

export function isCrashOrTime(stats: PartialResults): boolean {
  if ((stats.crashes ?? 0) > ACCEPTED_CRASHES) return true;
  const games = gamesOf(stats);
  return games > MEANINGFUL_GAMES && (stats.time_losses ?? 0) / games > ACCEPTED_TIME_LOSSES;
}

/** What the audit log says of a flagged task; undefined when the task is fine or has no games. */
export function crashOrTimeMessage(stats: PartialResults): string | undefined {
  const games = gamesOf(stats);
  if (games === 0 || !isCrashOrTime(stats)) return undefined;
  const share = (count: number) => `${count}(${formatPercent(count / games, 1)}%)`;
  return `Time losses:${share(stats.time_losses ?? 0)} Crashes:${share(stats.crashes ?? 0)}`;
}

function gamesOf({ wins = 0, losses = 0, draws = 0 }: PartialResults): number {
  return wins + losses + draws;
}
