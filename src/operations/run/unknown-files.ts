/** What a new run needs that workers could not check or get: a book or a network that the server does not know. */
import { isNetName } from '../../model/net-name.js';
import type { NewRunForm } from '../../protocol/admin.js';
import { DEFAULT_BOOK } from '../../rules/test-kinds.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { unknownNets } from '../network/unknown-nets.js';
import type { Fault } from '../refusal.js';
import { quote } from './check-run-args.js';

/** One sentence each, with what to do. */
export async function unknownFiles(
  state: State,
  reader: Pick<Reader, 'knownNets'>,
  { book = DEFAULT_BOOK, new_nets = [], base_nets = [] }: NewRunForm,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  if (state.books.sri(book) === undefined) {
    const text =
      `book ${quote(book)} is not known, so workers could not check it: import it with "shoal book import books.json", ` +
      'or from its file with "shoal book import FILE.epd"; "shoal book list" tells what is known';
    faults.push({ member: 'book', text, unknown: book });
  }
  // What is no name is told by the check of the form.
  for (const net of await unknownNets(reader, [...new_nets, ...base_nets].filter(isNetName))) {
    const text = `network ${quote(net)} is not known, so workers could not get it: add it with "shoal net add ${net}"`;
    faults.push({ member: new_nets.includes(net) ? 'new_nets' : 'base_nets', text, unknown: net });
  }
  return faults;
}
