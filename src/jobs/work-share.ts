/** Keeps long work in the background to a share of a thread's time, in pieces that nobody notices. */
import { setTimeout as sleep } from 'node:timers/promises';

/** The longest piece; what else the thread does waits for one at most. */
const PIECE_MS = 10;
/** For each piece so many times as long is rested. */
const REST = 3;

export class WorkShare {
  #began = performance.now();

  /** Call between two steps of the work: rests when a piece is done. @returns false when the work is to end */
  async step(signal: AbortSignal): Promise<boolean> {
    const worked = performance.now() - this.#began;
    if (worked >= PIECE_MS) {
      await sleep(REST * worked, undefined, { signal }).catch(() => {});
      this.#began = performance.now();
    }
    return !signal.aborted;
  }
}
