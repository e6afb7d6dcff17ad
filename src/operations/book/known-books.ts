/**
 * The opening books that workers can be given (docs/spec/data-model.md §12): names with counts and hashes. What is known stays known:
 * a newer list replaces entries of the same name and keeps the others, such as books of one's own.
 */
import type { BookMetadata } from '../../model/documents.js';
import { checkBooks } from '../../protocol/check-document.js';
import { isRecord } from '../../rules/stored-values.js';
import { MOST_BOOKS } from '../../state/books.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { type Actor, checkIsOperator } from '../actor.js';
import { commitSystem, pushItem } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import type { Changed } from '../run/change-run.js';
import { isBookName } from '../run/check-run-args.js';

export type KnownBooks = Readonly<Record<string, BookMetadata>>;

const KEY = 'books';
/** What was given to the store last: it may not have it yet. Only the main thread changes the books. */
const latest = new WeakMap<State, KnownBooks>();

export async function readBooks(reader: Pick<Reader, 'keyValue'>): Promise<KnownBooks> {
  return usableBooks(await reader.keyValue(KEY));
}

/** Of what an old database holds under the key, the books that a worker could check. */
export function usableBooks(value: unknown): KnownBooks {
  const books = Object.entries(isRecord(value) ? value : {}).filter(([, book]) => {
    if (!isRecord(book)) return false;
    return typeof book['sri'] === 'string' && Number.isFinite(book['total']);
  });
  return Object.fromEntries(books) as KnownBooks;
}

/** The operator tells of books. The value is all books that are known now. */
export async function importBooks(
  parts: { state: State; reader: Pick<Reader, 'keyValue'> },
  actor: Actor,
  books: unknown,
): Promise<Changed<KnownBooks>> {
  checkIsOperator(actor, 'import books');
  const problem = checkBooks(books);
  if (problem !== undefined) throw new OperationRefused('invalid', `the books are refused: ${problem}`);
  const odd = Object.keys(books as KnownBooks).find((name) => !isBookName(name));
  if (odd !== undefined) {
    throw new OperationRefused(
      'invalid',
      `no run can name the book ${JSON.stringify(odd)}: it must be a file name, without folders`,
    );
  }
  const empty = Object.entries(books as KnownBooks).find(([, { total }]) => total === 0);
  if (empty !== undefined) {
    throw new OperationRefused(
      'invalid',
      `the book ${empty[0]} has no position, so no game could begin with it`,
    );
  }
  const plain = Object.entries(books as KnownBooks).map(([name, book]) => {
    // Workers compare the hash as it is given to them, and theirs has no name of the algorithm before it.
    return [name, { ...book, sri: book.sri.replace(/^sha384-/, '') }];
  });
  return await addBooks(parts, Object.fromEntries(plain) as KnownBooks);
}

/** Call with books that have passed their check, on the main thread. */
export async function addBooks(
  { state, reader }: { state: State; reader: Pick<Reader, 'keyValue'> },
  books: KnownBooks,
): Promise<Changed<KnownBooks>> {
  const found = await reader.keyValue(KEY);
  // Also what is no book: it is not ours to remove.
  const stored = isRecord(found) ? found : {};
  // Nothing is waited for from here on, so that of two lists at once none is lost.
  const value = { ...stored, ...latest.get(state), ...books } as KnownBooks;
  const count = Object.keys(value).length;
  if (count > MOST_BOOKS) {
    throw new OperationRefused(
      'invalid',
      `these would be ${count} books: at most ${MOST_BOOKS} can be known`,
    );
  }
  state.books.set(usableBooks(value));
  latest.set(state, value);
  const sequence = commitSystem(state, (slot) =>
    pushItem(state, slot, { kind: 'keyValue', key: KEY, value }),
  );
  return { value: usableBooks(value), sequence };
}
