/** The account of who is signed in, kept by each page thread for a second, and until this instance changes it. */
import { BoundedCache } from '../memory/bounded-cache.js';
import type { UserDocument } from '../model/documents.js';
import type { Users } from '../state/users.js';
import type { Reader } from '../store/port.js';

const BELIEVED_MS = 1_000;
const MOST_KEPT = 10_000;

interface Kept {
  readonly user: UserDocument | undefined;
  readonly readAt: number;
  readonly version: number | undefined;
}

export class Accounts {
  readonly #reader: Pick<Reader, 'user'>;
  readonly #users: Users;
  readonly #kept = new BoundedCache<string, Kept>(MOST_KEPT);

  constructor(reader: Pick<Reader, 'user'>, users: Users) {
    this.#reader = reader;
    this.#users = users;
  }

  /** Blocked and pending are as memory has them, which a change reaches before it is answered. */
  async find(username: string, now: number): Promise<UserDocument | undefined> {
    const version = this.#users.version(username);
    const kept = this.#kept.get(username);
    const isFresh = kept !== undefined && kept.version === version && now - kept.readAt < BELIEVED_MS;
    const user = isFresh ? kept.user : await this.#reader.user(username);
    if (!isFresh) this.#kept.set(username, { user, readAt: now, version });
    const status = this.#users.accountStatus(username);
    if (user === undefined || status === undefined) return user;
    return { ...user, blocked: user.blocked || status.blocked, pending: user.pending && status.pending };
  }
}
