/** Finds holds of locks that were longer than they may be, since the last look; only timed holds are seen. */
import type { LockMeter } from '../memory/locks/lock-meter.js';

export interface SlowHold {
  lock: string;
  /** How many holds, and the longest ever of this lock in milliseconds. */
  holds: number;
  longest_ms: number;
  limit_ms: number;
}

export class SlowHolds {
  readonly #meters: readonly LockMeter[];
  readonly #limitMs: number;
  readonly #seen = new Map<string, number>();

  constructor(meters: readonly LockMeter[], limitMs: number) {
    this.#meters = meters;
    this.#limitMs = limitMs;
    this.look();
  }

  look(): SlowHold[] {
    const found: SlowHold[] = [];
    for (const { name, hold } of this.#meters) {
      const { buckets, max } = hold.snapshot();
      const slow = buckets.reduce(
        (sum, { upTo, count }) => sum + (upTo > this.#limitMs * 1000 ? count : 0),
        0,
      );
      const holds = slow - (this.#seen.get(name) ?? 0);
      this.#seen.set(name, slow);
      // A bucket that ends above the limit may begin below it.
      if (holds > 0 && max > this.#limitMs * 1000) {
        found.push({ lock: name, holds, longest_ms: max / 1000, limit_ms: this.#limitMs });
      }
    }
    return found;
  }
}
