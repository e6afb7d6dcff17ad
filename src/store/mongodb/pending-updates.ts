/**
 * What documents lack that is durable in the log. What is due is written bit by bit, while more comes in: an older value must
 * never be written after a newer one, and what is due must have an end. So there are two generations.
 */
import type { Update } from './update.js';

export class PendingUpdates {
  /** Older than what is in `#fresh`. Both by document. */
  readonly #due = new Map<string, Update>();
  readonly #fresh = new Map<string, Update>();

  get isDue(): boolean {
    return this.#due.size > 0;
  }

  /** What is to be written, by document and generation. */
  *all(): Generator<Update> {
    yield* this.#due.values();
    yield* this.#fresh.values();
  }

  /** The update is taken over. */
  add(update: Update): void {
    const before = this.#fresh.get(update.key);
    if (before === undefined) this.#fresh.set(update.key, update);
    else before.join(update);
  }

  /** All that these documents lack by now, or any, is due. */
  startFlush(documents: Iterable<string> = [...this.#fresh.keys()]): void {
    for (const key of documents) {
      const update = this.#fresh.get(key);
      if (update === undefined) continue;
      this.#fresh.delete(key);
      const before = this.#due.get(key);
      if (before === undefined) this.#due.set(key, update);
      else before.join(update);
    }
  }

  /** Takes out updates that name at most so many members together, of what is due of these documents, or of any. */
  take(most: number, documents: Iterable<string> = this.#due.keys()): Update[] {
    const taken: Update[] = [];
    let left = most;
    for (const key of documents) {
      const update = this.#due.get(key);
      if (update === undefined) continue;
      const part = update.take(left);
      left -= part.size;
      taken.push(part);
      if (update.isEmpty) this.#due.delete(key);
      if (left === 0) break;
    }
    return taken;
  }

  /** Takes out all that is due of one of these documents, or of any, that passes. */
  takeWhole(
    passes: (update: Update) => boolean,
    documents: Iterable<string> = this.#due.keys(),
  ): Update | undefined {
    for (const key of documents) {
      const update = this.#due.get(key);
      if (update === undefined || !passes(update)) continue;
      this.#due.delete(key);
      return update;
    }
    return undefined;
  }

  /** After a failure: what was taken is due as before. */
  putBack(taken: readonly Update[]): void {
    for (const update of taken) {
      const rest = this.#due.get(update.key);
      if (rest !== undefined) update.join(rest);
      this.#due.set(update.key, update);
    }
  }
}
