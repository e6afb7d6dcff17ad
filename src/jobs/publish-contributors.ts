/** Makes a contributors' cache what was counted: writes the entries that differ, removes those of whom nothing was counted. */
import type { ContributorDocument, ContributorPeriod } from '../model/documents.js';
import { pushItem, withSystem } from '../operations/changes.js';
import type { State } from '../state/state.js';
import type { ContributorWrite } from '../state/write-batch.js';
import type { Reader } from '../store/port.js';

/** Entries of one item of the outbox. */
const ENTRIES_AN_ITEM = 200;
const COUNTED = ['cpu_hours', 'games', 'games_per_hour', 'tests', 'tests_repo'] as const;

/** @returns how many entries were written or removed */
export async function publishContributors(
  { state, reader }: { state: State; reader: Pick<Reader, 'contributors'> },
  period: ContributorPeriod,
  counted: Iterable<ContributorDocument>,
): Promise<number> {
  const there = new Map((await reader.contributors(period)).map((entry) => [entry.username, entry]));
  const writes: ContributorWrite[] = [];
  for (const entry of counted) {
    const before = there.get(entry.username);
    there.delete(entry.username);
    if (before === undefined || !isSame(before, entry)) {
      writes.push({ period, username: entry.username, entry });
    }
  }
  for (const username of there.keys()) writes.push({ period, username });
  for (let from = 0; from < writes.length; from += ENTRIES_AN_ITEM) {
    const some = writes.slice(from, from + ENTRIES_AN_ITEM);
    withSystem(state, (slot) => pushItem(state, slot, { kind: 'contributors', writes: some }));
  }
  if (writes.length > 0) state.commits.next();
  return writes.length;
}

/** Stores have times of their own for never. */
function isSame(one: ContributorDocument, other: ContributorDocument): boolean {
  return (
    COUNTED.every((name) => one[name] === other[name]) &&
    Math.max(-1, one.last_updated) === Math.max(-1, other.last_updated)
  );
}
