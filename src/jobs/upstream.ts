/** What the server knows from GitHub, with the store to fall back on (docs/spec/scheduling.md §8, docs/spec/data-model.md §12, §13). */

import type { GitHub } from '../github/github.js';
import { OFFICIAL_REPO } from '../github/questions.js';
import { addBooks, type KnownBooks, readBooks } from '../operations/book/known-books.js';
import { pushItem, withSystem } from '../operations/changes.js';
import { checkBooks } from '../protocol/check-document.js';
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';

const MASTER_KEY = 'official_master_sha';

/** Where the metadata of the books comes from. */
export interface BooksSource {
  books(): Promise<unknown>;
}

/** Adds to the metadata of the books; if GitHub cannot say, what the store has counts. Returns the number of books. */
export async function updateBooks(
  state: State,
  reader: Pick<Reader, 'keyValue'>,
  source: BooksSource,
): Promise<number> {
  let books: unknown;
  try {
    books = await source.books();
    const problem = checkBooks(books);
    if (problem !== undefined) throw new Error(`the downloaded ${problem}`);
  } catch (error) {
    state.books.set(await readBooks(reader));
    throw error;
  }
  const { value } = await addBooks({ state, reader }, books as KnownBooks);
  return Object.keys(value).length;
}

/**
 * Keeps the newest commits of the official master at hand, and the newest one's sha in the store; what was kept before stays
 * when GitHub cannot say.
 */
export async function updateMaster(
  state: State,
  reader: Pick<Reader, 'keyValue'>,
  github: GitHub,
): Promise<string> {
  const [newest] = await github.ask('commits', { repo: OFFICIAL_REPO, branch: 'master' });
  if (newest === undefined) throw new Error(`${OFFICIAL_REPO} has no commit in master`);
  const { sha } = newest;
  if ((await reader.keyValue(MASTER_KEY)) === sha) return sha;
  withSystem(state, (slot) => pushItem(state, slot, { kind: 'keyValue', key: MASTER_KEY, value: sha }));
  state.commits.next();
  return sha;
}
