/**
 * Accounts as the hot path needs them: blocked, pending, the machine limit, and a verified credential. The credential is
 * cached as SHA-256(key of this process in hex, username NUL password), so that verifying the hundredth request costs
 * microseconds; it is not believed any more when the account changes, and dropped when it is found to be wrong then.
 */
import { hash } from 'node:crypto';
import { type KeyedTable, TableFull } from '../memory/tables/keyed-table.js';
import { SlabFull } from '../memory/tables/slab.js';
import type { UserDocument } from '../model/documents.js';
import { flagBits, layOut } from './record-layout.js';

const DIGEST_WORDS = 8;
/** Credentials remembered of an account: its password, and keys of its workers. */
const CREDENTIALS = 4;
const USER = layOut('user', {
  words: { flags: 1, machineLimit: 1, version: 1, nextCredential: 1, digests: CREDENTIALS * DIGEST_WORDS },
  /** When any was verified, and when each was: 0 since the account changed. */
  floats: { verifiedAt: 1, verifiedAts: CREDENTIALS },
});
const Word = USER.word;
const Flag = flagBits('user', ['blocked', 'pending', 'verified', 'removed']);
export const USER_WORDS = USER.row;

/** The limit of an account that has none of its own (docs/spec/data-model.md §3). */
export const DEFAULT_MACHINE_LIMIT = 16;

export interface AccountStatus {
  blocked: boolean;
  pending: boolean;
  /** Most active tasks for one remote address. */
  machineLimit: number;
}

type AccountMembers = Pick<UserDocument, 'blocked' | 'pending' | 'machine_limit'>;

export type Credential = 'verified' | 'unverified';

export class Users {
  readonly #table: KeyedTable;
  readonly #key: string;

  /** @param key 32 random bytes, the same for all threads of the process. */
  constructor(table: KeyedTable, key: Uint8Array) {
    this.#table = table;
    this.#key = Buffer.from(key).toString('hex');
    table.isFilled = (offset) => table.i32[offset + Word.version]! !== 0;
  }

  /** Remembers an account, whose verified credential is only a hint from now on: see `wasVerified`. */
  set(user: AccountMembers & Pick<UserDocument, 'username'>): void {
    this.#table.update(user.username, true, (offset) => this.#write(offset, user));
  }

  /** As `set`, but for members that have not changed: they stay as they are here, which may be newer than what was read. */
  change(user: AccountMembers & Pick<UserDocument, 'username'>, changed: Partial<AccountMembers>): void {
    if (this.find(user.username) < 0) {
      this.setIfRoom({ ...user, ...changed });
      return;
    }
    this.#table.update(user.username, false, (offset) => {
      if ((this.#table.i32[offset + Word.flags]! & Flag.removed) !== 0) return;
      const { blocked, pending, machineLimit } = this.#accountStatus(offset);
      this.#write(offset, { blocked, pending, machine_limit: machineLimit, ...changed });
    });
  }

  /** As `set`; false when memory has no room for a further account: then the store is asked for it each time. */
  setIfRoom(user: Parameters<Users['set']>[0]): boolean {
    try {
      this.set(user);
      return true;
    } catch (error) {
      if (error instanceof TableFull || error instanceof SlabFull) return false;
      throw error;
    }
  }

