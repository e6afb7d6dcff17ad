/** Keeps what a standby reads before it takes the store up to date, for as long as it waits. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { KnownWorkers } from '../operations/recovery/known-workers.js';
import { Preload } from '../operations/recovery/preload.js';
import type { State } from '../state/state.js';
import { openStore } from '../store/open-store.js';

/** Workers come and go in hours. */
const EVERY_MS = 30_000;

export class Preloading {
  readonly #end = new AbortController();
  #preload: Preload | undefined;

  constructor(state: State, storeUrl: string, log: Logger) {
    // A store that this release has to change first can be read only when it is this server's.
    void this.#run(state, storeUrl).catch((err: unknown) =>
      log.debug({ err }, 'nothing is read before the takeover'),
    );
  }

  /** The store is this server's. @returns what is known of it */
  end(): KnownWorkers | undefined {
    this.#end.abort();
    this.#preload?.end();
    return this.#preload?.workers;
  }

  async #run(state: State, storeUrl: string): Promise<void> {
    const { signal } = this.#end;
    const reader = await openStore(storeUrl).openReader();
    try {
      this.#preload = new Preload(state, reader);
      while (!signal.aborted) {
        await this.#preload.look();
        await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
      }
    } finally {
      await reader.close();
    }
  }
}
