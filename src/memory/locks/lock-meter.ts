// How long locks are waited for and held. Waits are always timed, since a thread that waits has time; holds are timed
// once in `every` acquisitions, so that an uncontended lock stays as cheap as it is.

import { Histogram } from '../counters/histogram.js';
import type { Region } from '../region.js';

export class LockMeter {
  readonly name: string;
  /** One hold in this many is timed. */
  readonly every: number;
  /** Times of waits that did not end at the first look. */
  readonly wait: Histogram;
  readonly hold: Histogram;
  #acquired = 0;
  /** The lock whose hold is being timed, −1 for none, and since when. */
  #timed = -1;
  #since = 0;

  constructor(region: Region, name: string, every: number) {
    this.name = name;
    this.every = every;
    this.wait = new Histogram(region, `${name}:wait`);
    this.hold = new Histogram(region, `${name}:hold`);
  }

  /** This thread waited since `began` (performance.now) and has the lock now. */
  waited(began: number): void {
    this.wait.record((performance.now() - began) * 1000);
  }

  /** This thread has lock `row` now. */
  took(row: number): void {
    if (++this.#acquired % this.every !== 0) return;
    this.#timed = row;
    this.#since = performance.now();
  }

  /** This thread is about to release lock `row`. */
  releases(row: number): void {
    if (this.#timed !== row) return;
    this.#timed = -1;
    this.hold.record((performance.now() - this.#since) * 1000);
  }
}
