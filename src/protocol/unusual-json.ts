/**
 * JSON as Python reads it beyond the standard (docs/spec/worker-api.md §1.3): UTF-16 and UTF-32, and the literals NaN,
 * Infinity and -Infinity. Real workers send none of it, so it is looked for only where plain JSON fails.
 */
import { Buffer } from 'node:buffer';

/** Digits of the longest integer that is read. */
export const LONGEST_INTEGER = 4300;

/** Longer bodies are not looked at twice. */
const LONGEST_UNUSUAL = 1024 * 1024;

/** The text of a body in UTF-16 or UTF-32, told by its mark or by where its zero bytes are; undefined for another. */
export function decodeUnusual(bytes: Buffer): string | undefined {
  const [b0, b1, b2, b3] = bytes;
  if (b0 === 0 && b1 === 0 && b2 === 0xfe && b3 === 0xff) return utf32(bytes.subarray(4), true);
  if (b0 === 0xff && b1 === 0xfe && b2 === 0 && b3 === 0) return utf32(bytes.subarray(4), false);
  if (b0 === 0xfe && b1 === 0xff) return utf16(bytes.subarray(2), true);
  if (b0 === 0xff && b1 === 0xfe) return utf16(bytes.subarray(2), false);
  if (bytes.length >= 4) {
    if (b0 === 0) return b1 === 0 ? utf32(bytes, true) : utf16(bytes, true);
    if (b1 === 0) return b2 !== 0 || b3 !== 0 ? utf16(bytes, false) : utf32(bytes, false);
    return undefined;
  }
  if (bytes.length !== 2) return undefined;
  if (b0 === 0) return utf16(bytes, true);
  return b1 === 0 ? utf16(bytes, false) : undefined;
}

function utf16(bytes: Buffer, isBigEndian: boolean): string | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  return (isBigEndian ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
}

function utf32(bytes: Buffer, isBigEndian: boolean): string | undefined {
  if (bytes.length % 4 !== 0) return undefined;
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const point = isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    if (point > 0x10ffff) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}

/** A text, or a word outside of texts that JSON does not have. */
const TEXT_OR_WORD = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/gs;
/** Stands for NaN, which no JSON number can say. */
const NAN_MARK = 'number that is none\u0000';

/** The value of a text that is JSON but for NaN and Infinity; undefined when it is not. */
export function parseLenient(text: string): unknown {
  if (text.length > LONGEST_UNUSUAL) return undefined;
  let holdsNan = false;
  const plain = text.replace(TEXT_OR_WORD, (found) => {
    if (found === 'NaN') holdsNan = true;
    if (found === 'NaN') return JSON.stringify(NAN_MARK);
    return found.startsWith('"') ? found : found.replace('Infinity', '1e999');
  });
  try {
    return holdsNan
      ? JSON.parse(plain, (_key, value: unknown) => (value === NAN_MARK ? Number.NaN : value))
      : JSON.parse(plain);
  } catch {
    return undefined;
  }
}

/** True when the JSON holds an integer of more digits than the reference converts. */
export function holdsLongInteger(text: string): boolean {
  if (text.length > LONGEST_UNUSUAL || !LONG_DIGITS.test(text)) return false;
  const numbers = text.match(TEXT_OR_NUMBER) ?? [];
  return numbers.some((found) => INTEGER.test(found) && found.length > LONGEST_INTEGER);
}

const LONG_DIGITS = new RegExp(`\\d{${LONGEST_INTEGER + 1}}`);
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const INTEGER = /^-?\d+$/;
