// Counters without contention: each thread adds in a row of its own, a reader sums the rows.

import { MAX_THREADS } from '../locks/thread-row.js';
import { currentThread } from '../locks/threads.js';
import type { Region } from '../region.js';

/** Floats of padding, so that rows of two threads never share a cache line. */
const LINE = 16;

export class Counters<Name extends string> {
  readonly #names: readonly Name[];
  readonly #values: Float64Array;
  readonly #row: number;

  constructor(region: Region, table: string, names: readonly Name[]) {
    this.#names = names;
    this.#row = Math.ceil(names.length / LINE) * LINE;
    this.#values = region.f64(table, this.#row * (MAX_THREADS + 1));
  }

  add(name: Name, n = 1): void {
    this.#values[currentThread() * this.#row + this.#names.indexOf(name)]! += n;
  }

  total(name: Name): number {
    const column = this.#names.indexOf(name);
    let total = 0;
    for (let slot = 0; slot <= MAX_THREADS; slot++) total += this.#values[slot * this.#row + column]!;
    return total;
  }

  totals(): Record<Name, number> {
    return Object.fromEntries(this.#names.map((name) => [name, this.total(name)])) as Record<Name, number>;
  }
}
