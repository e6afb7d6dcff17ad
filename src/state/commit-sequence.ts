/**
 * How far the store is: the sequence number of the newest change, and of the newest durable one.
 *
 * An operation marks its run and draws a number; a reply that must be durable waits for that number. The writer reads the
 * newest number, takes every mark, commits what changed as one batch, and publishes the number as durable. A mark is set
 * before the number is drawn: so a batch that was collected after reading number n holds every change numbered up to n.
 *
 * Numbers are 32-bit and wrap; they are compared as serial numbers, which is right while fewer than 2^31 are open.
 */
import { isAtLeast, WaitWord } from '../memory/locks/wait-word.js';
import type { Region } from '../memory/region.js';

/** How often the durable number is looked at even if no wake-up comes. */
const RECHECK_MS = 100;

export class CommitSequence {
  readonly issued: WaitWord;
  readonly durable: WaitWord;

  constructor(region: Region) {
    this.issued = new WaitWord(region, 'commit-issued');
    this.durable = new WaitWord(region, 'commit-durable');
  }

  /** Numbers the changes marked so far by this thread. */
  next(): number {
    const sequence = this.issued.add(1);
    this.issued.notify();
    return sequence;
  }

  isDurable(sequence: number): boolean {
    return isAtLeast(this.durable.load(), sequence);
  }

  /** Waits until it is durable, without parking: one change. Many replies at once wait in DurableReplies. False when time is over. */
  async whenDurable(sequence: number, withinMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const latest = performance.now() + withinMs;
    for (;;) {
      // Read before it is compared: a change in between then ends the wait at once.
      const reached = this.durable.load();
      if (isAtLeast(reached, sequence)) return true;
      if (performance.now() > latest) return false;
      await this.durable.waitAsync(reached, RECHECK_MS);
    }
  }

  /** How many numbers are not durable yet. */
  lag(): number {
    return (this.issued.load() - this.durable.load()) | 0;
  }
}
