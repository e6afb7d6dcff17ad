/**
 * Names and addresses that accounts took a moment ago: the store's readers do not find them yet, and another thread may be about
 * to give away the same ones. A ring of digests; call everything here under the system's lock.
 */
import { hash } from 'node:crypto';
import type { Region } from '../memory/region.js';

const CLAIMS = 256;
const DIGEST_WORDS = 4;
/** Text, then owner. */
const CLAIM_WORDS = 2 * DIGEST_WORDS;
/** By then the store has what was claimed, or the claim is worth nothing. */
const LASTS_MS = 600_000;

export class RecentClaims {
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  readonly #next: Int32Array;

  constructor(region: Region) {
    this.#words = region.i32('claims', CLAIMS * CLAIM_WORDS);
    this.#times = region.f64('claim-times', CLAIMS);
    this.#next = region.i32('claim-next', 1);
  }

  /** Claims all of the texts, or none: false when another owner has one. Upper and lower case are the same. */
  claim(texts: readonly string[], owner: string, now: number): boolean {
    const claimant = digest(owner);
    const wanted = texts.map((text) => digest(text.toLowerCase()));
    const isTaken = wanted.some((text) =>
      this.#find(text, now).some((at) => !this.#equals(at + DIGEST_WORDS, claimant)),
    );
    if (isTaken) return false;
    for (const text of wanted) {
      const i = this.#next[0]!;
      this.#words.set(text, i * CLAIM_WORDS);
      this.#words.set(claimant, i * CLAIM_WORDS + DIGEST_WORDS);
      this.#times[i] = now;
      this.#next[0] = (i + 1) % CLAIMS;
    }
    return true;
  }

  /** They are free again: whoever had them is gone. */
  release(texts: readonly string[], now: number): void {
    for (const text of texts) {
      for (const at of this.#find(digest(text.toLowerCase()), now)) this.#times[at / CLAIM_WORDS] = 0;
    }
  }

  /** Where claims of the text are that count still. */
  #find(text: Int32Array, now: number): number[] {
    const found: number[] = [];
    for (let i = 0; i < CLAIMS; i++) {
      const isYoung = Math.abs(now - this.#times[i]!) < LASTS_MS;
      if (isYoung && this.#equals(i * CLAIM_WORDS, text)) found.push(i * CLAIM_WORDS);
    }
    return found;
  }

  #equals(at: number, words: Int32Array): boolean {
    return words.every((word, i) => this.#words[at + i] === word);
  }
}

function digest(text: string): Int32Array {
  const bytes = Buffer.from(hash('sha256', text, 'hex'), 'hex');
  return Int32Array.from({ length: DIGEST_WORDS }, (_, i) => bytes.readInt32LE(4 * i));
}
