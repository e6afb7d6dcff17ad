/** A set of integers kept as sorted, disjoint, merged half-open intervals: small for numbers handed out nearly in order. */
export class IntervalSet {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** How many intervals are held. */
  get size(): number {
    return this.#starts.length;
  }

  /** Adds [start, end); false when a part of it was there already (the set then holds the union). */
  add(start: number, end: number): boolean {
    if (end <= start) return true;
    let first = this.#firstEndingAtOrAfter(start);
    let overlaps = false;
    let low = start;
    let high = end;
    const from = first;
    while (first < this.#starts.length && this.#starts[first]! <= end) {
      if (this.#starts[first]! < end && this.#ends[first]! > start) overlaps = true;
      low = Math.min(low, this.#starts[first]!);
      high = Math.max(high, this.#ends[first]!);
      first += 1;
    }
    this.#starts.splice(from, first - from, low);
    this.#ends.splice(from, first - from, high);
    return !overlaps;
  }

  #firstEndingAtOrAfter(start: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ends[middle]! < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
