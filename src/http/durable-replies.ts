/**
 * Replies that wait until the store has what they promise. They leave in the order of their journal numbers, as soon as
 * the writer publishes that far.
 */
import { isAtLeast } from '../memory/wait-word.js';
import type { Journal } from '../state/journal.js';

/** How often the published number is looked at even if no wake-up comes. */
const RECHECK_MS = 100;

interface Waiting {
  sequence: number;
  send: () => void;
}

export class DurableReplies {
  readonly #journal: Journal;
  #waiting: Waiting[] = [];
  #closed = false;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Calls `send` when the changes up to `sequence` are durable: at once if they are. */
  hold(sequence: number, send: () => void): void {
    if (this.#journal.isDurable(sequence)) send();
    else this.#waiting.push({ sequence, send });
  }

  /** Replies that wait now. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Serves the waiting replies until `close`. */
  async run(): Promise<void> {
    const { durable } = this.#journal;
    while (!this.#closed) {
      const reached = durable.load();
      this.#release(reached);
      await durable.waitAsync(reached, RECHECK_MS);
    }
  }

  close(): void {
    this.#closed = true;
  }

  #release(reached: number): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const reply of waiting) {
      if (isAtLeast(reached, reply.sequence)) reply.send();
      else this.#waiting.push(reply);
    }
  }
}
