/**
 * What a page thread remembers of memory and store for a moment, so that many readers cost as much as one. A change that
 * any page of this instance made is seen at once, one by others when the moment is over.
 */
import { BoundedCache } from '../memory/bounded-cache.js';
import type { WaitWord } from '../memory/locks/wait-word.js';

const MOST_KEPT = 500;

interface Entry {
  readonly value: Promise<unknown>;
  readonly madeAt: number;
  readonly changes: number;
}

export class Kept {
  readonly #changes: WaitWord;
  readonly #entries = new BoundedCache<string, Entry>(MOST_KEPT);

  /** @param changes counts what pages of this instance changed */
  constructor(changes: WaitWord) {
    this.#changes = changes;
  }

  /** What `make` made for this key within the last `forMs`; what failed is not kept. */
  async get<T>(key: string, forMs: number, make: () => Promise<T>): Promise<T> {
    // Read before anything else is: a change in between makes what is kept useless, not wrong.
    const changes = this.#changes.load();
    const known = this.#entries.get(key);
    const now = performance.now();
    if (known !== undefined && known.changes === changes && now - known.madeAt < forMs) {
      return (await known.value) as T;
    }
    const entry = { value: make(), madeAt: now, changes };
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return await entry.value;
  }
}
