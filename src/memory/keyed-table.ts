// A hash table of records with text or binary keys, for many threads.

import { Buffer } from 'node:buffer';
import { strike } from './fault-point.js';
import { hashBytes } from './hash.js';
import { LockTable } from './lock-table.js';
import type { Region } from './region.js';
import type { Slab } from './slab.js';

export interface KeyedTableOptions {
  /** The most records. */
  readonly capacity: number;
  /** 32-bit words of payload a record; even, so that the payload can be read as floats too. */
  readonly words: number;
  /** Parts with a lock of their own; a power of two. */
  readonly stripes: number;
  /** Rank of the stripes' locks; the slab's must be higher. */
  readonly rank: number;
  /** Where the keys are kept. */
  readonly slab: Slab;
}

/**
 * Words before a record's payload: the key's blob (0 in a free record), its hash, the next record of the stripe's free
 * list, and 1 while the record is in use.
 */
const HEADER = 4;
const KEY = 0;
const HASH = 1;
const NEXT_FREE = 2;
const USED = 3;
const NO_RECORD = -1;
/** What a bucket holds: 0 is empty, else record + 1. */
const EMPTY = 0;
/** Words of a stripe's row: records in use, records ever taken, head of the free list (record + 1). */
const STRIPE_ROW = 32;
const SIZE = 0;
const TAKEN = 1;
const FREE = 2;

/** Every record of the key's stripe is in use. */
export class TableFull extends Error {
  override readonly name = 'TableFull';
  constructor(
    readonly table: string,
    readonly capacity: number,
  ) {
    super(`table "${table}" is full: it was made for ${capacity} records`);
  }
}

/**
 * Each stripe owns a part of the buckets and of the records, and a lock. Buckets are probed linearly at a load of at
 * most a half; removal shifts later entries back, so there are no tombstones. A record keeps its number for life.
 */
export class KeyedTable {
  readonly #name: string;
  readonly #capacity: number;
  readonly #stripes: number;
  readonly #perStripe: number;
  readonly #bucketsPerStripe: number;
  readonly #rowWords: number;
  readonly #buckets: Int32Array;
  readonly #rows: Int32Array;
  readonly #locks: LockTable;
  readonly #slab: Slab;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  /**
   * Whether a record, whose thread may have died before filling it, is worth keeping: asked when a stripe is mended.
   * A table whose records mean something from the start needs none.
   */
  isFilled: (at: number) => boolean = () => true;
  #scratch = Buffer.alloc(512);

