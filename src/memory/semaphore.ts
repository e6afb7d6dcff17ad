// A counting semaphore that is only ever tried: who gets no permit goes another way.

import type { Region } from './region.js';

/** Words stand 128 bytes apart: every front thread writes them. */
const ROW = 32;
const IN_USE = 0;
const PERMITS = ROW;
const REJECTED = 2 * ROW;
const HIGH_WATER = 3 * ROW;

export class Semaphore {
  readonly #words: Int32Array;

  constructor(region: Region, name: string, permits: number) {
    this.#words = region.i32(name, 4 * ROW);
    if (region.creating) this.resize(permits);
  }

  /** Takes a permit if one is free. */
  tryAcquire(): boolean {
    const inUse = Atomics.add(this.#words, IN_USE, 1) + 1;
    if (inUse > Atomics.load(this.#words, PERMITS)) {
      Atomics.sub(this.#words, IN_USE, 1);
      Atomics.add(this.#words, REJECTED, 1);
      return false;
    }
    if (inUse > Atomics.load(this.#words, HIGH_WATER)) Atomics.store(this.#words, HIGH_WATER, inUse);
    return true;
  }

  release(): void {
    Atomics.sub(this.#words, IN_USE, 1);
  }

  /** Permits above the new number that are in use come back as they are released. */
  resize(permits: number): void {
    Atomics.store(this.#words, PERMITS, permits);
  }

  inUse(): number {
    return Atomics.load(this.#words, IN_USE);
  }

  permits(): number {
    return Atomics.load(this.#words, PERMITS);
  }

  /** How often no permit was free. */
  rejected(): number {
    return Atomics.load(this.#words, REJECTED);
  }

  /** The most permits that were in use at once, within what a race of two takers can hide. */
  highWater(): number {
    return Atomics.load(this.#words, HIGH_WATER);
  }
}
