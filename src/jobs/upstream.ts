/** What the server knows from GitHub, with the store to fall back on (spec: scheduling.md §8, data-model.md §12, §13). */

import type { BookMetadata } from '../model/documents.js';
import { pushItem, withSystem } from '../operations/changes.js';
import { checkBooks } from '../protocol/check-document.js';
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';
import type { GitHub } from './github.js';

type Books = Record<string, BookMetadata>;

/** Replaces the metadata of the books; if GitHub cannot say, by what the store has. Returns the number of books. */
export async function updateBooks(
  state: State,
  reader: Pick<Reader, 'keyValue'>,
  github: GitHub,
  signal: AbortSignal,
): Promise<number> {
  let books: unknown;
  try {
    books = await github.books(signal);
    const problem = checkBooks(books);
    if (problem !== undefined) throw new Error(`the downloaded ${problem}`);
  } catch (error) {
    state.books.set(((await reader.keyValue('books')) ?? {}) as Books);
    throw error;
  }
  state.books.set(books as Books);
  keep(state, 'books', books);
  return Object.keys(books as Books).length;
}

/** Keeps the newest commit of the official master; what was kept before stays when GitHub cannot say. */
export async function updateMasterSha(state: State, github: GitHub, signal: AbortSignal): Promise<string> {
  const sha = await github.masterSha(signal);
  keep(state, 'official_master_sha', sha);
  return sha;
}

function keep(state: State, key: string, value: unknown): void {
  withSystem(state, (slot) => pushItem(state, slot, { kind: 'keyValue', key, value }));
  state.commits.next();
}
