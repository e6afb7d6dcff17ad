// The records of a keyed table, each with its key: every stripe has a part of them, in use or on its free list.

import { failpoint } from '../failpoint.js';
import type { Region } from '../region.js';
import type { Slab } from './slab.js';

export interface StripeRecordsOptions {
  /** The most records. */
  readonly capacity: number;
  /** 32-bit words of payload a record; even, so that the payload can be read as floats too. */
  readonly words: number;
  /** Parts with a lock of their own; a power of two. */
  readonly stripes: number;
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

/** What changes a stripe's records, or reads their keys, happens under the stripe's lock. */
export class StripeRecords {
  readonly #name: string;
  readonly #capacity: number;
  readonly #stripes: number;
  readonly #rowWords: number;
  readonly #rows: Int32Array;
  readonly #slab: Slab;
  /** Most records of a stripe. */
  readonly perStripe: number;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  /** Whether a record in use is worth keeping when its stripe is repaired. */
  isFilled: (at: number) => boolean = () => true;

  constructor(region: Region, name: string, { capacity, words, stripes, slab }: StripeRecordsOptions) {
    this.#name = name;
    this.#capacity = capacity;
    this.#stripes = stripes;
    // Keys do not fall into the stripes evenly; a few standard deviations of room make a stripe as good as the whole.
    const mean = capacity / stripes;
    this.perStripe = Math.ceil(mean + 6 * Math.sqrt(mean) + 8);
    this.#rowWords = HEADER + words;
    this.#slab = slab;
    this.#rows = region.i32(`${name}.stripes`, stripes * STRIPE_ROW);
    this.i32 = region.i32(`${name}.records`, stripes * this.perStripe * this.#rowWords);
    this.f64 = new Float64Array(this.i32.buffer, this.i32.byteOffset, this.i32.length / 2);
  }

  /** Where the record's payload begins in `i32`; half of it in `f64`. */
  at(record: number): number {
    return record * this.#rowWords + HEADER;
  }

  stripeOf(record: number): number {
    return Math.floor(record / this.perStripe);
  }

  isUsed(record: number): boolean {
    return this.i32[record * this.#rowWords + USED] === 1;
  }

  hash(record: number): number {
    return this.i32[record * this.#rowWords + HASH]!;
  }

  /** The blob of the record's key. */
  key(record: number): number {
    return this.i32[record * this.#rowWords + KEY]!;
  }

  hasKey(record: number, hash: number, bytes: Uint8Array, length: number): boolean {
    const row = record * this.#rowWords;
    return this.i32[row + HASH] === hash && this.#slab.equals(this.i32[row + KEY]!, bytes, length);
  }

  /** Records in use; may be called without any lock. */
  size(): number {
    let size = 0;
    for (let stripe = 0; stripe < this.#stripes; stripe++) {
      size += Atomics.load(this.#rows, stripe * STRIPE_ROW + SIZE);
    }
    return size;
  }

  /** A record of the stripe for a new key; its payload is zero. @throws TableFull, SlabFull */
  take(stripe: number, hash: number, key: Uint8Array): number {
    const row = stripe * STRIPE_ROW;
    const recycled = this.#rows[row + FREE]! - 1;
    if (recycled < 0 && this.#rows[row + TAKEN]! >= this.perStripe)
      throw new TableFull(this.#name, this.#capacity);
    const handle = this.#slab.put(key);
    const record = recycled >= 0 ? recycled : stripe * this.perStripe + this.#rows[row + TAKEN]!++;
    const at = record * this.#rowWords;
    if (recycled >= 0) this.#rows[row + FREE] = this.i32[at + NEXT_FREE]!;
    this.i32.fill(0, at, at + this.#rowWords);
    this.i32[at + KEY] = handle;
    failpoint?.('keyed table: filling');
    this.i32[at + HASH] = hash;
    this.i32[at + USED] = 1;
    this.#rows[row + SIZE]!++;
    return record;
  }

  give(stripe: number, record: number): void {
    const row = stripe * STRIPE_ROW;
    const at = record * this.#rowWords;
    const key = this.i32[at + KEY]!;
    this.i32[at + USED] = 0;
    failpoint?.('keyed table: giving back');
    this.i32[at + KEY] = 0;
    this.#slab.free(key);
    this.i32[at + NEXT_FREE] = this.#rows[row + FREE]!;
    this.#rows[row + FREE] = record + 1;
    this.#rows[row + SIZE]!--;
  }

  /** Builds a stripe's free list and count anew, after a thread died holding its lock. Returns the records in use. */
  repair(stripe: number): number[] {
    const row = stripe * STRIPE_ROW;
    const first = stripe * this.perStripe;
    const used: number[] = [];
    this.#rows[row + FREE] = 0;
    for (let record = first; record < first + this.#rows[row + TAKEN]!; record++) {
      const at = record * this.#rowWords;
      if (this.i32[at + USED] === 1 && this.isFilled(this.at(record))) {
        used.push(record);
        continue;
      }
      const key = this.i32[at + KEY]!;
      this.i32[at + USED] = 0;
      this.i32[at + KEY] = 0;
      if (key !== 0) this.#slab.free(key);
      this.i32[at + NEXT_FREE] = this.#rows[row + FREE]!;
      this.#rows[row + FREE] = record + 1;
    }
    this.#rows[row + SIZE] = used.length;
    return used;
  }
}
