/** Numbers as text in the manner of Python, in which the messages of fishtest were always written. */

const NEGATIVE_ZERO = /^-0(?:\.0*)?$/;

/**
 * x with the given number of decimals, ties to even on the exact binary value, and the sign of a negative zero kept:
 * 0.125 → "0.12", -0 → "-0.00". Non-finite numbers become "inf", "-inf" and "nan".
 */
export function formatFixed(x: number, digits: number): string {
  if (Number.isNaN(x)) return 'nan';
  const magnitude = Math.abs(x);
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  if (magnitude === Number.POSITIVE_INFINITY) return `${sign}inf`;
  if (magnitude >= 1e21) return `${sign}${BigInt(magnitude)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  // x lies halfway between two decimals only when x·2^(digits+1) is an odd integer; toFixed then rounds up.
  const halves = magnitude * 2 ** (digits + 1);
  const text = magnitude.toFixed(digits);
  const roundedToOdd = Math.abs(halves % 2) === 1 && Number(text.at(-1)) % 2 === 1;
  return sign + (roundedToOdd ? (magnitude * (1 - Number.EPSILON)).toFixed(digits) : text);
}

/** As {@link formatFixed}, for people's eyes: what rounds to nothing has no sign, since "-0.00" reads as a loss. */
export function formatShown(x: number, digits: number): string {
  const text = formatFixed(x, digits);
  return NEGATIVE_ZERO.test(text) ? text.slice(1) : text;
}

/** x in scientific notation with two-digit exponents at least: 0.00137 → "1.37e-03". */
export function formatScientific(x: number, digits: number): string {
  if (!Number.isFinite(x)) return formatFixed(x, digits);
  const [mantissa, exponent] = x.toExponential(digits).split('e') as [string, string];
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** x in percent with the given number of decimals, without the sign of percent. */
export function formatPercent(x: number, digits: number): string {
  return formatFixed(100 * x, digits);
}
