/** A front thread's limits on what visitors do (docs/spec/web-ui.md §2.9). Each front thread counts for itself. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { AdmissionGate } from '../../site/admission.js';
import type { LoginThrottle } from '../worker-api/login-throttle.js';

export interface SiteLimitSettings {
  readonly postsPerMinute: number;
  readonly searchesPerMinute: number;
  readonly signupsPerHour: number;
}

/** Of one kind, by one account: more than a person's typing makes. */
const CHECKS_PER_MINUTE = 30;

const MINUTE_S = 60;
const HOUR_S = 3_600;

export class SiteLimits {
  readonly #logins: LoginThrottle;
  readonly #counted: Readonly<Record<Exclude<AdmissionGate, 'login'>, RateLimiterMemory>>;

  /** @param logins counts wrong passwords, also those of workers */
  constructor(settings: SiteLimitSettings, logins: LoginThrottle) {
    this.#logins = logins;
    const { postsPerMinute, searchesPerMinute, signupsPerHour } = settings;
    this.#counted = {
      post: new RateLimiterMemory({ points: postsPerMinute, duration: MINUTE_S }),
      search: new RateLimiterMemory({ points: searchesPerMinute, duration: MINUTE_S }),
      check: new RateLimiterMemory({ points: CHECKS_PER_MINUTE, duration: MINUTE_S }),
      signup: new RateLimiterMemory({ points: signupsPerHour, duration: HOUR_S }),
    };
  }

  /** Counts it, and says how many seconds the visitor has to wait; 0: he is admitted. */
  async admit(gate: AdmissionGate, key: string, address: string): Promise<number> {
    if (gate === 'login') return await this.#logins.waitSeconds(key, address);
    try {
      await this.#counted[gate].consume(key);
      return 0;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
    }
  }

  noteFailedLogin(username: string, address: string): Promise<void> {
    return this.#logins.noteFailure(username, address);
  }
}
