/**
 * Reads a recorded document as a store's adapter would hand it over: {"$oid"} becomes hex text, {"$date"} (seconds)
 * milliseconds and {"$bytes"} binary data. Where the database keeps such a type, anything else is no document.
 */

import { Buffer } from 'node:buffer';
import { isRecord } from './suite.js';

export class NotADocument extends Error {
  override name = 'NotADocument';
}

const TYPED_MEMBERS: Readonly<Record<string, string>> = {
  _id: '$oid',
  start_time: '$date',
  last_updated: '$date',
  registration_time: '$date',
  date: '$date',
  pgn_zip: '$bytes',
  packed_flips: '$bytes',
};

const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** Strings, to step over them, or the literals of numbers that are not finite. */
const NON_FINITE_LITERAL = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** Parses and converts. Throws NotADocument where a member has another type than the database gives it. */
export function fromDatabase(json: string): unknown {
  const text = json.replaceAll(NON_FINITE_LITERAL, (found) =>
    found.startsWith('"') ? found : JSON.stringify({ $number: found }),
  );
  return convert(JSON.parse(text), '');
}

function convert(value: unknown, name: string): unknown {
  const wanted = TYPED_MEMBERS[name];
  if (Array.isArray(value)) return value.map((item) => convert(item, ''));
  if (!isRecord(value)) {
    if (wanted !== undefined) throw new NotADocument(`${name} is not of type ${wanted}`);
    return value;
  }
  const [kind = '', ...more] = Object.keys(value);
  const held = value[kind];
  if (more.length === 0 && kind === '$number') return NON_FINITE[String(held)];
  if (more.length === 0 && kind.startsWith('$')) {
    if (kind !== wanted) throw new NotADocument(`${name} cannot be ${kind}`);
    if (kind === '$date') return Number(held) * 1000;
    return kind === '$oid' ? held : new Uint8Array(Buffer.from(String(held), 'hex'));
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, convert(member, key)]));
}
