/** A page of events in another order than that of their times (`ActionOrder` of queries.ts). */
import { sortedSlice } from '../rules/sorted-slice.js';
import type { ActionOrder, ActionSearch } from './queries.js';

/** Page of a search in its own order. @param newest what it finds of the newest, newest first */
export function orderedPage<T>(
  newest: readonly T[],
  { skip, limit }: Pick<ActionSearch, 'skip' | 'limit'>,
  order: ActionOrder['order'],
  /** Absent: by time. */
  keyOf: ((item: T) => string) | undefined,
): T[] {
  if (keyOf === undefined) {
    return (order === 'asc' ? newest.toReversed() : newest).slice(skip, skip + limit);
  }
  const keys = newest.map(keyOf);
  const sign = order === 'asc' ? 1 : -1;
  const compare = (a: number, b: number) => {
    const [left, right] = [keys[a]!, keys[b]!];
    return left === right ? a - b : left < right ? -sign : sign;
  };
  return sortedSlice(newest.length, compare, skip, skip + limit).map((i) => newest[i]!);
}
