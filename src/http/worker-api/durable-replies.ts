/**
 * Replies that wait until the store has what they promise. They leave in the order of their commit numbers, as soon as
 * the writer publishes that far.
 */
import { isAtLeast } from '../../memory/locks/wait-word.js';
import type { CommitSequence } from '../../state/commit-sequence.js';

/** How often the published number is looked at even if no wake-up comes. */
const RECHECK_MS = 100;
/** A worker gives up after 30 s; told to try again before that, it sends the same again. */
const LONGEST_WAIT_MS = 25_000;

interface Waiting {
  sequence: number;
  send: () => void;
  giveUp: () => void;
  deadline: number;
}

export class DurableReplies {
  readonly #commits: CommitSequence;
  #waiting: Waiting[] = [];
  readonly #longestWait: number;
  #closed = false;

  constructor(commits: CommitSequence, longestWait = LONGEST_WAIT_MS) {
    this.#commits = commits;
    this.#longestWait = longestWait;
  }

  /**
   * Calls `send` when the changes up to `sequence` are durable: at once if they are. Calls `giveUp` instead when that takes
   * too long: the changes stay, and the store gets them later.
   */
  hold(sequence: number, send: () => void, giveUp: () => void): void {
    if (this.#commits.isDurable(sequence)) send();
    else this.#waiting.push({ sequence, send, giveUp, deadline: performance.now() + this.#longestWait });
  }

  /** Replies that wait now. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Serves the waiting replies until `close`. */
  async run(): Promise<void> {
    const { durable } = this.#commits;
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
    const now = performance.now();
    this.#waiting = [];
    for (const reply of waiting) {
      if (isAtLeast(reached, reply.sequence)) reply.send();
      else if (now > reply.deadline) reply.giveUp();
      else this.#waiting.push(reply);
    }
  }
}
