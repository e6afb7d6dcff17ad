/**
 * A thread's own cache of bounded size, in two generations: what was not used since the older one began goes with it, so that a
 * full cache forgets what is cold and never everything at once. A hit in the younger generation costs one look-up.
 */
export class BoundedCache<K, V extends NonNullable<unknown>> {
  readonly #mostYoung: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** @param most entries held at the most; the half of them that was used last is held for certain */
  constructor(most: number) {
    this.#mostYoung = Math.ceil(most / 2);
  }

  get(key: K): V | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#mostYoung && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: K): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
