/** How long games take at a time control (docs/spec/scheduling.md §7.1–7.2). */

import { parseNumber, toFinite } from './parse-number.js';

/** Moves of a typical game, of one side. */
const MOVES_PER_GAME = 68;
/** Two sides, each using a little less than its time. */
const SECONDS_PER_BUDGET = 1.84;
const STANDARD_TC = '10+0.1';
/** Ratio to the standard time control above which an SPRT counts as long. */
const LTC_RATIO = 4;

/** Farms play at a few time controls, and a page asks for that of each test several times. */
const MOST_KNOWN = 500;
const LONGEST_KNOWN = 40;
const known = new Map<string, number>();

/**
 * Expected seconds of a game at `[moves/]base[+increment]`; base may be `minutes:seconds`.
 * @throws RangeError when a part of the time control is no number
 */
export function gameDuration(tc: string): number {
  const before = known.get(tc);
  if (before !== undefined) return before;
  const seconds = readDuration(tc);
  if (known.size >= MOST_KNOWN) known.clear();
  if (tc.length <= LONGEST_KNOWN) known.set(tc, seconds);
  return seconds;
}

function readDuration(tc: string): number {
  const [budget, increment, ...rest] = tc.split('+');
  const parts = budget!.split('/');
  let base = parseClock(parts.at(-1)!);
  const moves = parts.length === 2 ? parseNumber(parts[0]!) : 0;
  if (moves > 0) base *= MOVES_PER_GAME / moves;
  const added = increment === undefined || rest.length > 0 ? 0 : parseNumber(increment);
  return (base + added * MOVES_PER_GAME) * SECONDS_PER_BUDGET;
}

/**
 * Core time of a game relative to one thread at the standard time control.
 * @param threads as found in a document: anything but a positive number counts as 1
 * @throws RangeError when a time control is malformed or the games of `base` take no time
 */
export function tcRatio(tc: string, threads: unknown = 1, base = STANDARD_TC): number {
  const reference = gameDuration(base);
  if (reference === 0) throw new RangeError(`games at ${base} take no time, so nothing compares with them`);
  return (countThreads(threads) * gameDuration(tc)) / reference;
}

/** Whether a test is shown as long time control. */
export function isLtcSprt(args: { tc: string; threads?: unknown; sprt?: unknown }): boolean {
  return args.sprt !== undefined && args.sprt !== null && tcRatio(args.tc, args.threads) > LTC_RATIO;
}

/** The leading number of a time control, by which lists of finished runs are filtered. */
export function tcBase(tc: string): number {
  return Number.parseFloat(tc);
}

/** Threads of a game, of which old documents say nothing: then 1. */
export function countThreads(threads: unknown): number {
  try {
    const count = toFinite(threads);
    return count > 0 ? count : 1;
  } catch {
    return 1;
  }
}

function parseClock(text: string): number {
  const parts = text.split(':');
  return parts.length === 2 ? 60 * parseNumber(parts[0]!) + parseNumber(parts[1]!) : parseNumber(text);
}
