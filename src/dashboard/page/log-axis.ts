/** Ends of a logarithmic axis of seconds, with room below and above the lines. */

const LEAST = 1e-6;
const LEAST_TOP = 2e-3;
/** The lower end where there is nothing to show. */
const NOTHING = 5e-5;

/**
 * The lower end has one digit: from 9.5 to 10 of a power of ten, uPlot's ticks round past the next power and never end.
 * @param low null or 0 where there is nothing to show
 */
export function logRange(low: number | null, high: number | null): [number, number] {
  return [oneDigit(low ? Math.max(LEAST, low / 2) : NOTHING), Math.max(LEAST_TOP, 2 * (high ?? 0))];
}

function oneDigit(value: number): number {
  const exponent = Math.floor(Math.log10(value));
  return Number(`${Math.floor(Number((value / 10 ** exponent).toFixed(9)))}e${exponent}`);
}
