// A counting semaphore that never waits: admission is decided at once, and refusals are counted.

import type { Region } from '../region.js';

/** The words, 128 bytes apart. */
const IN_USE = 0;
const PERMITS = 32;
const REJECTED = 64;
const HIGH_WATER = 96;

/** Permits that any thread may take and any thread may give back. */
export class Semaphore {
  readonly #words: Int32Array;
  readonly #name: string;

  /** `permits` counts in the creating thread; the others find what it set. */
  constructor(region: Region, name: string, permits: number) {
    this.#name = name;
    this.#words = region.i32(name, HIGH_WATER + 32);
    if (region.creating) this.resize(permits);
  }

  /** Takes a permit if one is left; a refusal is counted. */
  tryAcquire(): boolean {
    const words = this.#words;
    for (;;) {
      const used = Atomics.load(words, IN_USE);
      if (used >= Atomics.load(words, PERMITS)) {
        Atomics.add(words, REJECTED, 1);
        return false;
      }
      if (Atomics.compareExchange(words, IN_USE, used, used + 1) !== used) continue;
      this.#raiseHighWater(used + 1);
      return true;
    }
  }

  /** Gives a permit back. Throws when none is out: a release too many would admit too many for ever. */
  release(): void {
    const before = Atomics.sub(this.#words, IN_USE, 1);
    if (before > 0) return;
    Atomics.add(this.#words, IN_USE, 1);
    throw new Error(`semaphore "${this.#name}" was released more often than acquired`);
  }

  /** Changes the number of permits. Permits already out above a lower number are waited out, not revoked. */
  resize(permits: number): void {
    if (!Number.isSafeInteger(permits) || permits < 0 || permits > 0x7fffffff) {
      throw new RangeError(`semaphore "${this.#name}" cannot have ${permits} permits`);
    }
    Atomics.store(this.#words, PERMITS, permits);
  }

  /** Permits out now. */
  inUse(): number {
    return Atomics.load(this.#words, IN_USE);
  }

  /** Permits there are. */
  permits(): number {
    return Atomics.load(this.#words, PERMITS);
  }

  /** Refusals since the start. */
  rejected(): number {
    return Atomics.load(this.#words, REJECTED) >>> 0;
  }

  /** Most permits ever out at once. */
  highWater(): number {
    return Atomics.load(this.#words, HIGH_WATER);
  }

  #raiseHighWater(used: number): void {
    let high = Atomics.load(this.#words, HIGH_WATER);
    while (used > high) {
      const found = Atomics.compareExchange(this.#words, HIGH_WATER, high, used);
      if (found === high) return;
      high = found;
    }
  }
}
