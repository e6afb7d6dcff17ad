/**
 * Fixed-size records in shared memory: one block of memory seen as 32-bit integers and as 64-bit floats. Columns of a
 * record stand side by side, so that a beat or an update touches one or two cache lines.
 */
import type { Region } from '../memory/region.js';

export interface Records {
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  /** 32-bit words a record; record r begins at i32[r * words] and f64[r * words / 2]. */
  readonly words: number;
  readonly count: number;
}

export function carveRecords(region: Region, name: string, count: number, words: number): Records {
  const i32 = region.i32(name, count * words);
  const f64 = new Float64Array(i32.buffer, i32.byteOffset, (count * words) / 2);
  return { i32, f64, words, count };
}
