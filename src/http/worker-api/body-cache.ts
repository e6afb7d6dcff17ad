/**
 * A bounded cache from the exact bytes of a body to what was made of them: workers repeat most bodies byte for byte, and
 * comparing bytes costs a tenth of parsing them. A body is kept when it comes for the second time, so that bodies that
 * never come again push nothing out.
 */

/** Longer bodies are not kept. */
const SLOT_BYTES = 1024;
const SLOT_WORDS = SLOT_BYTES / 4;
/** Places that one hash may use. */
const WAYS = 4;

export class BodyCache<T> {
  readonly #sets: number;
  readonly #scratch = Buffer.alloc(SLOT_BYTES + 4);
  readonly #words = new Int32Array(this.#scratch.buffer, this.#scratch.byteOffset, SLOT_WORDS + 1);
  readonly #arena: Int32Array;
  readonly #lengths: Int32Array;
  readonly #hashes: Int32Array;
  readonly #values: (T | undefined)[];
  /** Hashes of bodies that came once. */
  readonly #seen: Int32Array;
  #length = 0;
  #hash = 0;
  #turn = 0;

  /** @param entries a power of two; each takes a kilobyte once it is used. */
  constructor(entries: number) {
    if (entries < WAYS || (entries & (entries - 1)) !== 0) {
      throw new RangeError(`${entries} entries: must be a power of two, at least ${WAYS}`);
    }
    this.#sets = entries / WAYS;
    this.#arena = new Int32Array(entries * SLOT_WORDS);
    this.#lengths = new Int32Array(entries);
    this.#hashes = new Int32Array(entries);
    this.#values = new Array<T | undefined>(entries).fill(undefined);
    this.#seen = new Int32Array(4 * entries);
  }

  /** What was remembered for these bytes without those from `from` to before `to`. `remember` is about the same bytes. */
  find(bytes: Uint8Array, from = bytes.length, to = bytes.length): T | undefined {
    const whole = from + bytes.length - to;
    this.#length = 0;
    if (whole > SLOT_BYTES) return undefined;
    const scratch = this.#scratch;
    const words = this.#words;
    // Bytes after the end are zero up to the next word, so that whole words can be compared.
    words[whole >> 2] = 0;
    if (from === bytes.length) scratch.set(bytes);
    else {
      scratch.set(bytes.subarray(0, from));
      scratch.set(bytes.subarray(to), from);
    }
    this.#length = whole;
    const count = (whole + 3) >> 2;
    const hash = hashWords(words, count);
    this.#hash = hash;
    const first = (hash & (this.#sets - 1)) * WAYS;
    for (let slot = first; slot < first + WAYS; slot++) {
      if (this.#hashes[slot] === hash && this.#lengths[slot] === whole && this.#equals(slot, count)) {
        return this.#values[slot];
      }
    }
    return undefined;
  }

  /** Whether the bytes of the last `find` came before, so that they are worth remembering. */
  seenBefore(): boolean {
    if (this.#length === 0) return false;
    const hash = this.#hash;
    const mask = this.#seen.length - 1;
    const one = hash & mask;
    const other = (hash >>> 11) & mask;
    if (this.#seen[one] === hash || this.#seen[other] === hash) return true;
    // Of two places, so that two bodies that come in turn do not make each other forgotten for ever.
    this.#turn = (this.#turn + 1) % WAYS;
    this.#seen[this.#turn < WAYS / 2 ? one : other] = hash;
    return false;
  }

  /** Remembers what was made of the bytes of the last `find`. */
  remember(value: T): void {
    if (this.#length === 0) return;
    const first = (this.#hash & (this.#sets - 1)) * WAYS;
    const count = (this.#length + 3) >> 2;
    this.#turn = (this.#turn + 1) % WAYS;
    let slot = first + this.#turn;
    for (let way = first; way < first + WAYS; way++) {
      if (this.#lengths[way] === 0 || (this.#lengths[way] === this.#length && this.#equals(way, count)))
        slot = way;
    }
    this.#arena.set(this.#words.subarray(0, count), slot * SLOT_WORDS);
    this.#lengths[slot] = this.#length;
    this.#hashes[slot] = this.#hash;
    this.#values[slot] = value;
  }

  #equals(slot: number, count: number): boolean {
    const words = this.#words;
    const arena = this.#arena;
    const start = slot * SLOT_WORDS;
    for (let i = 0; i < count; i++) if (words[i] !== arena[start + i]) return false;
    return true;
  }
}

/** Every word counts: workers' bodies differ in a task id at one end or the other and a key in the middle. */
function hashWords(words: Int32Array, count: number): number {
  let hash = Math.imul(count, 0x2c1b3c6d) ^ 0x297a2d39;
  const even = count & ~1;
  for (let i = 0; i < even; i += 2) {
    hash = Math.imul(hash ^ words[i]!, 0x3ade68b1) + Math.imul(words[i + 1]!, 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  if (even < count) hash = Math.imul(hash ^ words[even]!, 0x3ade68b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b1);
  return hash ^ (hash >>> 13);
}
