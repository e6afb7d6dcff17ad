/** Searches that an account keeps under names of its own (docs/spec/web-ui.md §4.4). */
import type { SiteRecord } from '../../model/site-record.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { type Actor, checkMayAct } from '../actor.js';
import { commitSystem, pushItem } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import type { Changed } from '../run/change-run.js';

export const MOST_SEARCHES = 20;
export const LONGEST_SEARCH_NAME = 60;

export type SavedSearch = SiteRecord<'savedSearch'>;

export interface SearchParts {
  readonly state: State;
  readonly reader: Pick<Reader, 'siteRecordsOf'>;
}

/** By name. */
export async function savedSearches(
  { reader }: Pick<SearchParts, 'reader'>,
  name: string,
): Promise<SavedSearch[]> {
  return byName(await reader.siteRecordsOf('savedSearch', name));
}

export function byName(searches: readonly SavedSearch[]): SavedSearch[] {
  return searches.toSorted((a, b) => (a.doc.name < b.doc.name ? -1 : 1));
}

/** A search of the same name is replaced. @param query in its canonical form */
export async function saveSearch(
  parts: SearchParts,
  actor: Actor,
  { name, query }: { readonly name: string; readonly query: string },
  now: number,
): Promise<Changed<SavedSearch>> {
  const { state } = parts;
  checkMayAct(state, actor);
  if (name === '' || name.length > LONGEST_SEARCH_NAME) {
    const text = `A search needs a name of at most ${LONGEST_SEARCH_NAME} characters`;
    throw new OperationRefused('invalid', text);
  }
  const others = (await savedSearches(parts, actor.name)).filter(({ doc }) => doc.name !== name);
  if (others.length >= MOST_SEARCHES) {
    throw new OperationRefused('conflict', `There are ${MOST_SEARCHES} searches already: delete one first`);
  }
  const key = keyOf(actor.name, name);
  const doc = { name, query, made: now };
  const record: SavedSearch = { kind: 'savedSearch', key, owner: actor.name, expires: 0, doc };
  const sequence = commitSystem(state, (slot) =>
    pushItem(state, slot, { kind: 'siteRecord', write: { write: 'put', record } }),
  );
  return { value: record, sequence };
}

/** A search that is not there is none the worse for it. */
export function removeSearch(state: State, actor: Actor, name: string): Changed {
  const key = keyOf(actor.name, name);
  const sequence = commitSystem(state, (slot) =>
    pushItem(state, slot, { kind: 'siteRecord', write: { write: 'remove', kind: 'savedSearch', key } }),
  );
  return { value: undefined, sequence };
}

/** No name of an account has a blank. */
function keyOf(owner: string, name: string): string {
  return `${owner} ${name}`;
}
