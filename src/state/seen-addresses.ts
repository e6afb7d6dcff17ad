/**
 * Where from an account's password was right before: such an address is let in while others guess, also after a restart. A
 * fixed table of digests in four ways, without locks: an entry that two threads write at once is garbage, which matches
 * nobody, and the pair is noted again at its next right password.
 */
import { hash } from 'node:crypto';
import { networkOf } from '../config/network-address.js';
import { BoundedCache } from '../memory/bounded-cache.js';
import type { Region } from '../memory/region.js';

/** Under which the store keeps them. */
export const SEEN_ADDRESSES_KEY = 'shoal_seen_addresses';
const WAYS = 4;
const SETS = 16_384;
const ENTRY_WORDS = 2;
const ENTRY_BYTES = 4 * ENTRY_WORDS;
/** Pairs whose digests a thread remembers: one is asked for with every request of a worker. */
const REMEMBERED = 32_768;

export class SeenAddresses {
  readonly #words: Int32Array;
  /** 1 when there are entries that the store does not have. */
  readonly #change: Int32Array;
  readonly #digests = new BoundedCache<string, Digest>(REMEMBERED);

  constructor(region: Region) {
    this.#words = region.i32('seen-addresses', SETS * WAYS * ENTRY_WORDS);
    this.#change = region.i32('seen-addresses-change', 1);
  }

  has(username: string, address: string): boolean {
    return this.#find(this.#digest(username, address)) >= 0;
  }

  add(username: string, address: string): void {
    this.#insert(this.#digest(username, address));
  }

  /** Whether there was something new since the last call. */
  takeChange(): boolean {
    return Atomics.exchange(this.#change, 0, 0) === 1;
  }

  /** All entries as text, for the store. */
  export(): string {
    const entries: Buffer[] = [];
    for (let offset = 0; offset < this.#words.length; offset += ENTRY_WORDS) {
      const [low, high] = [this.#words[offset]!, this.#words[offset + 1]!];
      if ((low | high) === 0) continue;
      const entry = Buffer.alloc(ENTRY_BYTES);
      entry.writeInt32LE(low, 0);
      entry.writeInt32LE(high, 4);
      entries.push(entry);
    }
    return Buffer.concat(entries).toString('base64');
  }

  /** What `export` gave; anything else adds nothing that matches. */
  import(text: string): void {
    const bytes = Buffer.from(text, 'base64');
    for (let i = 0; i + ENTRY_BYTES <= bytes.length; i += ENTRY_BYTES) {
      this.#insert({ low: bytes.readInt32LE(i), high: bytes.readInt32LE(i + 4) });
    }
  }

  #digest(username: string, address: string): Digest {
    const pair = `${username}\0${address}`;
    const known = this.#digests.get(pair);
    if (known !== undefined) return known;
    const made = digest(username, address);
    this.#digests.set(pair, made);
    return made;
  }

  #find({ low, high }: Digest): number {
    const first = firstOf(low);
    for (let offset = first; offset < first + WAYS * ENTRY_WORDS; offset += ENTRY_WORDS) {
      if (this.#words[offset] === low && this.#words[offset + 1] === high) return offset;
    }
    return -1;
  }

  #insert(entry: Digest): void {
    if (this.#find(entry) >= 0) return;
    const first = firstOf(entry.low);
    let offset = first;
    for (let way = 0; way < WAYS && this.#isTaken(offset); way++) offset += ENTRY_WORDS;
    // A full set loses one of its entries; the digest's other half says which.
    if (offset >= first + WAYS * ENTRY_WORDS) offset = first + (entry.high & (WAYS - 1)) * ENTRY_WORDS;
    this.#words[offset] = entry.low;
    this.#words[offset + 1] = entry.high;
    Atomics.store(this.#change, 0, 1);
  }

  #isTaken(offset: number): boolean {
    return (this.#words[offset]! | this.#words[offset + 1]!) !== 0;
  }
}

interface Digest {
  readonly low: number;
  readonly high: number;
}

function digest(username: string, address: string): Digest {
  const bytes = hash('sha256', `${username}\0${networkOf(address)}`, 'buffer');
  return { low: bytes.readInt32LE(0), high: bytes.readInt32LE(4) };
}

function firstOf(low: number): number {
  return (low & (SETS - 1)) * WAYS * ENTRY_WORDS;
}
