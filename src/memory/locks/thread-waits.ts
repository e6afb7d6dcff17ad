// What each thread waits for, whom it is handing a lock to, and the words by which one thread wakes another.

import { MAX_THREADS, ROW, type ThreadRows, ThreadState, ThreadWord } from './thread-row.js';

export class ThreadWaits {
  readonly #threads: ThreadRows;
  readonly #words: Int32Array;

  constructor(threads: ThreadRows) {
    this.#threads = threads;
    this.#words = threads.words;
  }

  /** Index in `words` of the word a thread parks on. */
  wakeAt(slot: number): number {
    return slot * ROW + ThreadWord.wake;
  }

  /** Wakes the thread in `slot` from whatever it waits for; it looks again and may park again. */
  wake(slot: number): void {
    Atomics.add(this.#words, slot * ROW + ThreadWord.wake, 1);
    Atomics.notify(this.#words, slot * ROW + ThreadWord.wake);
  }

  /** Wakes every thread; each looks again at what it waits for. */
  wakeAll(): void {
    for (let slot = 1; slot <= MAX_THREADS; slot++) this.wake(slot);
  }

  /** Publishes that this thread waits, parked or about to park, for lock `id` with arrival number `arrival`. */
  begin(id: number, arrival: number): void {
    const row = this.#threads.self() * ROW;
    Atomics.store(this.#words, row + ThreadWord.arrival, arrival);
    Atomics.store(this.#words, row + ThreadWord.waitingOn, id);
  }

  /** Ends what `begin` published. */
  end(): void {
    Atomics.store(this.#words, this.#threads.self() * ROW + ThreadWord.waitingOn, 0);
  }

  /** The dead thread in `slot` waits for nothing any more: nobody must restore its place in a queue. */
  forget(slot: number): void {
    Atomics.store(this.#words, slot * ROW + ThreadWord.waitingOn, 0);
  }

  /** The arrival number with which the thread in `slot` waits. */
  arrivalOf(slot: number): number {
    return Atomics.load(this.#words, slot * ROW + ThreadWord.arrival);
  }

  /** Records whom this thread is handing a lock to, 0 when done, so that its death half-way can be repaired. */
  noteHandOver(slot: number): void {
    Atomics.store(this.#words, this.#threads.self() * ROW + ThreadWord.handingTo, slot);
  }

  /** Whom the thread in `slot` was handing a lock to when it stopped, 0 for nobody. */
  handingTo(slot: number): number {
    return Atomics.load(this.#words, slot * ROW + ThreadWord.handingTo);
  }

  /** Whether the thread in `slot` waits for lock `id`. */
  waitsFor(slot: number, id: number): boolean {
    return Atomics.load(this.#words, slot * ROW + ThreadWord.waitingOn) === id;
  }

  /** Whether a living thread is about to make the thread in `slot` the owner of a lock. */
  isBeingHandedTo(slot: number): boolean {
    for (let other = 1; other <= MAX_THREADS; other++) {
      const row = other * ROW;
      if (
        Atomics.load(this.#words, row + ThreadWord.state) !== ThreadState.alive ||
        this.handingTo(other) !== slot
      )
        continue;
      if (!this.#threads.isGone(other)) return true;
    }
    return false;
  }
}
