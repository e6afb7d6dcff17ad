/**
 * Step 3 of a request's checks (spec: worker-api.md §3): who asks. A credential that was verified is known at once; any other
 * goes to the pool, where a slow hash is made of it, unless too many wrong ones came before.
 */
import type { AuthResult, PoolCall } from '../../pool/pool-messages.js';
import type { Shared } from '../../runtime/shared.js';
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

export class CredentialGate {
  readonly #users: Users;
  readonly #counters: Shared['counters'];
  readonly #run: (call: PoolCall) => Promise<unknown>;
  readonly #maxAge: number;
  readonly #known: CredentialCache;
  /** Also asked by the pages where people sign in. */
  readonly guesses: LoginThrottle;
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
    this.guesses = new LoginThrottle(guesses);
  }

  /** What is known of the credential without a slow check, if anything. */
  recognise(username: string, password: string): Recognised | undefined {
    const users = this.#users;
    const now = Date.now();
    const known = this.#known.find(username, password, now);
    if (known !== undefined) return { authResult: 'verified', account: known };
    // Read before the check: a change in between then makes what is kept useless, not wrong.
    const record = users.find(username);
    if (record < 0) return undefined;
    const account = { record, version: users.versionAt(record) };
    if (users.check(username, password, now, this.#maxAge) !== 'verified') return undefined;
    this.#known.remember(username, password, account);
    const accountStatus = users.accountStatus(username);
    return {
      authResult: accountStatus?.blocked ? 'blocked' : accountStatus?.pending ? 'pending' : 'verified',
      account,
    };
  }

  /** Of a credential that is not known; `slowed`: too many wrong ones came, so it waits as if the server were busy. */
  async check(username: string, password: string, address: string): Promise<AuthResult | 'slowed'> {
    if (await this.guesses.isThrottled(username, address)) {
      this.#counters.add('guessesSlowed');
      return 'slowed';
    }
    const authResult = await this.#verify(username, password);
    if (authResult === 'refused') await this.guesses.noteFailure(username, address);
    return authResult;
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
