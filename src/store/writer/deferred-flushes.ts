/**
 * Runs whose aggregates and beats are flushed lazily: no reply waits for them. Each has its turn once an
 * interval, a few with every batch, so that no batch is much longer than the others.
 */
export class DeferredFlushes {
  readonly #intervalMs: number;
  /** In the order in which they were deferred. */
  readonly #waiting = new Set<number>();
  #chosen: ReadonlySet<number> = new Set();
  #chosenAt = Number.NEGATIVE_INFINITY;
  /** How many may have their turn by now; the fraction is kept for the next batch. */
  #allowance = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  defer(slot: number): void {
    this.#waiting.add(slot);
  }

  /** Chooses those whose turn it is at `now`, in milliseconds; they are deferred no longer. */
  choose(now: number): ReadonlySet<number> {
    const { size } = this.#waiting;
    const share = Math.min(1, (now - this.#chosenAt) / this.#intervalMs);
    this.#chosenAt = now;
    this.#allowance = Math.min(size, this.#allowance + size * share);
    return this.#take(Math.floor(this.#allowance));
  }

  chooseAll(): ReadonlySet<number> {
    return this.#take(this.#waiting.size);
  }

  /** Whether the run is among those chosen last. */
  isDue(slot: number): boolean {
    return this.#chosen.has(slot);
  }

  #take(count: number): ReadonlySet<number> {
    const chosen = new Set<number>();
    for (const slot of this.#waiting) {
      if (chosen.size === count) break;
      chosen.add(slot);
    }
    for (const slot of chosen) this.#waiting.delete(slot);
    this.#allowance = Math.max(0, this.#allowance - count);
    this.#chosen = chosen;
    return chosen;
  }
}
