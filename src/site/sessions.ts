/**
 * Sessions as a page thread finds them. Records in the store are the truth, shared by all instances; each thread keeps what
 * it read for a second, and drops it at once when this instance changes any session.
 */
import { createHash } from 'node:crypto';
import { BoundedCache } from '../memory/bounded-cache.js';
import type { WaitWord } from '../memory/locks/wait-word.js';
import type { SiteRecord } from '../model/site-record.js';
import type { Reader } from '../store/port.js';

/** How late a change by another instance is seen. */
const BELIEVED_MS = 1_000;
const MOST_KEPT = 10_000;

interface Kept {
  readonly record: SiteRecord<'session'> | undefined;
  readonly readAt: number;
  readonly changes: number;
}

/** What is stored of a secret that a browser or worker holds. */
export function keyOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export class Sessions {
  readonly #reader: Pick<Reader, 'siteRecord'>;
  readonly #changes: WaitWord;
  readonly #kept = new BoundedCache<string, Kept>(MOST_KEPT);

  /** @param changes counts changes of sessions by this instance */
  constructor(reader: Pick<Reader, 'siteRecord'>, changes: WaitWord) {
    this.#reader = reader;
    this.#changes = changes;
  }

  /** The session of that key, unless it has ended. */
  async find(key: string, now: number): Promise<SiteRecord<'session'> | undefined> {
    // Read before the store is: a change in between then makes what is kept useless, not wrong.
    const changes = this.#changes.load();
    const kept = this.#kept.get(key);
    const isFresh = kept !== undefined && kept.changes === changes && now - kept.readAt < BELIEVED_MS;
    const record = isFresh ? kept.record : await this.#reader.siteRecord('session', key);
    if (!isFresh) this.#kept.set(key, { record, readAt: now, changes });
    return record !== undefined && (record.expires === 0 || record.expires > now) ? record : undefined;
  }

  /** Call when a change of sessions is durable, before it is answered. */
  changed(): void {
    this.#changes.add(1);
  }
}
