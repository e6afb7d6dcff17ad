/**
 * Everything that is measured while requests are served, in shared memory: each thread writes a row of its own and takes
 * no lock, a reader sums the rows. What is measured from outside (runs, workers, memory) is not here.
 */
import { Histogram } from '../memory/counters/histogram.js';
import { Tallies, type Tally } from '../memory/counters/tally.js';
import { MAX_THREADS } from '../memory/locks/thread-row.js';
import type { Region } from '../memory/region.js';
import { WORKER_ENDPOINTS } from '../protocol/worker-endpoints.js';

/** What a request can be for. A number of this list is what a front thread records. */
export const METERED_ROUTES = [
  ...WORKER_ENDPOINTS,
  'active_runs',
  'finished_runs',
  'calc_elo',
  'rate_limit',
  'actions',
  'get_run',
  'get_task',
  'get_elo',
  'pgn',
  'run_pgns',
  'nn',
  'dashboard',
  'site',
  'health',
  'other',
] as const;
export type MeteredRoute = (typeof METERED_ROUTES)[number];

/** Statuses that are told apart; 0 is any other, 499 a client that went before it was answered. */
const METERED_STATUSES = [
  0, 200, 204, 206, 302, 304, 307, 308, 400, 401, 403, 404, 405, 413, 416, 422, 429, 499, 500, 501, 503,
];

/** Numbers of a thread that runs an event loop: delays in seconds, and how much of the time it was busy (0…1). */
export interface LoopDelay {
  readonly slot: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly utilisation: number;
}
const LOOP_ROW = 16;

/** Of a gate that calls to a pool pass. */
export interface GateMeters {
  readonly tokensInUse: Tally;
  readonly tokensQueued: Tally;
  readonly tokenRefused: Tally;
  /** Microseconds that calls waited for a token; those that got one at once are not among them. */
  readonly tokenWait: Histogram;
}

export class PoolMeters implements GateMeters {
  /** Microseconds from the request's head to its reply, by route. */
  readonly times: readonly Histogram[];
  readonly tokensInUse: Tally;
  readonly tokensQueued: Tally;
  readonly tokenRefused: Tally;
  readonly tokenWait: Histogram;
  /** The same of calls to page threads. */
  readonly pages: GateMeters;
  readonly viewers: Tally;
  /** Pages with a socket for live updates, those dropped because they read too slowly, and renderings of topics. */
  readonly liveSockets: Tally;
  readonly liveDropped: Tally;
  readonly liveRenders: Tally;
  /** Microseconds of a commit, and how many runs and tasks it held. */
  readonly commitTime: Histogram;
  readonly batchSize: Histogram;
  /** Microseconds of reads from the store by pool and page threads. */
  readonly readTime: Histogram;
  readonly #statuses: Tallies;
  readonly #loops: Float64Array;

  constructor(region: Region) {
    this.times = METERED_ROUTES.map((route) => new Histogram(region, `requests:${route}`));
    this.#statuses = new Tallies(region, 'statuses', METERED_ROUTES.length * METERED_STATUSES.length);
    const tallies = new Tallies(region, 'tallies', 10);
    this.tokensInUse = tallies.at(0);
    this.tokensQueued = tallies.at(1);
    this.tokenRefused = tallies.at(2);
    this.viewers = tallies.at(3);
    this.liveSockets = tallies.at(4);
    this.liveDropped = tallies.at(5);
    this.liveRenders = tallies.at(6);
    this.tokenWait = new Histogram(region, 'tokens:wait');
    this.pages = {
      tokensInUse: tallies.at(7),
      tokensQueued: tallies.at(8),
      tokenRefused: tallies.at(9),
      tokenWait: new Histogram(region, 'tokens:page-wait'),
    };
    this.commitTime = new Histogram(region, 'store:commit');
    this.batchSize = new Histogram(region, 'store:batch');
    this.readTime = new Histogram(region, 'store:read');
    this.#loops = region.f64('loops', LOOP_ROW * (MAX_THREADS + 1));
  }

  /** One request was answered. `route` counts in METERED_ROUTES. */
  recordRequest(route: number, status: number, microseconds: number): void {
    this.times[route]!.record(microseconds);
    this.#statuses.add(route * METERED_STATUSES.length + Math.max(0, METERED_STATUSES.indexOf(status)), 1);
  }

  /** Requests of a route by status, those that never came left out. */
  statuses(route: number): Map<number, number> {
    const counts = METERED_STATUSES.map(
      (status, i) => [status, this.#statuses.total(route * METERED_STATUSES.length + i)] as const,
    );
    return new Map(counts.filter(([, count]) => count > 0));
  }

  recordLoop({ slot, p50, p99, max, utilisation }: LoopDelay): void {
    this.#loops.set([p50, p99, max, utilisation], slot * LOOP_ROW);
  }

  loop(slot: number): LoopDelay {
    const [p50, p99, max, utilisation] = this.#loops.subarray(slot * LOOP_ROW, slot * LOOP_ROW + 4);
    return { slot, p50: p50!, p99: p99!, max: max!, utilisation: utilisation! };
  }
}

/** The number of a route by its name. */
export function meteredRoute(name: MeteredRoute): number {
  return METERED_ROUTES.indexOf(name);
}
