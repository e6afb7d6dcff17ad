/**
 * The list of runs that the scheduler looks at, the oldest first: what is unfinished, and for a while what has just
 * finished.
 */
import { failpoint } from '../memory/failpoint.js';
import type { LockTable } from '../memory/locks/lock-table.js';
import type { Region } from '../memory/region.js';
import type { RunOrder } from './run-order.js';

/** Scheduling decisions of a thread between two looks for runs to be dropped from the list. */
const COMPACT_EVERY = 64;

export class ReadyRuns {
  /** Word 0: how many slots the list holds; then the slots of runs that may be ready for work. */
  readonly #ready: Int32Array;
  readonly #listed: Int32Array;
  /** One word: 1 when a listed slot has got another run, which may stand at a place that is not its own. */
  readonly #reused: Int32Array;
  readonly #lock: LockTable;
  readonly #order: RunOrder;
  readonly #isUnfinished: (slot: number) => boolean;
  #looks = 0;
  #count = 0;

  /** @param lock guards the list; repairing it repairs the list. */
  constructor(region: Region, order: RunOrder, lock: LockTable, isUnfinished: (slot: number) => boolean) {
    const { count } = order.records;
    this.#ready = region.i32('ready-runs', count + 1);
    this.#listed = region.i32('ready-listed', count);
    this.#reused = region.i32('ready-reused', 1);
    this.#lock = lock;
    this.#order = order;
    this.#isUnfinished = isUnfinished;
    lock.repair = () => this.#repair();
  }

  /**
   * Puts a run on the list. Call under the run's lock. Younger ones move on from the end, the count first: whoever reads
   * meanwhile from the first on, as long as there is one more, finds some run twice but none missing. A slot that still
   * stands there for a run that has left it cannot move under readers' eyes: the next look puts it in its place.
   */
  add(slot: number): void {
    this.#lock.run(0, () => {
      if (this.#listed[slot] !== 0) Atomics.store(this.#reused, 0, 1);
      else {
        this.#listed[slot] = 1;
        const count = this.#ready[0]!;
        let place = 1 + count;
        for (; place > 1 && this.#order.isOlder(slot, this.#ready[place - 1]!); place--) {
          this.#put(place, this.#ready[place - 1]!, count);
        }
        failpoint?.('ready runs: adding');
        this.#put(place, slot, count);
      }
    });
  }

  #put(place: number, slot: number, count: number): void {
    Atomics.store(this.#ready, place, slot);
    if (place > count) Atomics.store(this.#ready, 0, count + 1);
  }

  /** Begins a scan of the list. Only the holder of the request-task mutex may: it alone takes runs off and moves them. */
  beginScan(): void {
    if (Atomics.load(this.#reused, 0) !== 0) this.#lock.run(0, () => this.#repair());
    if (++this.#looks % COMPACT_EVERY === 0) this.#compact();
    this.#count = Atomics.load(this.#ready, 0);
  }

  /** Whether there is an i-th slot. The shared count is asked only where the list ended before: it costs as much as a run. */
  has(i: number): boolean {
    if (i < this.#count) return true;
    this.#count = Atomics.load(this.#ready, 0);
    return i < this.#count;
  }

  /** The i-th slot, which may hold a run that has finished meanwhile, or none. */
  at(i: number): number {
    return this.#ready[1 + i]!;
  }

  #compact(): void {
    const count = Atomics.load(this.#ready, 0);
    for (let i = 0; i < count; i++) {
      if (this.#isUnfinished(this.at(i))) continue;
      this.#dropFinished();
      return;
    }
  }

  /** The list in its order and without what stands there twice, as when a thread died while it drew the list together. */
  #repair(): void {
    Atomics.store(this.#reused, 0, 0);
    const slots = new Set(this.#ready.subarray(1, 1 + this.#ready[0]!));
    this.#listed.forEach((listed, slot) => {
      if (listed !== 0) slots.add(slot);
    });
    const kept = [...slots].filter((slot) => this.#isUnfinished(slot));
    kept.sort((a, b) => (this.#order.isOlder(a, b) ? -1 : 1));
    this.#listed.fill(0);
    for (const slot of kept) this.#listed[slot] = 1;
    this.#ready.set(kept, 1);
    Atomics.store(this.#ready, 0, kept.length);
  }

  #dropFinished(): void {
    this.#lock.run(0, () => {
      const count = this.#ready[0]!;
      let kept = 0;
      for (let i = 1; i <= count; i++) {
        const slot = this.#ready[i]!;
        failpoint?.('ready runs: dropping');
        if (this.#isUnfinished(slot)) this.#ready[1 + kept++] = slot;
        else this.#listed[slot] = 0;
      }
      Atomics.store(this.#ready, 0, kept);
    });
  }
}
