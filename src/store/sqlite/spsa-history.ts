/** The form in which one entry of args.spsa.param_history is stored: doubles packed, or JSON for an entry of old times. */
import type { SpsaHistoryPoint } from '../../model/documents.js';
import { fromJson, toJson } from './json-text.js';

/** theta, R and c. */
const DOUBLES_A_POINT = 3;

function isPlain(point: SpsaHistoryPoint): boolean {
  return (
    typeof point.theta === 'number' &&
    typeof point.R === 'number' &&
    typeof point.c === 'number' &&
    Object.keys(point).length === DOUBLES_A_POINT
  );
}

export function packHistoryEntry(entry: readonly SpsaHistoryPoint[]): Uint8Array | string {
  if (!entry.every(isPlain)) return toJson(entry);
  const doubles = Float64Array.from(entry.flatMap((point) => [point.theta, point.R, point.c]));
  return new Uint8Array(doubles.buffer);
}

export function unpackHistoryEntry(stored: Uint8Array | string): SpsaHistoryPoint[] {
  if (typeof stored === 'string') return fromJson(stored) as SpsaHistoryPoint[];
  const doubles = unpackDoubles(stored);
  return Array.from({ length: doubles.length / DOUBLES_A_POINT }, (_, i) => ({
    theta: doubles[i * DOUBLES_A_POINT]!,
    R: doubles[i * DOUBLES_A_POINT + 1]!,
    c: doubles[i * DOUBLES_A_POINT + 2]!,
  }));
}

/** The bytes of doubles as SQLite takes them; a view, not a copy. */
export function packDoubles(doubles: Float64Array): Uint8Array {
  return new Uint8Array(doubles.buffer, doubles.byteOffset, doubles.byteLength);
}

/** A copy, since SQLite's bytes need not lie on a multiple of 8. */
export function unpackDoubles(bytes: Uint8Array): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer);
}
