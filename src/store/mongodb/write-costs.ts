/**
 * How long the database takes to write what documents lack, by how long its requests took. What it is before any is known is a guess on
 * the slow side: a burst of new tasks right after a start waits for the first requests, and on a database that is fast these end at once.
 */
import { MEMBERS_A_REQUEST } from './update.js';

/** What a request of `MEMBERS_A_REQUEST` members is taken to last before one was seen. */
const GUESSED_MS = 500;
/** What former requests count for, in how long a member takes, each time that another ends. */
const FORMER_SHARE = 0.7;
/** What a request takes that sets few members it takes for itself: it says nothing of how long many take. */
const TELLING_MEMBERS = MEMBERS_A_REQUEST / 2;
/** A document is written whole to learn how long that takes only where its members take so long. */
const TRY_WHOLE_MS = 250;
/** Documents of which it is known how long they take; ended runs are among them. */
const MOST_KNOWN = 5_000;

export class WriteCosts {
  #spentMs = GUESSED_MS;
  #members = MEMBERS_A_REQUEST;
  #isGuess = true;
  /** How long a document took when it was written whole last, and what such took lately. */
  readonly #whole = new Map<string, number>();
  #usualWholeMs: number | undefined;

  /** Whether no request of many members has ended yet. */
  get isGuess(): boolean {
    return this.#isGuess;
  }

  /** How long one member takes of a request that sets many. */
  get memberMs(): number {
    return this.#spentMs / this.#members;
  }

  /** A request has set so many members. */
  noteMembers(ms: number, members: number): void {
    if (members < TELLING_MEMBERS) return;
    const share = this.#isGuess ? 0 : FORMER_SHARE;
    this.#spentMs = this.#spentMs * share + ms;
    this.#members = this.#members * share + members;
    this.#isGuess = false;
  }

  noteWhole(key: string, ms: number): void {
    if (this.#whole.size >= MOST_KNOWN) this.#whole.clear();
    this.#whole.set(key, ms);
    this.#usualWholeMs =
      this.#usualWholeMs === undefined ? ms : this.#usualWholeMs * FORMER_SHARE + ms * (1 - FORMER_SHARE);
  }

  /** How long it takes to write this many members of a document, in the cheaper way. */
  msOf(key: string, members: number): number {
    return Math.min(members * this.memberMs, this.#wholeMs(key) ?? Number.POSITIVE_INFINITY);
  }

  /** Whether the document is to be read and written whole, since that takes less or may do so. */
  isWholeCheaper(key: string, members: number): boolean {
    const ms = members * this.memberMs;
    return ms > (this.#wholeMs(key) ?? TRY_WHOLE_MS);
  }

  #wholeMs(key: string): number | undefined {
    return this.#whole.get(key) ?? this.#usualWholeMs;
  }
}
