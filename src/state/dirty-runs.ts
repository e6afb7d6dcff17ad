/**
 * The journal: which runs have changes that the store does not have, and how far the store is.
 *
 * An operation changes a run under the run's lock, marks the run, and appends: it gets a sequence number. The one
 * writer reads the newest number, takes and clears every mark, copies what changed under each run's lock, commits it as
 * one group, and publishes that number as durable. Since a mark is set before the number is drawn, a group that was
 * collected after reading number n holds every change numbered up to n. Changes of the same run coalesce; nothing can
 * overflow, since a run is one bit and a task stands at most once in its run's list.
 *
 * Numbers are 32-bit and wrap; they are compared as serial numbers, which is right while fewer than 2^31 are open.
 */

import { isAtLeast, WaitWord } from '../memory/locks/wait-word.js';
import type { Region } from '../memory/region.js';

export class Journal {
  readonly #marks: Int32Array;
  readonly appended: WaitWord;
  readonly durable: WaitWord;

  constructor(region: Region, runs: number) {
    this.#marks = region.i32('journal-marks', Math.ceil(runs / 32));
    this.appended = new WaitWord(region, 'journal-appended');
    this.durable = new WaitWord(region, 'journal-durable');
  }

  /** Says that the run in this slot has something to write. Call under the run's lock. */
  mark(slot: number): void {
    const bit = 1 << (slot & 31);
    if ((Atomics.load(this.#marks, slot >> 5) & bit) === 0) Atomics.or(this.#marks, slot >> 5, bit);
  }

  /** Numbers the changes marked so far by this thread; a reply that must be durable waits for this number. */
  append(): number {
    const sequence = this.appended.add(1);
    this.appended.notify();
    return sequence;
  }

  isDurable(sequence: number): boolean {
    return isAtLeast(this.durable.load(), sequence);
  }

  /** Numbers that are not durable yet. */
  lag(): number {
    return (this.appended.load() - this.durable.load()) | 0;
  }

  /** The marked slots, whose marks are cleared. Only the writer calls this. */
  takeMarks(): number[] {
    const slots: number[] = [];
    for (let word = 0; word < this.#marks.length; word++) {
      let bits = Atomics.load(this.#marks, word) === 0 ? 0 : Atomics.exchange(this.#marks, word, 0);
      while (bits !== 0) {
        const lowest = 31 - Math.clz32(bits & -bits);
        slots.push(word * 32 + lowest);
        bits &= bits - 1;
      }
    }
    return slots;
  }
}
