/**
 * Documents as JSON text, with the three numbers JSON cannot write (a bad task's residual may be Infinity). Such a
 * number becomes `{"$number": "Infinity"}`; a document that itself holds exactly such an object reads back as the number.
 */

const NUMBER = '$number';
const NOT_FINITE = new Map([
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['NaN', Number.NaN],
]);

/** @throws TypeError when the value is undefined, a function, or holds a cycle or a BigInt */
export function toJson(value: unknown): string {
  let text = JSON.stringify(value) as string | undefined;
  // Only a text that holds a null can have lost a number; the slow replacer is spared for the others.
  if (text?.includes('null')) text = JSON.stringify(value, writeNotFinite);
  if (text === undefined) throw new TypeError(`a value of type ${typeof value} cannot be written as JSON`);
  return text;
}

export function fromJson(text: string): unknown {
  return text.includes(`"${NUMBER}"`) ? JSON.parse(text, readNotFinite) : JSON.parse(text);
}

function writeNotFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { [NUMBER]: String(value) } : value;
}

function readNotFinite(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return value;
  const name: unknown = (value as Record<string, unknown>)[NUMBER];
  return typeof name === 'string' ? (NOT_FINITE.get(name) ?? value) : value;
}
