// A hash table of records with text or binary keys, for many threads.

import { Buffer } from 'node:buffer';
import { failpoint } from '../failpoint.js';
import { LockTable } from '../locks/lock-table.js';
import type { Region } from '../region.js';
import { hashBytes } from './hash.js';
import type { Slab } from './slab.js';
import { StripeRecords, type StripeRecordsOptions } from './stripe-records.js';

export { TableFull } from './stripe-records.js';

export interface KeyedTableOptions extends StripeRecordsOptions {
  /** Rank of the stripes' locks; the slab's must be higher. */
  readonly rank: number;
}

const NO_RECORD = -1;
/** What a bucket holds: 0 is empty, else record + 1. */
const EMPTY = 0;

/**
 * Each stripe owns a part of the buckets and of the records, and a lock. Buckets are probed linearly at a load of at
 * most a half; removal shifts later entries back, so there are no tombstones. A record keeps its number for life.
 */
export class KeyedTable {
  readonly #stripes: number;
  readonly #bucketsPerStripe: number;
  readonly #buckets: Int32Array;
  readonly #locks: LockTable;
  readonly #records: StripeRecords;
  readonly #slab: Slab;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  #scratch = Buffer.alloc(512);

  constructor(region: Region, name: string, options: KeyedTableOptions) {
    const { words, stripes, rank, slab } = options;
    if (words % 2 !== 0)
      throw new RangeError(`table "${name}": ${words} payload words is not an even number`);
    if (stripes < 1 || (stripes & (stripes - 1)) !== 0) {
      throw new RangeError(`table "${name}": ${stripes} stripes is not a power of two`);
    }
    this.#stripes = stripes;
    this.#slab = slab;
    this.#locks = new LockTable(region, `${name}.locks`, stripes, rank);
    this.#locks.repair = (stripe) => this.#repair(stripe);
    this.#records = new StripeRecords(region, name, options);
    this.#bucketsPerStripe = 2 ** Math.ceil(Math.log2(this.#records.perStripe * 2));
    this.#buckets = region.i32(`${name}.buckets`, stripes * this.#bucketsPerStripe);
    this.i32 = this.#records.i32;
    this.f64 = this.#records.f64;
  }

  /**
   * Whether a record, whose thread may have died before filling it, is worth keeping: asked when a stripe is repaired.
   * A table whose records mean something from the start needs none.
   */
  set isFilled(isFilled: (at: number) => boolean) {
    this.#records.isFilled = isFilled;
  }

  /** Where the record's payload begins in `i32`; half of it in `f64`. */
  at(record: number): number {
    return this.#records.at(record);
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
    return this.#locks.runBriefly(stripe, () => {
      const bucket = this.#probe(stripe, hash, bytes, length);
      const held = this.#buckets[bucket]!;
      if (held !== EMPTY) return change(this.at(held - 1), held - 1, false);
      if (!create) return undefined;
      const record = this.#records.take(stripe, hash, bytes.subarray(0, length));
      failpoint?.('keyed table: adding');
      this.#buckets[bucket] = record + 1;
      try {
        return change(this.at(record), record, true);
      } catch (error) {
        this.#closeGap(stripe, bucket);
        this.#records.give(stripe, record);
        throw error;
      }
    });
  }

  /** As `update`, of a record whose number is known; undefined when it is not in use. It may be another key's by now. */
  updateRecord<T>(record: number, change: (at: number) => T): T | undefined {
    const stripe = this.#records.stripeOf(record);
    return this.#locks.runBriefly(stripe, () => {
      return this.#records.isUsed(record) ? change(this.at(record)) : undefined;
    });
  }

  /** Removes the key's record, if `condition` (asked under the stripe's lock) agrees; whether it did. */
  remove(key: string | Uint8Array, condition?: (at: number, record: number) => boolean): boolean {
    const [bytes, length] = this.#encode(key);
    const hash = hashBytes(bytes, length);
    const stripe = hash & (this.#stripes - 1);
    return this.#locks.runBriefly(stripe, () => {
      const bucket = this.#probe(stripe, hash, bytes, length);
      const record = this.#buckets[bucket]! - 1;
      if (record < 0 || condition?.(this.at(record), record) === false) return false;
      this.#closeGap(stripe, bucket);
      this.#records.give(stripe, record);
      return true;
    });
  }

  /** The record's key as text. The caller keeps the record from being removed. */
  key(record: number): string {
    return this.#slab.copy(this.#records.key(record)).toString();
  }

  /** A view of the key's bytes; the caller keeps the record from being removed. */
  keyBytes(record: number): Uint8Array {
    return this.#slab.read(this.#records.key(record));
  }

  /** Numbers of the records in use, collected stripe by stripe. */
  *entries(): Iterable<number> {
    for (let stripe = 0; stripe < this.#stripes; stripe++) {
      const records: number[] = [];
      this.#locks.runBriefly(stripe, () => {
        for (let i = 0; i < this.#bucketsPerStripe; i++) {
          const held = this.#buckets[stripe * this.#bucketsPerStripe + i]!;
          if (held !== EMPTY) records.push(held - 1);
        }
      });
      yield* records;
    }
  }

  size(): number {
    return this.#records.size();
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
      if (this.#records.hasKey(held - 1, hash, bytes, length)) return first + i;
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
      const home = this.#home(this.#records.hash(held - 1));
      if (((i - home) & mask) < ((i - gap) & mask)) continue;
      this.#buckets[first + gap] = held;
      failpoint?.('keyed table: closing a gap');
      gap = i;
    }
    this.#buckets[first + gap] = EMPTY;
  }

  /** Builds a stripe's buckets anew from its records, after a thread died holding its lock. */
  #repair(stripe: number): void {
    const start = stripe * this.#bucketsPerStripe;
    this.#buckets.fill(EMPTY, start, start + this.#bucketsPerStripe);
    for (const record of this.#records.repair(stripe)) {
      let i = this.#home(this.#records.hash(record));
      while (this.#buckets[start + i] !== EMPTY) i = (i + 1) & (this.#bucketsPerStripe - 1);
      this.#buckets[start + i] = record + 1;
    }
  }
}
