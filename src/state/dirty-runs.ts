/**
 * Which runs have changes that the store does not have: one bit a run. An operation marks a run under the run's lock; the
 * one writer takes and clears every mark and copies what changed. Changes of one run coalesce, and nothing can overflow:
 * a run is one bit, and a task is at most once in its run's list.
 */
import type { Region } from '../memory/region.js';

export class DirtyRuns {
  readonly #marks: Int32Array;

  constructor(region: Region, runs: number) {
    this.#marks = region.i32('dirty-runs', Math.ceil(runs / 32));
  }

  /** Says that the run in this slot has something to write. Call under the run's lock. */
  mark(slot: number): void {
    const bit = 1 << (slot & 31);
    if ((Atomics.load(this.#marks, slot >> 5) & bit) === 0) Atomics.or(this.#marks, slot >> 5, bit);
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