  constructor(region: Region, name: string, { capacity, words, stripes, rank, slab }: KeyedTableOptions) {
    if (words % 2 !== 0)
      throw new RangeError(`table "${name}": ${words} payload words is not an even number`);
    if (stripes < 1 || (stripes & (stripes - 1)) !== 0) {
      throw new RangeError(`table "${name}": ${stripes} stripes is not a power of two`);
    }
    this.#name = name;
    this.#capacity = capacity;
    this.#stripes = stripes;
    // Keys do not fall into the stripes evenly; a few standard deviations of room make a stripe as good as the whole.
    const mean = capacity / stripes;
    this.#perStripe = Math.ceil(mean + 6 * Math.sqrt(mean) + 8);
    this.#bucketsPerStripe = 2 ** Math.ceil(Math.log2(this.#perStripe * 2));
    this.#rowWords = HEADER + words;
    this.#slab = slab;
    this.#locks = new LockTable(region, `${name}.locks`, stripes, rank);
    this.#locks.mend = (stripe) => this.#mend(stripe);
    this.#rows = region.i32(`${name}.stripes`, stripes * STRIPE_ROW);
    this.#buckets = region.i32(`${name}.buckets`, stripes * this.#bucketsPerStripe);
    this.i32 = region.i32(`${name}.records`, stripes * this.#perStripe * this.#rowWords);
    this.f64 = new Float64Array(this.i32.buffer, this.i32.byteOffset, this.i32.length / 2);
  }

  /** Where the record's payload begins in `i32`; half of it in `f64`. */
  at(record: number): number {
    return record * this.#rowWords + HEADER;
  }

  find(key: string | Uint8Array): number {
    return this.update(key, false, (_at, record) => record) ?? NO_RECORD;
  }

  findOrAdd(key: string | Uint8Array): number {
    return this.update(key, true, (_at, record) => record)!;
  }

  /**
   * Calls `change` with the key's record under its stripe's lock; a new record's payload is zero. Undefined when there
   * is no such record and none was to be made. Throws TableFull, and SlabFull when the key does not fit. When `change`
   * throws, a record made for it is taken back. `change` is brief, does not use this table, and takes only locks of
   * higher rank.
   */
  update<T>(
    key: string | Uint8Array,
    create: boolean,
    change: (at: number, record: number, isNew: boolean) => T,
  ): T | undefined {
    const [bytes, length] = this.#encode(key);
    const hash = hashBytes(bytes, length);
    const stripe = hash & (this.#stripes - 1);
    this.#locks.acquireBriefly(stripe);
    try {
      const bucket = this.#probe(stripe, hash, bytes, length);
      const held = this.#buckets[bucket]!;
      if (held !== EMPTY) return change(this.at(held - 1), held - 1, false);
      if (!create) return undefined;
      const record = this.#takeRecord(stripe, hash, bytes.subarray(0, length));
      strike?.('keyed table: adding');
      this.#buckets[bucket] = record + 1;
      try {
        return change(this.at(record), record, true);
      } catch (error) {
        this.#closeGap(stripe, bucket);
        this.#giveRecord(stripe, record);
        throw error;
      }
    } finally {
      this.#locks.release(stripe);
    }
  }

  /** As `update`, of a record whose number is known; undefined when it is not in use. It may be another key's by now. */
  updateRecord<T>(record: number, change: (at: number) => T): T | undefined {
    const stripe = Math.floor(record / this.#perStripe);
    this.#locks.acquireBriefly(stripe);
    try {
      return this.i32[record * this.#rowWords + USED] === 1 ? change(this.at(record)) : undefined;
    } finally {
      this.#locks.release(stripe);
    }
  }

  /** Removes the key's record, if `condition` (asked under the stripe's lock) agrees; whether it did. */
  remove(key: string | Uint8Array, condition?: (at: number, record: number) => boolean): boolean {
    const [bytes, length] = this.#encode(key);
    const hash = hashBytes(bytes, length);
    const stripe = hash & (this.#stripes - 1);
    this.#locks.acquireBriefly(stripe);
    try {
      const bucket = this.#probe(stripe, hash, bytes, length);
      const record = this.#buckets[bucket]! - 1;
      if (record < 0 || condition?.(this.at(record), record) === false) return false;
      this.#closeGap(stripe, bucket);
      this.#giveRecord(stripe, record);
      return true;
    } finally {
      this.#locks.release(stripe);
    }
  }

  /** The record's key as text. The caller keeps the record from being removed. */
  key(record: number): string {
    return this.#slab.copy(this.#keyHandle(record)).toString();
  }

  /** A view of the key's bytes; the caller keeps the record from being removed. */
  keyBytes(record: number): Uint8Array {
    return this.#slab.read(this.#keyHandle(record));
  }

  /** Numbers of the records in use, collected stripe by stripe. */
  *entries(): Iterable<number> {
    for (let stripe = 0; stripe < this.#stripes; stripe++) {
      const records: number[] = [];
      this.#locks.acquireBriefly(stripe);
      try {
        for (let i = 0; i < this.#bucketsPerStripe; i++) {
          const held = this.#buckets[stripe * this.#bucketsPerStripe + i]!;
          if (held !== EMPTY) records.push(held - 1);
        }
      } finally {
        this.#locks.release(stripe);
      }
      yield* records;
    }
  }

  size(): number {
    let size = 0;
    for (let stripe = 0; stripe < this.#stripes; stripe++) {
      size += Atomics.load(this.#rows, stripe * STRIPE_ROW + SIZE);
    }
    return size;
  }

  #keyHandle(record: number): number {
    return this.i32[record * this.#rowWords + KEY]!;
  }

  #encode(key: string | Uint8Array): [Uint8Array, number] {
    if (typeof key !== 'string') return [key, key.length];
    if (key.length * 3 > this.#scratch.length) this.#scratch = Buffer.alloc(key.length * 3);
    return [this.#scratch, this.#scratch.write(key)];
  }

  /** The bucket that holds the key, or the empty one where it belongs. */
  #probe(stripe: number, hash: number, bytes: Uint8Array, length: number): number {
    const first = stripe * this.#bucketsPerStripe;
    let i = this.#home(hash);
    for (;;) {
      const held = this.#buckets[first + i]!;
      if (held === EMPTY) return first + i;
      const row = (held - 1) * this.#rowWords;
      if (this.i32[row + HASH] === hash && this.#slab.equals(this.i32[row + KEY]!, bytes, length))
        return first + i;
      i = (i + 1) & (this.#bucketsPerStripe - 1);
    }
  }

  #home(hash: number): number {
    return (hash >>> 8) & (this.#bucketsPerStripe - 1);
  }

  /** Empties a bucket and moves back what was pushed past it, so that every probe still finds its key. */
  #closeGap(stripe: number, bucket: number): void {
    const first = stripe * this.#bucketsPerStripe;
    const mask = this.#bucketsPerStripe - 1;
    let gap = bucket - first;
    for (let i = (gap + 1) & mask; this.#buckets[first + i] !== EMPTY; i = (i + 1) & mask) {
      const held = this.#buckets[first + i]!;
      const home = this.#home(this.i32[(held - 1) * this.#rowWords + HASH]!);
      if (((i - home) & mask) < ((i - gap) & mask)) continue;
      this.#buckets[first + gap] = held;
      strike?.('keyed table: closing a gap');
      gap = i;
    }
    this.#buckets[first + gap] = EMPTY;
  }

  #takeRecord(stripe: number, hash: number, key: Uint8Array): number {
    const row = stripe * STRIPE_ROW;
    const recycled = this.#rows[row + FREE]! - 1;
    if (recycled < 0 && this.#rows[row + TAKEN]! >= this.#perStripe)
      throw new TableFull(this.#name, this.#capacity);
    const handle = this.#slab.put(key);
    const record = recycled >= 0 ? recycled : stripe * this.#perStripe + this.#rows[row + TAKEN]!++;
    const at = record * this.#rowWords;
    if (recycled >= 0) this.#rows[row + FREE] = this.i32[at + NEXT_FREE]!;
    this.i32.fill(0, at, at + this.#rowWords);
    this.i32[at + KEY] = handle;
    strike?.('keyed table: filling');
    this.i32[at + HASH] = hash;
    this.i32[at + USED] = 1;
    this.#rows[row + SIZE]!++;
    return record;
  }

  #giveRecord(stripe: number, record: number): void {
    const row = stripe * STRIPE_ROW;
    const at = record * this.#rowWords;
    const key = this.i32[at + KEY]!;
    this.i32[at + USED] = 0;
    strike?.('keyed table: giving back');
    this.i32[at + KEY] = 0;
    this.#slab.free(key);
    this.i32[at + NEXT_FREE] = this.#rows[row + FREE]!;
    this.#rows[row + FREE] = record + 1;
    this.#rows[row + SIZE]!--;
  }

  /** Builds a stripe's buckets, free list and counts anew from its records, after a thread died holding its lock. */
  #mend(stripe: number): void {
    const row = stripe * STRIPE_ROW;
    const first = stripe * this.#perStripe;
    const start = stripe * this.#bucketsPerStripe;
    this.#buckets.fill(EMPTY, start, start + this.#bucketsPerStripe);
    this.#rows[row + SIZE] = 0;
    this.#rows[row + FREE] = 0;
    for (let record = first; record < first + this.#rows[row + TAKEN]!; record++) {
      const at = record * this.#rowWords;
      if (this.i32[at + USED] === 1 && this.isFilled(this.at(record))) {
        let i = this.#home(this.i32[at + HASH]!);
        while (this.#buckets[start + i] !== EMPTY) i = (i + 1) & (this.#bucketsPerStripe - 1);
        this.#buckets[start + i] = record + 1;
        this.#rows[row + SIZE]!++;
        continue;
      }
      const key = this.i32[at + KEY]!;
      this.i32[at + USED] = 0;
      this.i32[at + KEY] = 0;
      if (key !== 0) this.#slab.free(key);
      this.i32[at + NEXT_FREE] = this.#rows[row + FREE]!;
      this.#rows[row + FREE] = record + 1;
    }
  }
}
