// Who waits for a lock, and who has it next. What holds at every moment is said in lock-table.ts.

import { failpoint } from '../failpoint.js';
import { slotOf, type Threads } from './threads.js';

/** Words from one lock to the next: 128 bytes. The first is the owner word. */
export const ROW = 32;
/** Two words: a bit for each waiting thread. */
const WAITERS = 1;
const ARRIVALS = 3;

/** Looks at a held lock before queueing, and again before parking: about a microsecond each. */
export const SPINS = 100;
/** A thread that has been parked for as long wonders whether the owner is still there. */
const LIVENESS_CHECK_MS = 20;

export class LockQueue {
  readonly #words: Int32Array;
  readonly #threads: Threads;
  readonly #firstId: number;
  readonly #name: string;

  /** @param firstId number of the table's first lock among all locks of the region */
  constructor(words: Int32Array, threads: Threads, firstId: number, name: string) {
    this.#words = words;
    this.#threads = threads;
    this.#firstId = firstId;
    this.#name = name;
  }

  anyWaiter(row: number): boolean {
    return (Atomics.load(this.#words, row + WAITERS) | Atomics.load(this.#words, row + WAITERS + 1)) !== 0;
  }

  /** Puts back a waiter whose bit was cleared by a thread that died before it made the waiter the owner. */
  restore(row: number, slot: number): void {
    Atomics.or(this.#words, this.#bitmap(row, slot), 1 << ((slot - 1) & 31));
  }

  /** Takes a waiter out, if it waits. */
  leave(row: number, slot: number): void {
    Atomics.and(this.#words, this.#bitmap(row, slot), ~(1 << ((slot - 1) & 31)));
  }

  /** Parks until the owner is `me`; false when `limitMs` milliseconds passed before. */
  park(row: number, me: number, limitMs: number): boolean {
    const words = this.#words;
    const threads = this.#threads;
    const slot = slotOf(me);
    const bitmap = this.#bitmap(row, slot);
    const bit = 1 << ((slot - 1) & 31);
    const wakeAt = threads.waits.wakeAt(slot);
    const started = limitMs === Number.POSITIVE_INFINITY ? 0 : performance.now();
    let limited = limitMs !== Number.POSITIVE_INFINITY;
    threads.waits.begin(this.#firstId + row / ROW, Atomics.add(words, row + ARRIVALS, 1));
    Atomics.or(words, bitmap, bit);
    for (let look = 0; ; look++) {
      const seen = Atomics.load(threads.words, wakeAt);
      const owner = Atomics.load(words, row);
      if (owner === me) break;
      if (owner === 0 && Atomics.compareExchange(words, row, 0, me) === 0) {
        Atomics.and(words, bitmap, ~bit);
        break;
      }
      if (look < SPINS) continue;
      const left = limited ? started + limitMs - performance.now() : LIVENESS_CHECK_MS;
      if (left > 0) {
        const woken = Atomics.wait(threads.words, wakeAt, seen, Math.min(left, LIVENESS_CHECK_MS));
        if (woken === 'timed-out') threads.onLivenessCheck(slotOf(owner));
      } else if ((Atomics.and(words, bitmap, ~bit) & bit) === 0) limited = false;
      else {
        threads.waits.end();
        return false;
      }
    }
    threads.waits.end();
    return true;
  }

  /** Passes a held lock to the longest waiter; false when the last one gave up meanwhile. */
  handOver(row: number): boolean {
    const words = this.#words;
    const threads = this.#threads;
    for (;;) {
      let next = 0;
      let first = 0;
      for (let half = 0; half < 2; half++) {
        for (let bits = Atomics.load(words, row + WAITERS + half); bits !== 0; bits &= bits - 1) {
          const slot = half * 32 + 32 - Math.clz32(bits & -bits);
          const arrival = threads.waits.arrivalOf(slot);
          if (next === 0 || ((arrival - first) | 0) < 0) {
            next = slot;
            first = arrival;
          }
        }
      }
      if (next === 0) return false;
      const bit = 1 << ((next - 1) & 31);
      threads.waits.noteHandOver(next);
      const settled = (Atomics.and(words, this.#bitmap(row, next), ~bit) & bit) !== 0;
      failpoint?.(`${this.#name}: handing`);
      if (settled) Atomics.store(words, row, threads.lockWordOf(next));
      failpoint?.(`${this.#name}: handed`);
      threads.waits.noteHandOver(0);
      if (settled) {
        threads.waits.wake(next);
        return true;
      }
    }
  }

  #bitmap(row: number, slot: number): number {
    return row + WAITERS + ((slot - 1) >> 5);
  }
}
