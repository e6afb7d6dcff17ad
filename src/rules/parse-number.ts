/** Numbers from free text, as the reference's language reads them: forms and stored documents hold such texts. */

const DECIMAL = /^[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?$/;
const NON_FINITE = /^([+-]?)(?:(inf|infinity)|nan)$/i;
const WHITE_SPACE = /\p{White_Space}/u;
const OTHER_DIGIT = /(?![0-9])\p{Nd}/gu;
const ANY_DIGIT = /^\p{Nd}$/u;
/** Five rows of ten digits without a gap; elsewhere a row has other characters before it. */
const MATHEMATICAL_DIGITS = 0x1d7ce;

/** The text without white space at its ends. */
export function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

/**
 * A number, which may be infinite or NaN: decimal digits of any script, single underscores between them, blanks around.
 * @throws RangeError when the text is no number
 */
export function parseNumber(text: string): number {
  const value = read(text);
  if (value === undefined) throw new RangeError(`${JSON.stringify(text)} is not a number`);
  return value;
}

/** The same, and NaN where the text is no number: for what an address asks for. */
export function numberIn(text: string): number {
  return read(text) ?? Number.NaN;
}

/** Undefined when the text is no number. An error would cost a fifth of a millisecond, and most addresses ask for no page. */
function read(text: string): number | undefined {
  const plain = trimmed(text).replaceAll(OTHER_DIGIT, digitValue);
  if (DECIMAL.test(plain)) return Number(plain.replaceAll('_', ''));
  const [, sign, infinite] = NON_FINITE.exec(plain) ?? [];
  if (sign === undefined) return undefined;
  if (infinite === undefined) return Number.NaN;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/**
 * A finite number of the same form.
 * @throws RangeError when the text is no finite number
 */
export function parseFinite(text: string): number {
  const value = parseNumber(text);
  if (!Number.isFinite(value)) throw new RangeError(`${JSON.stringify(text)} is not a finite number`);
  return value;
}

/**
 * A finite number from JSON or from a form.
 * @throws RangeError when the value is neither a finite number nor the text of one
 */
export function toFinite(value: unknown): number {
  if (typeof value === 'string') return parseFinite(value);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new RangeError(`${JSON.stringify(value) ?? 'nothing'} is not a finite number`);
}

function digitValue(digit: string): string {
  const code = digit.codePointAt(0)!;
  if (code >= MATHEMATICAL_DIGITS && code < MATHEMATICAL_DIGITS + 50) {
    return String((code - MATHEMATICAL_DIGITS) % 10);
  }
  let value = 0;
  while (value < 9 && ANY_DIGIT.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}

/** The reference's language counts the four separators of ASCII as white space too. */
function isBlank(code: number): boolean {
  return (code >= 0x1c && code <= 0x1f) || WHITE_SPACE.test(String.fromCharCode(code));
}
