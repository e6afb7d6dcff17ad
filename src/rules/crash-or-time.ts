/** Tasks that crashed or lost on time too often (spec: scheduling.md §4.4). */
import type { Results } from '../protocol/documents.js';
import { fixed } from './fixed.js';

const MOST_CRASHES = 3;
const FEWEST_GAMES = 20;
const MOST_TIME_LOSSES = 0.1;

export function countGames({ wins = 0, losses = 0, draws = 0 }: Partial<Results>): number {
  return wins + losses + draws;
}

export function isCrashOrTime(stats: Partial<Results>): boolean {
  const games = countGames(stats);
  const { crashes = 0, time_losses: timeLosses = 0 } = stats;
  return crashes > MOST_CRASHES || (games > FEWEST_GAMES && timeLosses / games > MOST_TIME_LOSSES);
}

/** What the audit log says of such a task; undefined for others, and where no game was played. */
export function crashOrTimeMessage(stats: Results): string | undefined {
  const games = countGames(stats);
  if (games === 0 || !isCrashOrTime(stats)) return undefined;
  const share = (count: number) => `${count}(${fixed((100 * count) / games, 1)}%)`;
  return `Time losses:${share(stats.time_losses)} Crashes:${share(stats.crashes)}`;
}
