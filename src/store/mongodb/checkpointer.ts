/**
 * Brings documents up to the redo log. A document is written once for all the batches since it was last written, so how
 * long a batch takes does not depend on how long a run is, or on how many runs it changed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../store-error.js';
import type { IntentLog } from './intent-log.js';
import { PendingUpdates } from './pending-updates.js';
import type { RedoLog } from './redo-log.js';
import { type DocumentParts, rewriteDocument } from './rewrite-document.js';
import { MEMBERS_A_REQUEST, type Update } from './update.js';
import { WriteCosts } from './write-costs.js';
import type { WriterLease } from './writer-lease.js';

/** After a request, so many times as long as it took: checkpoints take a tenth of the time, however long documents are... */
const REST = 9;
/** ...but not when documents are behind by more than this: then the database gets all that it takes. */
const MOST_BEHIND_MS = 2_500;
/** So many times as much goes into a request then, as far as it is written in this time: a stop waits for the one on its way. */
const LATE = 8;
const LATE_REQUEST_MS = 1_000;

export interface CheckpointParts extends DocumentParts {
  lease: WriterLease;
  batches: IntentLog;
  log: RedoLog;
  /** Between two checkpoints, in milliseconds. */
  delayMs: number;
}

export class Checkpointer {
  readonly #parts: CheckpointParts;
  readonly #pending = new PendingUpdates();
  /** When the entries of the log came that are not removed, by key, oldest first. */
  readonly #entries = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  /** The request that is on its way: one at a time. */
  #request: Promise<unknown> = Promise.resolve();
  /** Documents that could not be written whole. */
  readonly #piecewise = new Set<string>();
  readonly #costs = new WriteCosts();
  /** What is on its way to the documents, and since when. */
  #sent: { readonly updates: readonly Update[]; readonly since: number } | undefined;
  #failure: unknown;
  readonly #closing = new AbortController();
  /** When no more requests are begun. */
  #deadline = Number.POSITIVE_INFINITY;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  /** Takes over what is logged under `keys`. */
  defer(updates: readonly Update[], keys: readonly string[]): void {
    for (const key of keys) this.#entries.set(key, performance.now());
    for (const update of updates) this.#pending.add(update);
    if (this.#entries.size > 0) this.#schedule();
  }

  /**
   * How far documents are behind, in milliseconds; 0 when the log has no entry. It is the age of the oldest entry, or the time that what
   * is pending takes to be written, if that is more: on a database that is slow, the age alone would tell only after a
   * checkpoint's worth of changes too many had been taken.
   */
  behindMs(): number {
    const [oldest] = this.#entries.values();
    if (oldest === undefined) return 0;
    const now = performance.now();
    let pendingMs = 0;
    for (const { key, size } of this.#pending.all()) pendingMs += this.#costs.msOf(key, size);
    return Math.max(now - oldest, this.#slowness(now) * pendingMs + this.#sentMs(now));
  }

  /** How long a member takes to be written, in milliseconds. */
  get memberMs(): number {
    return this.#costs.memberMs;
  }

  /** What the request on its way still takes by what is known. */
  #sentMs(now: number): number {
    if (this.#sent === undefined) return 0;
    return Math.max(0, this.#usualMs(this.#sent.updates) - (now - this.#sent.since));
  }

  /** How many times as long as was guessed the request on its way takes already: the first tells before it ends. */
  #slowness(now: number): number {
    if (this.#sent === undefined || !this.#costs.isGuess) return 1;
    const usualMs = Math.max(LATE_REQUEST_MS, this.#usualMs(this.#sent.updates));
    return Math.max(1, (now - this.#sent.since) / usualMs);
  }

  #usualMs(updates: readonly Update[]): number {
    return updates.reduce((sum, { key, size }) => sum + this.#costs.msOf(key, size), 0);
  }

  /** Brings these documents up to the log at once, or all. */
  async write(documents?: readonly string[]): Promise<void> {
    this.#pending.startFlush(documents);
    while (await this.#send(documents));
  }

  /** Tries again what failed behind the batches' backs: no batch should follow what the database does not take. */
  async retry(): Promise<void> {
    if (this.#failure === undefined) return;
    await this.write();
    this.#failure = undefined;
  }

  /**
   * Applies all that is left, as far as it can be done in time.
   * @throws StoreError `unclean` when something is left; the log has it, and the next writer replays it
   */
  async close(withinMs: number): Promise<void> {
    this.#deadline = performance.now() + withinMs;
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#running;
    await this.#checkpoint();
  }

  #schedule(): void {
    if (this.#closing.signal.aborted) return;
    this.#timer ??= setTimeout(() => {
      this.#running = this.#checkpoint()
        .catch((error: unknown) => {
          this.#failure = error;
        })
        .finally(() => {
          this.#timer = undefined;
          if (this.#entries.size > 0) this.#schedule();
        });
    }, this.#parts.delayMs).unref();
  }

  async #checkpoint(): Promise<void> {
    const keys = [...this.#entries.keys()];
    const last = keys.at(-1);
    if (last === undefined) return;
    this.#pending.startFlush();
    for (let began = performance.now(); await this.#send(); began = performance.now()) {
      const spareMs = MOST_BEHIND_MS - this.behindMs();
      if (spareMs > 0) await this.#rest(Math.min((performance.now() - began) * REST, spareMs));
    }
    // A batch that counts as unapplied would be logged again by the next writer, after what is newer was removed.
    await this.#parts.batches.settle();
    await this.#parts.log.remove(last);
    for (const key of keys) this.#entries.delete(key);
  }

  /** One request of what is due, in its turn; false when nothing was left. */
  #send(documents?: readonly string[]): Promise<boolean> {
    const request = this.#request.then(async () => {
      if (this.#pending.isDue) this.#assertInTime();
      // Where documents are written whole, those that are far behind are written less often so.
      const isLate = this.behindMs() >= MOST_BEHIND_MS;
      if (isLate && (await this.#rewrite(documents))) return true;
      const updates = this.#pending.take(isLate ? this.#lateMembers() : MEMBERS_A_REQUEST, documents);
      if (updates.length === 0) return false;
      const members = updates.reduce((sum, { size }) => sum + size, 0);
      const { ms } = await this.#apply(updates, () => this.#parts.stamp.write(updates));
      this.#costs.noteMembers(ms, members);
      return true;
    });
    this.#request = request.catch(() => {});
    return request;
  }

  #lateMembers(): number {
    const inTime = Math.floor(LATE_REQUEST_MS / this.#costs.memberMs);
    return Math.min(LATE * MEMBERS_A_REQUEST, Math.max(MEMBERS_A_REQUEST, inTime));
  }

  /** Whether a document of which much is due is up to date now. */
  async #rewrite(documents?: readonly string[]): Promise<boolean> {
    const update = this.#pending.takeWhole(
      ({ key, size }) => !this.#piecewise.has(key) && this.#costs.isWholeCheaper(key, size),
      documents,
    );
    if (update === undefined) return false;
    const { done, ms } = await this.#apply([update], () => rewriteDocument(this.#parts, update));
    if (done) {
      this.#costs.noteWhole(update.key, ms);
      return true;
    }
    this.#piecewise.add(update.key);
    this.#pending.putBack([update]);
    return false;
  }

  async #apply<T>(
    updates: readonly Update[],
    write: () => Promise<T>,
  ): Promise<{ readonly done: T; readonly ms: number }> {
    const since = performance.now();
    this.#sent = { updates, since };
    try {
      await this.#parts.lease.confirmIfOld();
      return { done: await write(), ms: performance.now() - since };
    } catch (error) {
      this.#pending.putBack(updates);
      throw error;
    } finally {
      this.#sent = undefined;
    }
  }

  #assertInTime(): void {
    if (performance.now() < this.#deadline) return;
    const left = `documents lack what ${this.#entries.size} entries of the log hold`;
    throw new StoreError(
      'unclean',
      `${left}: the time to stop is over. The next start of Shoal replays them.`,
    );
  }

  async #rest(ms: number): Promise<void> {
    const { signal } = this.#closing;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
  }
}
