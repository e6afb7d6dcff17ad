/**
 * What the mutexes are compared with: the third mutex of Ulrich Drepper's "Futexes Are Tricky" (2011), over Atomics. A
 * release wakes one waiter and lets whoever comes first have the lock, so it is fast, and unfair.
 */

const FREE = 0;
const HELD = 1;
const HELD_AND_AWAITED = 2;

export class FutexMutex {
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  acquire(): void {
    const words = this.#words;
    if (Atomics.compareExchange(words, 0, FREE, HELD) === FREE) return;
    while (Atomics.exchange(words, 0, HELD_AND_AWAITED) !== FREE) Atomics.wait(words, 0, HELD_AND_AWAITED);
  }

  release(): void {
    if (Atomics.exchange(this.#words, 0, FREE) === HELD_AND_AWAITED) Atomics.notify(this.#words, 0, 1);
  }
}
