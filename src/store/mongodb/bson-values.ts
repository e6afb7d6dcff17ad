/**
 * Documents between layers and fishtest's BSON (docs/spec/data-model.md §0): instants are dates, counts are int32 or int64,
 * measured numbers are doubles, bytes are binaries of subtype 0. What a member is follows from its name.
 */
import { Binary, Decimal128, Double, Int32, Long, ObjectId } from 'mongodb';
import { isInstant } from '../../rules/stored-values.js';

const DATES = new Set(['start_time', 'last_updated', 'registration_time', 'date']);
/** Always doubles, also where the value happens to be whole. */
const DOUBLES = new Set(
  `tc_base nps games_per_minute itp llr elo0 elo1 alpha beta lower_bound upper_bound ref0 m0 sq0 ref1 m1 sq1
  theta R c c_end a a_end r_end residual time cpu_hours games_per_hour`.split(/\s+/),
);
/** MongoDB's own bound of nesting; also ends a cycle. */
const DEEPEST = 100;
const INT32 = 2 ** 31;

/** A member of a known document as BSON wants it. @throws TypeError for what BSON cannot hold */
export function encodeMember(name: string, value: unknown, depth = 0): unknown {
  if (typeof value === 'number') {
    // A date beyond what it can hold is stored as the epoch.
    if (DATES.has(name) && isInstant(value)) return new Date(value);
    return DOUBLES.has(name) ? new Double(value) : encodeNumber(value);
  }
  return encodeOther(value, depth, encodeMember);
}

/** A value that no schema describes. @throws TypeError for what BSON cannot hold */
export function encodeValue(value: unknown, depth = 0): unknown {
  return typeof value === 'number'
    ? encodeNumber(value)
    : encodeOther(value, depth, (_, v, d) => encodeValue(v, d));
}

export function encodeDocument(document: object): Record<string, unknown> {
  return encodeMember('', document) as Record<string, unknown>;
}

/** A key in a replacement becomes that of a new document, and has to be that of an old one. */
export function encodeKeyed({ _id, ...record }: { _id?: string }): Record<string, unknown> {
  const document = encodeDocument(record);
  return _id !== undefined && ObjectId.isValid(_id) ? { _id: new ObjectId(_id), ...document } : document;
}

function encodeNumber(value: number): unknown {
  if (Object.is(value, -0)) return new Double(value);
  if (!Number.isSafeInteger(value) || (value >= -INT32 && value < INT32)) return value;
  // The driver would store a whole number outside int32 as a double, which integer checks of other readers refuse.
  return Long.fromNumber(value);
}

function encodeOther(
  value: unknown,
  depth: number,
  encode: (name: string, value: unknown, depth: number) => unknown,
): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object') throw new TypeError(`a value of type ${typeof value} cannot be stored`);
  if (value instanceof Date) return value;
  if (value instanceof Uint8Array) return new Binary(value, Binary.SUBTYPE_DEFAULT);
  if (depth >= DEEPEST)
    throw new TypeError(`a value nested more than ${DEEPEST} levels deep cannot be stored`);
  if (Array.isArray(value)) return value.map((item) => encode('', item, depth + 1));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, encode(name, member, depth + 1)]));
}

/** Back from what the driver gives when it promotes numbers. */
export function decodeDocument<T>(document: object): T {
  return decode('', document) as T;
}

export function decode(name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => decode('', item));
  // A member that no type names keeps its date.
  if (value instanceof Date) return DATES.has(name) ? value.getTime() : value;
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Binary) return new Uint8Array(value.value());
  if (value instanceof Long || value instanceof Double || value instanceof Int32) return Number(value);
  if (value instanceof Decimal128) return Number(value.toString());
  const decoded: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) decoded[key] = decode(key, member);
  return decoded;
}
