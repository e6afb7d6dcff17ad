/**
 * What a front thread notes of each request: its time and status in shared memory, a warning when it was slow, and a line
 * at level debug. Counting is always on and takes well under a microsecond; the rest costs nothing while it is off.
 */
import type { HttpRequest } from 'uWebSockets.js';
import { METERED_ROUTES, meteredRoute, type PoolMeters } from '../../runtime/meters.js';

export interface RequestLine {
  /** The client's X-Request-Id, or one of this server's. */
  id: string;
  route: string;
  status: number;
  ms: number;
  method?: string;
  path?: string;
}

export type RequestReport =
  | { kind: 'request'; line: RequestLine }
  | { kind: 'slow'; line: RequestLine; unreported: number };

export interface RequestWatchOptions {
  meters: Pick<PoolMeters, 'recordRequest'>;
  slowMs: number;
  /** True while each request is to be logged. */
  logsEach: () => boolean;
  report: (report: RequestReport) => void;
  /** Begins the ids of this thread. */
  idPrefix: string;
}

/** Slow requests that are reported each second; the others are counted. */
const SLOW_REPORTS = 5;
const OTHER = meteredRoute('other');
const ID_LENGTH = 64;

/** What is noted of one request from its head on. */
export interface Watched {
  began: number;
  /** Counts in METERED_ROUTES. */
  route: number;
  head?: { id: string; method: string; path: string };
}

export class RequestWatch {
  readonly #options: RequestWatchOptions;
  /** Requests that are not answered yet. */
  open = 0;
  /** When the latest one came, by this thread's steady clock. */
  lastBegan = 0;
  #ids = 0;
  #second = 0;
  #reported = 0;
  #unreported = 0;

  constructor(options: RequestWatchOptions) {
    this.#options = options;
  }

  begin(request: HttpRequest): Watched {
    const watched: Watched = { began: performance.now(), route: OTHER };
    this.open++;
    this.lastBegan = watched.began;
    if (this.#options.logsEach()) {
      const given = request.getHeader('x-request-id').slice(0, ID_LENGTH);
      watched.head = {
        id: /^[\w.:-]+$/.test(given) ? given : this.#nextId(),
        method: request.getMethod().toUpperCase(),
        path: request.getUrl(),
      };
    }
    return watched;
  }

  /** The reply leaves now, or will never: status 499. */
  end(watched: Watched, status: number): void {
    this.open--;
    const { meters, slowMs, report } = this.#options;
    const ms = performance.now() - watched.began;
    meters.recordRequest(watched.route, status, ms * 1000);
    if (ms > slowMs) this.#reportSlow(watched, status, ms);
    if (watched.head !== undefined) report({ kind: 'request', line: this.#line(watched, status, ms) });
  }

  #reportSlow(watched: Watched, status: number, ms: number): void {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) this.#reported = 0;
    this.#second = second;
    if (this.#reported >= SLOW_REPORTS) {
      this.#unreported++;
      return;
    }
    this.#reported++;
    this.#options.report({
      kind: 'slow',
      line: this.#line(watched, status, ms),
      unreported: this.#unreported,
    });
    this.#unreported = 0;
  }

  #line({ route, head }: Watched, status: number, ms: number): RequestLine {
    const times = { route: METERED_ROUTES[route]!, status, ms: Math.round(ms * 1000) / 1000 };
    return head === undefined ? { id: this.#nextId(), ...times } : { ...head, ...times };
  }

  #nextId(): string {
    return `${this.#options.idPrefix}-${(this.#ids++).toString(36)}`;
  }
}
