/** What the server knows from GitHub, with the store to fall back on (docs/spec/scheduling.md §8, docs/spec/data-model.md §12, §13). */
import { addBooks, type KnownBooks, readBooks } from '../operations/book/known-books.js';
import { pushItem, withSystem } from '../operations/changes.js';
import { checkBooks } from '../protocol/check-document.js';
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';
import type { GitHub } from './github.js';

/** Adds to the metadata of the books; if GitHub cannot say, what the store has counts. Returns the number of books. */
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
    state.books.set(await readBooks(reader));
    throw error;
  }
  const { value } = await addBooks({ state, reader }, books as KnownBooks);
  return Object.keys(value).length;
}

/** Keeps the newest commit of the official master; what was kept before stays when GitHub cannot say. */
export async function updateMasterSha(state: State, github: GitHub, signal: AbortSignal): Promise<string> {
  const sha = await github.masterSha(signal);
  withSystem(state, (slot) =>
    pushItem(state, slot, { kind: 'keyValue', key: 'official_master_sha', value: sha }),
  );
  state.commits.next();
  return sha;
}
