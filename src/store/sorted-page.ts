/** A page of what a store sorts by something that no index has. */
import type { BlockedQuery } from './queries.js';

/** @param keyOf what it is sorted by; equal ones stand in the order of `nameOf` */
export function sortedPage<T>(
  items: readonly T[],
  { order, skip, limit }: Pick<BlockedQuery, 'order' | 'skip' | 'limit'>,
  keyOf: (item: T) => string,
  nameOf: (item: T) => string,
): T[] {
  const sign = order === 'asc' ? 1 : -1;
  const sorted = items.toSorted((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    if (left !== right) return left < right ? -sign : sign;
    return nameOf(a) < nameOf(b) ? -1 : 1;
  });
  return sorted.slice(skip, skip + limit);
}

/** A short worker name begins with its owner's, which has no dash. */
export function ownerOfWorker(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf('-')));
}
