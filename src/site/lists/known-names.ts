/**
 * Names that hold a text. The names of all accounts, and of all who occur in the action log, are read whole: no index finds a part of a
 * name in every store. A thread keeps them for ten seconds, and reads them again when a page has changed something.
 */
import type { SiteParts } from '../visit.js';

const KEPT_MS = 10_000;
/** Each name costs a look at an index. */
export const MOST_NAMES = 2_000;

export interface FoundNames {
  /** Those that begin with the text first, then by name. */
  readonly names: readonly string[];
  /** There are more. */
  readonly isCut: boolean;
}

/** @param text whatever the case of its letters */
export async function namesLike(
  { kept, reader }: SiteParts,
  of: 'accounts' | 'events',
  text: string,
): Promise<FoundNames> {
  const read = () => (of === 'accounts' ? reader.usernames() : reader.actors());
  const found = rankNames(await kept.get(`names of ${of}`, KEPT_MS, read), text);
  return { names: found.slice(0, MOST_NAMES), isCut: found.length > MOST_NAMES };
}

export function rankNames(names: Iterable<string>, text: string): string[] {
  const wanted = text.toLowerCase();
  const found = [...new Set(names)].filter((name) => name.toLowerCase().includes(wanted));
  const isFirst = (name: string) => name.toLowerCase().startsWith(wanted);
  return found.sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)) || (a < b ? -1 : 1));
}
