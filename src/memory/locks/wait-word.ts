// A shared 32-bit number that threads can wait on until it changes.

import type { Region } from '../region.js';
import { waitOnWord } from './async-wait.js';

/** Words reserved, so that no other table's words share its cache line. */
const ROW = 32;

/** Whether `a` has reached `b`, as serial numbers that wrap: right while they are less than 2^31 apart. */
export function isAtLeast(a: number, b: number): boolean {
  return ((a - b) | 0) >= 0;
}

export class WaitWord {
  readonly #words: Int32Array;

  constructor(region: Region, name: string) {
    this.#words = region.i32(name, ROW);
  }

  load(): number {
    return Atomics.load(this.#words, 0);
  }

  store(value: number): void {
    Atomics.store(this.#words, 0, value);
  }

  /** Adds `n` and returns the new number. */
  add(n: number): number {
    return (Atomics.add(this.#words, 0, n) + n) | 0;
  }

  /** Wakes all who wait. */
  notify(): void {
    Atomics.notify(this.#words, 0);
  }

  /** Parks until the word no longer holds `seen`, it is notified, or the time is over. Not for event loops. */
  wait(seen: number, timeoutMs: number): void {
    Atomics.wait(this.#words, 0, seen, timeoutMs);
  }

  /** As `wait`, for event loops. */
  waitAsync(seen: number, timeoutMs: number): Promise<void> {
    return waitOnWord(this.#words, 0, seen, timeoutMs);
  }
}
