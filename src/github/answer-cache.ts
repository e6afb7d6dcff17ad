/** Answers of GitHub that are kept in memory: bounded by number and by size, the least recently used goes first. */

export interface KeptAnswer {
  readonly answer: unknown;
  /** When GitHub said so, in milliseconds since the epoch. */
  readonly at: number;
  readonly etag?: string | undefined;
  /** What the store has for `at`; undefined: it does not have the answer. */
  readonly storedAt?: number | undefined;
}

interface Slot {
  readonly kept: KeptAnswer;
  readonly size: number;
}

export class AnswerCache {
  readonly #slots = new Map<string, Slot>();
  readonly #mostAnswers: number;
  readonly #mostSize: number;
  #size = 0;

  /** @param mostSize characters of JSON */
  constructor(mostAnswers: number, mostSize: number) {
    this.#mostAnswers = mostAnswers;
    this.#mostSize = mostSize;
  }

  get(key: string): KeptAnswer | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    // A map's first entry is the one that was set the longest ago.
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    return slot.kept;
  }

  set(key: string, kept: KeptAnswer, size: number): void {
    this.#remove(key);
    if (size > this.#mostSize) return;
    this.#slots.set(key, { kept, size });
    this.#size += size;
    for (const oldest of this.#slots.keys()) {
      if (this.#slots.size <= this.#mostAnswers && this.#size <= this.#mostSize) return;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#size -= this.#slots.get(key)?.size ?? 0;
    this.#slots.delete(key);
  }
}
