/**
 * What is left of the server's GitHub quota (docs/spec/worker-api.md §5.9): asked of GitHub at most once a minute, and only
 * when somebody wants to know. While GitHub does not answer, the last known figures stand.
 */

export interface Quota {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds since the epoch at which the quota is full again. */
  readonly reset: number;
  readonly used: number;
  readonly resource: string;
  /** True until GitHub has answered once. */
  readonly _uninitialized: boolean;
}

const PERIOD_MS = 60_000;
const TIMEOUT_MS = 3_000;

export interface QuotaOptions {
  /** Address of GitHub's API; empty: it is never asked. */
  readonly apiUrl: string;
  /** A token of its own quota; may be empty. */
  readonly token: string;
  readonly now?: () => number;
}

export class GithubQuota {
  readonly #options: QuotaOptions;
  #quota: Quota;
  #asked = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(options: QuotaOptions) {
    this.#options = options;
    const reset = Math.floor(this.#now() / 1000);
    this.#quota = { limit: 5000, remaining: 5000, reset, used: 0, resource: 'core', _uninitialized: true };
  }

  /** Never rejects. */
  async read(): Promise<Quota> {
    const { apiUrl } = this.#options;
    if (apiUrl !== '' && this.#now() - this.#asked >= PERIOD_MS) {
      this.#asked = this.#now();
      this.#asking = this.#ask(apiUrl).finally(() => {
        this.#asking = undefined;
      });
    }
    await this.#asking;
    return this.#quota;
  }

  async #ask(apiUrl: string): Promise<void> {
    const { token } = this.#options;
    try {
      const response = await fetch(`${apiUrl}/rate_limit`, {
        headers: {
          Accept: 'application/vnd.github+json',
          ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) return;
      const { resources } = (await response.json()) as { resources?: { core?: Record<string, unknown> } };
      const { limit, remaining, reset, used } = resources?.core ?? {};
      const figures = [limit, remaining, reset, used];
      if (!figures.every((figure) => typeof figure === 'number')) return;
      const known = { limit, remaining, reset, used } as Pick<
        Quota,
        'limit' | 'remaining' | 'reset' | 'used'
      >;
      this.#quota = { ...known, resource: 'core', _uninitialized: false };
    } catch {
      // Not reachable, or no JSON: the last known figures stand.
    }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}
