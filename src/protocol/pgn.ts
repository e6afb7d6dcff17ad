/** Reads an uploaded PGN: base64 of a gzip stream (docs/spec/worker-api.md §4.8). */
import { Buffer, isUtf8 } from 'node:buffer';

/** Bytes of a refused upload that its error shows. */
const SHOWN_BYTES = 100;
const NON_ASCII = /[^\0-\x7f]/;
const STRICT_BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const NOT_IN_ALPHABET = /[^A-Za-z0-9+/]/g;

/** The gzip bytes, or the text of what is wrong with them. */
export function decodePgn(pgn: string): Uint8Array | string {
  const bytes = decodeBase64(pgn);
  if (typeof bytes === 'string') return bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return bytes;
  const shown = bytesText(bytes);
  return `pgn (value:${shown}) is not of type 'gzip_data': '${kindOf(bytes)}' is different from 'application/gzip'`;
}

function decodeBase64(text: string): Uint8Array | string {
  if (text.length % 4 === 0 && STRICT_BASE64.test(text)) return Buffer.from(text, 'base64');
  if (NON_ASCII.test(text)) return 'pgn is not base64: string argument should contain only ASCII characters';
  const digits = meaningfulDigits(text);
  return digits === undefined ? 'pgn is not base64: incorrect padding' : Buffer.from(digits, 'base64');
}

/**
 * The base64 digits up to the padding that completes a group of four, everything else skipped; undefined when the
 * text ends inside a group. Padding signs count only where a group holds two or three digits, and only in a row.
 */
function meaningfulDigits(text: string): string | undefined {
  let inGroup = 0;
  let padding = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3d) {
      if (inGroup < 2) continue;
      padding++;
      if (inGroup + padding >= 4) return text.slice(0, i).replaceAll(NOT_IN_ALPHABET, '');
    } else if (isDigit(code)) {
      padding = 0;
      inGroup = (inGroup + 1) & 3;
    }
  }
  return inGroup === 0 ? text.replaceAll(NOT_IN_ALPHABET, '') : undefined;
}

function isDigit(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2f
  );
}

/** What a look at the bytes takes them for: empty, a text, or anything else. */
function kindOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'application/x-empty';
  const isText = bytes.every((byte) => (byte >= 0x20 && byte !== 0x7f) || (byte >= 0x07 && byte <= 0x0d));
  return isText && isUtf8(bytes) ? 'text/plain' : 'application/octet-stream';
}

/** The first bytes as Python writes them. */
function bytesText(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, SHOWN_BYTES), (byte) => ESCAPES[byte] ?? plainByte(byte)).join(
    '',
  );
  return `b'${shown}${bytes.length > SHOWN_BYTES ? '...' : ''}'`;
}

const ESCAPES: Readonly<Record<number, string>> = {
  9: '\\t',
  10: '\\n',
  13: '\\r',
  39: "\\'",
  92: '\\\\',
};

function plainByte(byte: number): string {
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
