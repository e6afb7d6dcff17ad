/**
 * What the scheduler orders runs by (docs/spec/scheduling.md §2.3), apart from the rest of their records: it reads this of
 * every ready run for each worker, and so packed a thousand runs take 32 KB, which stay in a core's first cache.
 * Guarded by the run's lock like the rest; the scheduler reads it without.
 */
import type { Region } from '../memory/region.js';
import type { RunArgs, RunDocument } from '../model/documents.js';
import { carveRecords, type Records } from './record.js';
import { layOut } from './record-layout.js';
import { orderFloat, orderWord, type StoredMembers } from './stored-member.js';

/** 32 bytes a run: two runs share a cache line. A further column makes it 16 words. */
export const ORDER_WORDS = 8;

export const ORDER = layOut(
  'place of a run in the order',
  {
    words: {
      cores: 1,
      /** The run's id, most significant word first. */
      id: 3,
    },
    floats: {
      priority: 1,
      /** Internal throughput: a run's share of the farm. */
      itp: 1,
    },
  },
  ORDER_WORDS,
);

export const OrderWord = ORDER.word;
export const OrderFloat = ORDER.float;

/** Members of a run's document, and of its args, that it is ordered by. */
export const ORDER_MEMBERS = { cores: orderWord(OrderWord.cores) } satisfies StoredMembers<RunDocument>;
export const ORDER_ARGS_MEMBERS = {
  itp: orderFloat(OrderFloat.itp, 100),
  priority: orderFloat(OrderFloat.priority),
} satisfies StoredMembers<RunArgs>;

export class RunOrder {
  readonly records: Records;

  constructor(region: Region, count: number) {
    this.records = carveRecords(region, 'run-order', count, ORDER_WORDS);
  }

  word(slot: number, word: number): number {
    return this.records.i32[slot * ORDER_WORDS + word]!;
  }

  setWord(slot: number, word: number, value: number): void {
    this.records.i32[slot * ORDER_WORDS + word] = value;
  }

  float(slot: number, float: number): number {
    return this.records.f64[(slot * ORDER_WORDS) / 2 + float]!;
  }

  setFloat(slot: number, float: number, value: number): void {
    this.records.f64[(slot * ORDER_WORDS) / 2 + float] = value;
  }

  cores(slot: number): number {
    return this.word(slot, OrderWord.cores);
  }

  setCores(slot: number, cores: number): void {
    this.setWord(slot, OrderWord.cores, cores);
  }

  priority(slot: number): number {
    return this.float(slot, OrderFloat.priority);
  }

  setPriority(slot: number, priority: number): void {
    this.setFloat(slot, OrderFloat.priority, priority);
  }

  itp(slot: number): number {
    return this.float(slot, OrderFloat.itp);
  }

  setItp(slot: number, itp: number): void {
    this.setFloat(slot, OrderFloat.itp, itp);
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
