/** One page of a sorted list, without sorting the list: quickselect finds its ends, and only what lies between is sorted. */

/** @param compare of two positions of the list; never 0 for two of them @returns positions `from` to `to` of the order */
export function sortedSlice(
  count: number,
  compare: (a: number, b: number) => number,
  from: number,
  to: number,
): number[] {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const last = Math.min(to, count);
  const first = Math.min(Math.max(0, from), last);
  if (first > 0) select(order, compare, 0, count - 1, first);
  if (last < count) select(order, compare, first, count - 1, last);
  return [...order.subarray(first, last)].sort(compare);
}

/** Puts into place `k` what belongs there: nothing greater before it, nothing smaller behind. */
function select(
  order: Int32Array,
  compare: (a: number, b: number) => number,
  start: number,
  end: number,
  k: number,
): void {
  let [low, high] = [start, end];
  while (low < high) {
    const pivot = median(order, compare, low, high);
    let [i, j] = [low, high];
    while (i <= j) {
      while (compare(order[i]!, pivot) < 0) i++;
      while (compare(order[j]!, pivot) > 0) j--;
      if (i > j) break;
      [order[i], order[j]] = [order[j]!, order[i]!];
      i++;
      j--;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else return;
  }
}

/** Of three: a list that is sorted already must not make it slow. */
function median(
  order: Int32Array,
  compare: (a: number, b: number) => number,
  low: number,
  high: number,
): number {
  const [a, b, c] = [order[low]!, order[(low + high) >> 1]!, order[high]!];
  if (compare(a, b) < 0) return compare(b, c) < 0 ? b : compare(a, c) < 0 ? c : a;
  return compare(a, c) < 0 ? a : compare(b, c) < 0 ? c : b;
}
