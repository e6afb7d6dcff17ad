// Several numbers that belong together, read without a lock: readers retry when a write came between.

import type { Region } from '../region.js';

/** The sequence word has a cache line of its own before the data. */
const DATA = 32;
const LOOKS_PER_CLOCK = 4096;
const PATIENCE_MS = 1000;

/**
 * `count` doubles with one writer at a time. The sequence word is odd while a write is going on. Data words are read
 * and written with Atomics: plain accesses may be reordered past the sequence word on ARM64, and a plain double may
 * tear (Boehm, "Can Seqlocks Get Along with Programming Language Memory Models?", MSPC 2012).
 */
export class SeqLock {
  readonly #name: string;
  readonly #words: Int32Array;
  readonly #count: number;
  readonly #doubles: Float64Array;
  readonly #halves: Int32Array;

  constructor(region: Region, name: string, count: number) {
    this.#name = name;
    this.#count = count;
    this.#words = region.i32(name, DATA + count * 2);
    this.#doubles = new Float64Array(count);
    this.#halves = new Int32Array(this.#doubles.buffer);
  }

  /** Replaces all numbers. Throws when another write is going on: writers keep each other out by a lock. */
  write(values: ArrayLike<number>): void {
    if (values.length !== this.#count) {
      throw new RangeError(`seqlock "${this.#name}" holds ${this.#count} numbers, got ${values.length}`);
    }
    const sequence = Atomics.load(this.#words, 0);
    if (
      (sequence & 1) !== 0 ||
      Atomics.compareExchange(this.#words, 0, sequence, sequence + 1) !== sequence
    ) {
      throw new Error(`seqlock "${this.#name}" has two writers`);
    }
    this.#doubles.set(values);
    const halves = this.#halves;
    for (let i = 0; i < halves.length; i++) Atomics.store(this.#words, DATA + i, halves[i]!);
    Atomics.store(this.#words, 0, sequence + 2);
  }

  /** All numbers as one write left them, copied to `into`. Throws when a write stays unfinished for a second. */
  read(into: Float64Array = new Float64Array(this.#count)): Float64Array {
    const words = this.#words;
    const halves = this.#halves;
    let deadline = 0;
    for (let look = 1; ; look++) {
      const before = Atomics.load(words, 0);
      if ((before & 1) === 0) {
        for (let i = 0; i < halves.length; i++) halves[i] = Atomics.load(words, DATA + i);
        if (Atomics.load(words, 0) === before) break;
      }
      if (look % LOOKS_PER_CLOCK !== 0) continue;
      const now = performance.now();
      if (deadline === 0) deadline = now + PATIENCE_MS;
      else if (now > deadline) throw new Error(`seqlock "${this.#name}": its writer stopped half-way`);
    }
    into.set(this.#doubles);
    return into;
  }
}
