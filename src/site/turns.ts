/** Long work on a page thread in pieces: other pages have their turn in between. */
import { setImmediate } from 'node:timers/promises';

const LONGEST_MS = 5;

/** Before a piece that takes milliseconds by itself. */
export async function othersTurn(): Promise<void> {
  await setImmediate();
}

export class Turns {
  #began = performance.now();

  /** Call between two pieces, none of which may hold a lock: resolves after others had their turn, or at once if it is not due. */
  async next(): Promise<void> {
    if (performance.now() - this.#began < LONGEST_MS) return;
    await othersTurn();
    this.#began = performance.now();
  }
}
