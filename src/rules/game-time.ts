/** How long a game takes (spec: scheduling.md §7.1, §7.2). */

/** Moves a game lasts on average, for both sides' clocks. */
const GAME_MOVES = 68;
/** Both sides play, and use nearly all of their time. */
const CLOCK_SHARE = 1.84;
const TIME_CONTROL = /^(?:(\d+)\/)?(\d+(?:\.\d+)?)(?:\+(\d+(?:\.\d+)?))?$/;

/** Seconds. @throws RangeError on a text that is no time control: `[moves/]base[+increment]`. */
export function gameDuration(tc: string): number {
  const match = TIME_CONTROL.exec(tc);
  if (match === null) throw new RangeError(`"${tc}" is no time control: write base+increment or moves/base`);
  const moves = Number(match[1] ?? 0);
  const base = Number(match[2]);
  const increment = Number(match[3] ?? 0);
  const time = moves > 0 ? (base * GAME_MOVES) / moves : base;
  return (time + increment * GAME_MOVES) * CLOCK_SHARE;
}

/** Core time of a game relative to one at 10+0.1 with one thread. */
export function tcRatio(tc: string, threads: number): number {
  const used = Number.isFinite(threads) && threads > 0 ? threads : 1;
  return (used * gameDuration(tc)) / gameDuration('10+0.1');
}

/** The leading number of a time control, by which the lists of finished runs are filtered. */
export function tcBase(tc: string): number {
  return Number.parseFloat(tc);
}
