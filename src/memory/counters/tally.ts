// Numbers without contention: each thread adds in a row of its own, a reader sums the rows. One table for many numbers.

import { MAX_THREADS } from '../locks/thread-row.js';
import { currentThread } from '../locks/threads.js';
import type { Region } from '../region.js';

/** Floats of padding, so that rows of two threads never share a cache line. */
const LINE = 16;

/** `count` numbers. An index is computed once by its owner, so that adding is one load and one store. */
export class Tallies {
  readonly #values: Float64Array;
  readonly #row: number;
  readonly #count: number;

  constructor(region: Region, name: string, count: number) {
    this.#count = count;
    this.#row = Math.ceil(count / LINE) * LINE;
    this.#values = region.f64(name, this.#row * (MAX_THREADS + 1));
  }

  add(index: number, n: number): void {
    this.#values[currentThread() * this.#row + index]! += n;
  }

  total(index: number): number {
    let total = 0;
    for (let at = index; at < this.#values.length; at += this.#row) total += this.#values[at]!;
    return total;
  }

  /** One of the numbers by itself; it may fall too. */
  at(index: number): Tally {
    if (!(index >= 0 && index < this.#count))
      throw new RangeError(`there are ${this.#count} tallies, none is ${index}`);
    return { add: (n) => this.add(index, n), total: () => this.total(index) };
  }
}

export interface Tally {
  add(n: number): void;
  total(): number;
}
