/**
 * Credentials that a front thread met verified. To compare a password with one that is known spares the digest under which the
 * shared record keeps it. Whether the account still is as it was then is asked of that record each time.
 */
import { BoundedCache } from '../../memory/bounded-cache.js';
import type { Users } from '../../state/users.js';

/** A few hundred bytes each. */
const MOST_KNOWN = 50_000;

/** The account that credentials were verified for, as it was then. */
export interface Account {
  record: number;
  version: number;
}

export class CredentialCache {
  readonly #known = new BoundedCache<string, Account & { password: string }>(MOST_KNOWN);
  readonly #users: Users;
  readonly #maxAge: number;

  /** @param maxAge milliseconds for which a verified credential is believed */
  constructor(users: Users, maxAge: number) {
    this.#users = users;
    this.#maxAge = maxAge;
  }

  /** The account, when it may work and exactly this password was verified for it as it is now. */
  find(username: string, password: string, now: number): Account | undefined {
    const known = this.#known.get(username);
    if (known === undefined || known.password !== password) return undefined;
    return this.#users.isVerified(known.record, known.version, now, this.#maxAge) ? known : undefined;
  }

  remember(username: string, password: string, { record, version }: Account): void {
    this.#known.set(username, { record, version, password });
  }
}
