/**
 * Slows the guessing of passwords: failed checks are counted for the account and for the address, and beyond a bound
 * nothing more is checked for a while. Only failures count, so a fleet behind one address is not slowed; a credential
 * that is remembered as verified is never held up by it. Each front thread counts for itself.
 */
import { createHash } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Failures are forgotten this long after the first of them. */
const WINDOW_S = 900;

export interface LoginLimits {
  /** Failures in a quarter of an hour after which the account's unknown credentials are not checked. */
  readonly perAccount: number;
  readonly perAddress: number;
}

export class LoginThrottle {
  readonly #accounts: RateLimiterMemory;
  readonly #addresses: RateLimiterMemory;
  readonly #limits: LoginLimits;

  constructor(limits: LoginLimits) {
    this.#limits = limits;
    this.#accounts = new RateLimiterMemory({ points: limits.perAccount, duration: WINDOW_S });
    this.#addresses = new RateLimiterMemory({ points: limits.perAddress, duration: WINDOW_S });
  }

  /** Whether this account or address has failed so often that its next guess must wait. */
  async isThrottled(username: string, address: string): Promise<boolean> {
    const [account, from] = await Promise.all([
      this.#accounts.get(keyOf(username)),
      this.#addresses.get(address),
    ]);
    const { perAccount, perAddress } = this.#limits;
    return (account?.consumedPoints ?? 0) >= perAccount || (from?.consumedPoints ?? 0) >= perAddress;
  }

  /** Seconds until the account or the address may try again; 0: now. */
  async waitSeconds(username: string, address: string): Promise<number> {
    if (!(await this.isThrottled(username, address))) return 0;
    const [account, from] = await Promise.all([
      this.#accounts.get(keyOf(username)),
      this.#addresses.get(address),
    ]);
    return Math.ceil(Math.max(account?.msBeforeNext ?? 0, from?.msBeforeNext ?? 0, 1_000) / 1_000);
  }

  async noteFailure(username: string, address: string): Promise<void> {
    await Promise.all([this.#accounts.penalty(keyOf(username)), this.#addresses.penalty(address)]);
  }
}

/** Names that no account has count as well, or counting would tell which exist; none takes more than a digest. */
function keyOf(username: string): string {
  return createHash('sha256').update(username).digest('base64');
}
