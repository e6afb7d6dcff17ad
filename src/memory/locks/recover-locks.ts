// Taking the locks of a dead thread: what each one guards is repaired first, then the lock goes to the next waiter.

import type { Threads } from './threads.js';

const PAUSE_MS = 1;
/** Rank of the lock that is being repaired; what its repair takes ranks above it. */
let repairing = Number.NEGATIVE_INFINITY;

/**
 * Frees or hands on every lock that the dead thread in `slot` held, and forgets that it waited. Inner locks come first,
 * since repairing what an outer one guards takes them. The caller has made sure that the thread runs no more, holds no
 * lock itself, and may park. Called again during a repair, for another dead thread that holds what is needed, it takes only
 * locks that rank above the one being repaired. Returns how many locks were taken from the dead.
 */
export function recoverLocks(threads: Threads, slot: number): number {
  const word = threads.lockWordOf(slot);
  const outer = repairing;
  const tables = threads.lockTables.filter((table) => table.rank > outer).sort((a, b) => b.rank - a.rank);
  for (const table of tables) table.forgetWaiter(slot);
  // Another dead thread may have been handing it a lock: that one's recovery must find nobody to hand it to.
  threads.waits.forget(slot);
  let recovered = 0;
  // A releaser that had cleared the dead thread's bit before it was forgotten makes it the owner in a moment.
  for (let pending = true; pending; ) {
    pending = threads.waits.isBeingHandedTo(slot);
    for (const table of tables) {
      repairing = table.rank;
      recovered += table.recover(word);
    }
    repairing = outer;
    if (pending) Atomics.wait(threads.words, threads.waits.wakeAt(threads.self()), 0, PAUSE_MS);
  }
  // A lock that the dead had just freed, or whose new owner it had not woken, is looked at again by all who wait.
  threads.waits.wakeAll();
  return recovered;
}