  /** The account is gone: its name is free, and its credentials are forgotten. */
  remove(username: string): void {
    this.#table.update(username, false, (offset) => {
      const { i32 } = this.#table;
      i32[offset + Word.flags] = Flag.removed;
      i32.fill(0, offset + Word.digests, offset + Word.digests + CREDENTIALS * DIGEST_WORDS);
      i32[offset + Word.version]!++;
    });
  }

  /** How many there are. */
  size(): number {
    return this.#table.size();
  }

  accountStatus(username: string): AccountStatus | undefined {
    return this.#table.update(username, false, (offset) =>
      (this.#table.i32[offset + Word.flags]! & Flag.removed) === 0 ? this.#accountStatus(offset) : undefined,
    );
  }

  /** Changes with every `set`: a verification that began before a change must not be cached after it. */
  version(username: string): number | undefined {
    return this.#table.update(username, false, (offset) => this.#table.i32[offset + Word.version]!);
  }

  /** The account's record, which it keeps for life; −1 when there is none. */
  find(username: string): number {
    return this.#table.find(username);
  }

  versionAt(record: number): number {
    return this.#table.i32[this.#table.at(record) + Word.version]!;
  }

  /**
   * Whether the account may work and still is as it was at `version`, with a verified credential not older than
   * `maxAgeMs`. Takes no lock: a change at the same moment comes before or after, as with a lock.
   */
  isVerified(record: number, version: number, now: number, maxAgeMs: number): boolean {
    const { i32, f64 } = this.#table;
    const offset = this.#table.at(record);
    return (
      Atomics.load(i32, offset + Word.flags) === Flag.verified &&
      Atomics.load(i32, offset + Word.version) === version &&
      now - f64[offset / 2 + USER.float.verifiedAt]! <= maxAgeMs
    );
  }

  /** Whether exactly this password was verified for the account as it is now, within `maxAgeMs`. */
  check(username: string, password: string, now: number, maxAgeMs: number): Credential {
    const digest = this.#digest(username, password);
    const verified = this.#table.update(username, false, (offset) => {
      const { i32, f64 } = this.#table;
      if ((i32[offset + Word.flags]! & Flag.verified) === 0) return false;
      const i = this.#credential(offset, digest);
      return i >= 0 && now - f64[offset / 2 + USER.float.verifiedAts + i]! <= maxAgeMs;
    });
    return verified === true ? 'verified' : 'unverified';
  }

  /**
   * Whether exactly this password was the account's when it was last checked, however long ago and whatever changed since:
   * whoever knows it does not guess, and may be checked again while others are held up.
   */
  wasVerified(username: string, password: string): boolean {
    const digest = this.#digest(username, password);
    return this.#table.update(username, false, (offset) => this.#credential(offset, digest) >= 0) === true;
  }

  /** The slow check refused this password: if it was the account's, it is not any more. */
  forget(username: string, password: string): void {
    const digest = this.#digest(username, password);
    this.#table.update(username, false, (offset) => {
      const i = this.#credential(offset, digest);
      if (i < 0) return;
      const { i32, f64 } = this.#table;
      i32[offset + Word.flags]! &= ~Flag.verified;
      f64[offset / 2 + USER.float.verifiedAts + i] = 0;
      const start = offset + Word.digests + i * DIGEST_WORDS;
      i32.fill(0, start, start + DIGEST_WORDS);
    });
  }

  /** When a credential of the account was verified last, in milliseconds since the epoch. */
  verifiedAt(record: number): number {
    return this.#table.f64[this.#table.at(record) / 2 + USER.float.verifiedAt]!;
  }

  /** Caches a credential, in place of the oldest, that the slow check accepted while the account had `version`. */
  remember(username: string, password: string, version: number, now: number): void {
    const digest = this.#digest(username, password);
    this.#table.update(username, false, (offset) => {
      const { i32, f64 } = this.#table;
      if (i32[offset + Word.version] !== version) return;
      let i = this.#credential(offset, digest);
      if (i < 0) {
        i = i32[offset + Word.nextCredential]!;
        i32[offset + Word.nextCredential] = (i + 1) % CREDENTIALS;
        i32.set(digest, offset + Word.digests + i * DIGEST_WORDS);
      }
      f64[offset / 2 + USER.float.verifiedAts + i] = now;
      f64[offset / 2 + USER.float.verifiedAt] = now;
      i32[offset + Word.flags]! |= Flag.verified;
    });
  }

  /** Which of the remembered credentials this is; −1: none. */
  #credential(offset: number, digest: Int32Array): number {
    const { i32 } = this.#table;
    for (let i = 0; i < CREDENTIALS; i++) {
      const start = offset + Word.digests + i * DIGEST_WORDS;
      let difference = 0;
      for (let word = 0; word < DIGEST_WORDS; word++) difference |= i32[start + word]! ^ digest[word]!;
      if (difference === 0) return i;
    }
    return -1;
  }

  #write(offset: number, user: AccountMembers): void {
    const { i32 } = this.#table;
    i32[offset + Word.flags] = (user.blocked ? Flag.blocked : 0) | (user.pending ? Flag.pending : 0);
    i32[offset + Word.machineLimit] = Math.min(user.machine_limit ?? DEFAULT_MACHINE_LIMIT, 0x7fffffff);
    const times = offset / 2 + USER.float.verifiedAts;
    this.#table.f64.fill(0, times, times + CREDENTIALS);
    // A record without a version is half-written: its thread died here.
    i32[offset + Word.version]!++;
  }

  #accountStatus(offset: number): AccountStatus {
    const { i32 } = this.#table;
    return {
      blocked: (i32[offset + Word.flags]! & Flag.blocked) !== 0,
      pending: (i32[offset + Word.flags]! & Flag.pending) !== 0,
      machineLimit: i32[offset + Word.machineLimit]!,
    };
  }

  /** An HMAC would cost nearly three times as much and add nothing: a digest never leaves the process, so none can be extended. */
  #digest(username: string, password: string): Int32Array {
    const bytes = Buffer.from(hash('sha256', `${this.#key}${username}\0${password}`, 'hex'), 'hex');
    return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 4 * DIGEST_WORDS));
  }
}
