/**
 * MongoDB's text index as a first choice of documents: it may give too many, never too few, and what it gives is looked at
 * word by word afterwards, so that both stores find the same. Where there is no such index, or it cannot be asked for a
 * word, documents are looked at one after the other for a bounded time.
 */
import type { AbstractCursor, Document } from 'mongodb';
import type { TextSearch } from '../../rules/search-text.js';

/** Words that the index surely divides and folds as `wordsOf` does. */
const PLAIN = /^[a-z0-9_]+$/;
/** How long one search may take. */
const LONGEST_MS = 3_000;
/** So many documents are looked at between two looks at the clock. */
const CLOCK_EVERY = 500;

/** For `$text`; undefined when the index cannot tell. */
export function candidatesOf({ any, phrases }: TextSearch): Document | undefined {
  if (phrases.length > 0) {
    const needed = phrases.flat().filter((word) => PLAIN.test(word));
    if (needed.length === 0) return undefined;
    return { $search: needed.map((word) => `"${word}"`).join(' '), $language: 'none' };
  }
  return any.every((word) => PLAIN.test(word)) ? { $search: any.join(' '), $language: 'none' } : undefined;
}

/** Whether `collect` came to its end, or had all that it wanted; false when the time ran out first. */
export async function collectWithin<T extends Document>(
  cursor: AbstractCursor<T>,
  take: (document: T) => 'more' | 'enough',
): Promise<boolean> {
  const latest = performance.now() + LONGEST_MS;
  let looked = 0;
  try {
    for await (const document of cursor) {
      if (take(document) === 'enough') return true;
      if (++looked % CLOCK_EVERY === 0 && performance.now() > latest) return false;
    }
    return true;
  } finally {
    await cursor.close();
  }
}

/** Tries the text index while the server has one. */
export class TextIndex {
  #isThere = true;

  /** @param scan asks without the index */
  async use<T>(
    search: TextSearch,
    byIndex: (candidates: Document) => Promise<T>,
    scan: () => Promise<T>,
  ): Promise<T> {
    const candidates = this.#isThere ? candidatesOf(search) : undefined;
    if (candidates === undefined) return await scan();
    try {
      return await byIndex(candidates);
    } catch (error) {
      // The server has no such index, or no such queries.
      if (!(error instanceof Error && 'code' in error)) throw error;
      this.#isThere = false;
      return await scan();
    }
  }
}
