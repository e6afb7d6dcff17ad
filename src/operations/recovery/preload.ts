/**
 * What a primary that stands by reads before it takes the store: what workers say of themselves. It never changes under its number, so that
 * nothing that the other primary does makes it wrong; all else is read anew when the store is taken.
 */
import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { KnownWorkers } from './known-workers.js';

export class Preload {
  readonly workers: KnownWorkers;
  readonly #reader: Reader;
  #isEnded = false;

  constructor(state: State, reader: Reader) {
    this.workers = new KnownWorkers(state);
    this.#reader = reader;
  }

  /** Learns those that play now, and forgets those that do not any more. */
  async look(): Promise<void> {
    const playing = new Set<number>();
    for await (const { _id } of this.#reader.unfinishedRuns()) {
      for await (const page of this.#reader.describeWorkers?.(_id, this.workers) ?? []) {
        for (const worker of page) playing.add(worker);
        // This thread answers the admin API, too.
        await endOfTurn();
        if (this.#isEnded) return;
      }
    }
    await this.workers.keep(playing);
  }

  /** A look that is under way ends, and no other begins: `workers` is the recovery's. */
  end(): void {
    this.#isEnded = true;
  }
}
