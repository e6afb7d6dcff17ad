/**
 * How many changes may be expected to share a batch. To linger pays when others come, and those who wait for a reply come only
 * after it: with few clients everybody is there at once, and lingering only delays them. How many came together lately tells.
 *
 * A batch that never lingers never sees who would have come. So now and then one lingers for the whole time, as a probe: often
 * while probes find more, ever more seldom while they find nobody.
 */
const WINDOW_MS = 100;
const MOST_OFTEN = 4;
const LEAST_OFTEN = 256;

export class Company {
  /** The most changes of a batch in this window and in the one before. */
  #most = 0;
  #mostBefore = 0;
  #windowBegan = Number.NEGATIVE_INFINITY;
  #probeEvery = MOST_OFTEN;
  #sinceProbe = 0;
  #isProbe = false;

  /** Begins a batch of at least so many. @returns how many are worth waiting for */
  expect(waiting: number, now: number): number {
    this.#turnWindow(now);
    this.#sinceProbe++;
    this.#isProbe = this.#sinceProbe >= this.#probeEvery;
    if (!this.#isProbe) return Math.max(waiting, this.#most, this.#mostBefore);
    this.#sinceProbe = 0;
    return Number.POSITIVE_INFINITY;
  }

  /** The batch that began has come to so many. */
  came(count: number): void {
    if (this.#isProbe) {
      const isMore = count > Math.max(this.#most, this.#mostBefore);
      this.#probeEvery = isMore ? MOST_OFTEN : Math.min(LEAST_OFTEN, this.#probeEvery * 2);
      this.#isProbe = false;
    }
    this.#most = Math.max(this.#most, count);
  }

  #turnWindow(now: number): void {
    if (now - this.#windowBegan < WINDOW_MS) return;
    this.#mostBefore = now - this.#windowBegan < 2 * WINDOW_MS ? this.#most : 0;
    this.#most = 0;
    this.#windowBegan = now;
  }
}
