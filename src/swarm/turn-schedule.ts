/**
 * When each simulated worker acts next. One binary heap over typed arrays in place of a timer per worker: a worker has at
 * most one appointment, so 100,000 workers need 16 bytes each and one real timer in all.
 */
const NOWHERE = -1;

export class Schedule {
  readonly #dueAt: Float64Array;
  readonly #heap: Int32Array;
  /** Where in the heap a worker stands, or NOWHERE. */
  readonly #place: Int32Array;
  #size = 0;

  /** @param workers numbers 0 to workers - 1 may be scheduled. */
  constructor(workers: number) {
    this.#dueAt = new Float64Array(workers);
    this.#heap = new Int32Array(workers);
    this.#place = new Int32Array(workers).fill(NOWHERE);
  }

  get size(): number {
    return this.#size;
  }

  /** The instant of the earliest appointment, Infinity when there is none. */
  get next(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#dueAt[this.#heap[0]!]!;
  }

  /** Makes the worker's appointment, replacing the one it has. */
  set(worker: number, at: number): void {
    const place = this.#place[worker]!;
    this.#dueAt[worker] = at;
    if (place === NOWHERE) {
      this.#put(worker, this.#size);
      this.#size += 1;
      this.#rise(this.#size - 1);
    } else {
      this.#rise(place);
      this.#sink(this.#place[worker]!);
    }
  }

  /** Takes the earliest worker whose appointment is at or before `now`, or undefined. */
  take(now: number): number | undefined {
    if (this.#size === 0 || this.next > now) return undefined;
    const worker = this.#heap[0]!;
    this.#place[worker] = NOWHERE;
    this.#size -= 1;
    if (this.#size > 0) {
      this.#put(this.#heap[this.#size]!, 0);
      this.#sink(0);
    }
    return worker;
  }

  /** The instant the worker was last scheduled for, also after it was taken. */
  dueAt(worker: number): number {
    return this.#dueAt[worker]!;
  }

  #put(worker: number, place: number): void {
    this.#heap[place] = worker;
    this.#place[worker] = place;
  }

  #rise(from: number): void {
    let place = from;
    const worker = this.#heap[place]!;
    const due = this.#dueAt[worker]!;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#dueAt[this.#heap[parent]!]! <= due) break;
      this.#put(this.#heap[parent]!, place);
      place = parent;
    }
    this.#put(worker, place);
  }

  #sink(from: number): void {
    let place = from;
    const worker = this.#heap[place]!;
    const due = this.#dueAt[worker]!;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#dueAt[this.#heap[child + 1]!]! < this.#dueAt[this.#heap[child]!]!) {
        child += 1;
      }
      if (this.#dueAt[this.#heap[child]!]! >= due) break;
      this.#put(this.#heap[child]!, place);
      place = child;
    }
    this.#put(worker, place);
  }
}
