/** What is left of the calls that GitHub allows in an hour, as its answers say. */
import { clock, GitHubError } from './github-error.js';
import { isQuotaLow, type Quota } from './questions.js';

/** GitHub asks for so long when it does not say for how long. */
const PAUSE_MS = 60_000;

export class QuotaMeter {
  #quota: Quota;
  /** GitHub wants no calls before this instant. */
  #pausedUntil = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    const reset = Math.floor(now() / 1000);
    this.#quota = { limit: 5000, remaining: 5000, reset, used: 0, resource: 'core', _uninitialized: true };
  }

  get quota(): Quota {
    return this.#quota;
  }

  /**
   * @param isUrgent may take of the second half of the quota, too
   * @throws GitHubError when a call would be one too many
   */
  require(what: string, isUrgent: boolean): void {
    const { remaining, reset } = this.#quota;
    const now = this.#now();
    const resetAt = reset * 1000;
    if (now < this.#pausedUntil) throw this.#spent(what, this.#pausedUntil);
    if (now >= resetAt) return;
    if (remaining === 0) throw this.#spent(what, resetAt);
    if (isQuotaLow(this.#quota, now) && !isUrgent) throw this.#spent(what, resetAt);
  }

  note(headers: Headers): void {
    const figure = (name: string) => Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN);
    const resource = headers.get('x-ratelimit-resource') ?? 'core';
    if (resource !== 'core') return;
    this.set({
      limit: figure('limit'),
      remaining: figure('remaining'),
      used: figure('used'),
      reset: figure('reset'),
    });
  }

  /** Figures that are none change nothing. */
  set({ limit, remaining, used, reset }: Record<'limit' | 'remaining' | 'used' | 'reset', unknown>): void {
    const figures = [limit, remaining, used, reset];
    if (!figures.every((figure) => Number.isSafeInteger(figure) && (figure as number) >= 0)) return;
    const known = { limit, remaining, used, reset } as Omit<Quota, 'resource' | '_uninitialized'>;
    this.#quota = { ...known, resource: 'core', _uninitialized: false };
  }

  /** Whether GitHub refused the call because there were too many; then none is made until it may be. */
  isSpent(status: number, headers: Headers): boolean {
    if (status !== 403 && status !== 429) return false;
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    if (Number.isFinite(seconds)) this.#pausedUntil = this.#now() + Math.min(seconds, 3600) * 1000;
    else if (headers.get('x-ratelimit-remaining') === '0') {
      this.#pausedUntil = Math.max(this.#quota.reset * 1000, this.#now() + 1000);
    } else if (status === 429) this.#pausedUntil = this.#now() + PAUSE_MS;
    else return false;
    return true;
  }

  spent(what: string): GitHubError {
    return this.#spent(what, this.#pausedUntil);
  }

  #spent(what: string, retryAt: number): GitHubError {
    const { remaining, _uninitialized: isUnknown } = this.#quota;
    const left = isUnknown || remaining === 0 ? '' : ` (${remaining} are left, and kept for submits)`;
    const message = `${what}: the calls that GitHub allows are used up${left}. Please try again at ${clock(retryAt)}.`;
    return new GitHubError({ reason: 'quota', message, retryAt });
  }
}
