/**
 * What the scheduler orders runs by (spec: scheduling.md §2.3), apart from the rest of their records: it reads this of
 * every ready run for each worker, and so packed a thousand runs lie in 32 KB, which stay in a core's first cache.
 * Guarded by the run's lock like the rest; the scheduler reads it without.
 */
import type { Region } from '../memory/region.js';
import { carveRecords, type Records } from './record.js';

/** 32-bit words a run. */
export const ORDER_WORDS = 8;

/** OrderWord offsets count 32-bit words, OrderFloat offsets 64-bit floats, both from the start of the run's record. */
export const OrderWord = {
  cores: 0,
  /** The run's id: three words, most significant first. */
  id: 1,
} as const;

export const OrderFloat = {
  priority: 2,
  itp: 3,
} as const;

export class RunOrder {
  readonly records: Records;

  constructor(region: Region, count: number) {
    this.records = carveRecords(region, 'run-order', count, ORDER_WORDS);
  }

  cores(slot: number): number {
    return this.records.i32[slot * ORDER_WORDS + OrderWord.cores]!;
  }

  setCores(slot: number, cores: number): void {
    this.records.i32[slot * ORDER_WORDS + OrderWord.cores] = cores;
  }

  priority(slot: number): number {
    return this.records.f64[(slot * ORDER_WORDS) / 2 + OrderFloat.priority]!;
  }

  setPriority(slot: number, priority: number): void {
    this.records.f64[(slot * ORDER_WORDS) / 2 + OrderFloat.priority] = priority;
  }

  /** Internal throughput: a run's share of the farm. */
  itp(slot: number): number {
    return this.records.f64[(slot * ORDER_WORDS) / 2 + OrderFloat.itp]!;
  }

  setItp(slot: number, itp: number): void {
    this.records.f64[(slot * ORDER_WORDS) / 2 + OrderFloat.itp] = itp;
  }

  /** A view of the words of the run's id. */
  idWords(slot: number): Int32Array {
    const offset = slot * ORDER_WORDS + OrderWord.id;
    return this.records.i32.subarray(offset, offset + 3);
  }

  /** Whether the run in slot `a` has a smaller id than the one in `b`. */
  isOlder(a: number, b: number): boolean {
    const { i32 } = this.records;
    for (let word = OrderWord.id; word < OrderWord.id + 3; word++) {
      const difference = (i32[a * ORDER_WORDS + word]! >>> 0) - (i32[b * ORDER_WORDS + word]! >>> 0);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }
}
