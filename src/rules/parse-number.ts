/** Numbers from free text, as the forms of fishtest accept them. */

const DECIMAL = /^[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?$/;

/**
 * A finite decimal number; blanks around it and single underscores between digits are allowed.
 * @throws RangeError when the text is no finite number
 */
export function parseFinite(text: string): number {
  const trimmed = text.trim();
  const value = DECIMAL.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : Number.NaN;
  if (!Number.isFinite(value)) throw new RangeError(`${JSON.stringify(text)} is not a finite number`);
  return value;
}

/**
 * A finite number from JSON or from a form.
 * @throws RangeError when the value is neither a finite number nor the text of one
 */
export function toFinite(value: unknown): number {
  if (typeof value === 'string') return parseFinite(value);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new RangeError(`${JSON.stringify(value) ?? 'nothing'} is not a finite number`);
}
