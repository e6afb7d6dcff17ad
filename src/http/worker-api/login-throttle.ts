/**
 * Slows the guessing of passwords without holding up those who know theirs. Only failures count: for the account, for the
 * address, and for the two together. An address from which the account's password was right before is held up by its own
 * failures for that account alone. Any other is by all failures from it; and, once the account had too many, after its first
 * failure, or at once when as many more came from addresses without any. Each front thread counts for itself.
 */
import { createHash } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from '../../config/network-address.js';

/** Failures are forgotten this long after the first of them. */
const WINDOW_S = 900;

export interface LoginLimits {
  /** Failures in a quarter of an hour after which new guesses of the account are not checked. */
  readonly perAccount: number;
  readonly perAddress: number;
}

export class LoginThrottle {
  readonly #accounts: RateLimiterMemory;
  readonly #addresses: RateLimiterMemory;
  readonly #pairs: RateLimiterMemory;
  readonly #limits: LoginLimits;
  readonly #isSeen: (username: string, address: string) => boolean;

  /** @param isSeen whether the account's password was right before from that address */
  constructor(limits: LoginLimits, isSeen: (username: string, address: string) => boolean) {
    this.#limits = limits;
    this.#isSeen = isSeen;
    this.#accounts = new RateLimiterMemory({ points: limits.perAccount, duration: WINDOW_S });
    this.#addresses = new RateLimiterMemory({ points: limits.perAddress, duration: WINDOW_S });
    this.#pairs = new RateLimiterMemory({ points: limits.perAccount, duration: WINDOW_S });
  }

  /** Whether the next guess must wait. */
  async isThrottled(username: string, address: string): Promise<boolean> {
    const network = networkOf(address);
    const [account, from, pair] = await Promise.all([
      failures(this.#accounts, keyOf(username)),
      failures(this.#addresses, network),
      failures(this.#pairs, keyOf(username, network)),
    ]);
    const { perAccount, perAddress } = this.#limits;
    if (this.#isSeen(username, address)) return pair >= Math.min(perAccount, perAddress);
    if (from >= perAddress) return true;
    return account >= perAccount && (pair > 0 || account >= 2 * perAccount);
  }

  /** Seconds until the account or the address may try again; 0: now. */
  async waitSeconds(username: string, address: string): Promise<number> {
    if (!(await this.isThrottled(username, address))) return 0;
    const counts = await Promise.all([
      this.#accounts.get(keyOf(username)),
      this.#addresses.get(networkOf(address)),
    ]);
    const waits = counts.map((count) => count?.msBeforeNext ?? 0);
    return Math.ceil(Math.max(...waits, 1_000) / 1_000);
  }

  async noteFailure(username: string, address: string): Promise<void> {
    const network = networkOf(address);
    await Promise.all([
      this.#accounts.penalty(keyOf(username)),
      this.#addresses.penalty(network),
      this.#pairs.penalty(keyOf(username, network)),
    ]);
  }
}

async function failures(limiter: RateLimiterMemory, key: string): Promise<number> {
  return (await limiter.get(key))?.consumedPoints ?? 0;
}

/** Names that no account has count as well, or counting would tell which exist; none takes more than a digest. */
function keyOf(username: string, network = ''): string {
  return createHash('sha256').update(`${username}\0${network}`).digest('base64');
}
