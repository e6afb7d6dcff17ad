/**
 * Step 3 of a request's checks (docs/spec/worker-api.md §3): who asks. A credential that was verified is known at once; any other
 * goes to the pool, where a slow hash is made of it, unless too many wrong ones came before. A known one that is in use is
 * checked again in good time, beside the requests, so that it does not get too old in the middle of work.
 */
import type { AuthResult, PoolCall } from '../../pool/pool-messages.js';
import type { Shared } from '../../runtime/shared.js';
import type { SeenAddresses } from '../../state/seen-addresses.js';
import type { Users } from '../../state/users.js';
import { type Account, CredentialCache } from './credential-cache.js';
import { type LoginLimits, LoginThrottle } from './login-throttle.js';

export interface Recognised {
  readonly authResult: AuthResult;
  readonly account: Account;
}

export interface CredentialGateOptions {
  /** How long a verified credential is believed, in milliseconds. */
  credentialMaxAge: number;
  guesses: LoginLimits;
}

/** At this share of its age a credential in use is checked again. */
const REFRESH_SHARE = 0.75;
/** After a check that failed, such as while the store is away, the next one waits for this share. */
const RETRY_SHARE = 0.05;

/** How old a credential may be before a request is to look at it anew, in milliseconds. */
export function refreshAge(credentialMaxAge: number): number {
  return credentialMaxAge * REFRESH_SHARE;
}

export class CredentialGate {
  readonly #users: Users;
  readonly #counters: Shared['counters'];
  readonly #run: (call: PoolCall) => Promise<unknown>;
  readonly #maxAge: number;
  readonly #known: CredentialCache;
  /** Also asked by the pages where people sign in. */
  readonly guesses: LoginThrottle;
  readonly #seen: SeenAddresses;
  /** By account: when a check of its known credential was begun last. */
  readonly #refreshed = new Map<string, number>();
  /** Slow checks under way, so that a thousand workers of one user cause one. */
  readonly #verifying = new Map<string, Promise<AuthResult>>();

  /** @param run runs a call on a pool thread */
  constructor(
    { state, counters }: Shared,
    run: (call: PoolCall) => Promise<unknown>,
    { credentialMaxAge, guesses }: CredentialGateOptions,
  ) {
    this.#users = state.users;
    this.#counters = counters;
    this.#run = run;
    this.#maxAge = credentialMaxAge;
    this.#known = new CredentialCache(state.users, credentialMaxAge);
    this.guesses = new LoginThrottle(guesses, (username, address) => this.#seen.has(username, address));
    this.#seen = state.seenAddresses;
  }

  /** What is known of the credential without a slow check, if anything. */
  recognise(username: string, password: string): Recognised | undefined {
    const users = this.#users;
    const now = Date.now();
    const known = this.#known.find(username, password, now);
    if (known !== undefined) {
      this.#refresh(username, password, known.record, now);
      return { authResult: 'verified', account: known };
    }
    // Read before the check: a change in between then makes what is kept useless, not wrong.
    const record = users.find(username);
    if (record < 0) return undefined;
    const account = { record, version: users.versionAt(record) };
    if (users.check(username, password, now, this.#maxAge) !== 'verified') return undefined;
    this.#known.remember(username, password, account);
    this.#refresh(username, password, record, now);
    const accountStatus = users.accountStatus(username);
    return {
      authResult: accountStatus?.blocked ? 'blocked' : accountStatus?.pending ? 'pending' : 'verified',
      account,
    };
  }

  /** The password was right from this address. */
  noteAddress(username: string, address: string): void {
    this.#seen.add(username, address);
  }

  /** Of a credential that is not known; `throttled`: too many wrong ones came, so it waits as if the server were busy. */
  async check(username: string, password: string, address: string): Promise<AuthResult | 'throttled'> {
    const isGuess = !this.#users.wasVerified(username, password);
    if (isGuess && (await this.guesses.isThrottled(username, address))) {
      this.#counters.add('guessesThrottled');
      return 'throttled';
    }
    const authResult = await this.#verify(username, password);
    if (authResult === 'refused') await this.guesses.noteFailure(username, address);
    else this.noteAddress(username, address);
    return authResult;
  }

  /** Checks a known credential again when it gets old. It stays believed meanwhile, and also while that cannot be done. */
  #refresh(username: string, password: string, record: number, now: number): void {
    if (now - this.#users.verifiedAt(record) <= refreshAge(this.#maxAge)) {
      if (this.#refreshed.size > 0) this.#refreshed.delete(username);
      return;
    }
    const last = this.#refreshed.get(username) ?? Number.NEGATIVE_INFINITY;
    if (now - last <= this.#maxAge * RETRY_SHARE) return;
    this.#refreshed.set(username, now);
    this.#verify(username, password).catch(() => {});
  }

  #verify(username: string, password: string): Promise<AuthResult> {
    const key = `${username}\0${password}`;
    const underWay = this.#verifying.get(key);
    if (underWay !== undefined) return underWay;
    const call: PoolCall = { kind: 'verify', username, password };
    const verifying = (this.#run(call) as Promise<AuthResult>).finally(() => this.#verifying.delete(key));
    this.#verifying.set(key, verifying);
    return verifying;
  }
}
