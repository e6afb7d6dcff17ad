/** Readings once a second, and what they differ by: rates and latencies of the last moments. */
import type { Point, RouteRate } from '../dashboard/messages.js';
import { type CollectParts, collectMetrics, type Distribution, type MetricsView } from './collect.js';

/** Routes are shown over the last ten seconds. */
const WINDOW = 10;

export class Sampler {
  readonly #parts: CollectParts;
  #views: MetricsView[];

  constructor(parts: CollectParts) {
    this.#parts = parts;
    this.#views = [collectMetrics(parts)];
  }

  /** Call once a second. */
  sample(): Point {
    const now = collectMetrics(this.#parts);
    const before = this.#views.at(-1)!;
    this.#views = [...this.#views, now].slice(-WINDOW - 1);
    return pointOf(before, now);
  }

  get latest(): MetricsView {
    return this.#views.at(-1)!;
  }

  /** Every route over the last seconds. */
  routes(): RouteRate[] {
    const [before, now] = [this.#views[0]!, this.#views.at(-1)!];
    const seconds = Math.max(now.time - before.time, 1e-3);
    return now.requests.map(({ route, time, statuses }, i) => {
      const earlier = before.requests[i]!;
      const { count, percentile } = difference([earlier.time], [time]);
      const failures = failed(statuses) - failed(earlier.statuses);
      return {
        route,
        rate: count / seconds,
        failures: failures / seconds,
        p50: percentile(0.5),
        p99: percentile(0.99),
      };
    });
  }
}

function pointOf(before: MetricsView, now: MetricsView): Point {
  const seconds = Math.max(now.time - before.time, 1e-3);
  const perSecond = (pick: (view: MetricsView) => number) => (pick(now) - pick(before)) / seconds;
  const count = (route: string) =>
    perSecond(({ requests }) => requests.find((request) => request.route === route)!.time.count);
  const times = ({ requests }: MetricsView) => requests.map(({ time }) => time);
  const all = difference(times(before), times(now));
  const between = (pick: (view: MetricsView) => Distribution) => difference([pick(before)], [pick(now)]);
  return {
    t: now.time,
    requests: all.count / seconds,
    beats: count('beat'),
    updates: count('update_task'),
    assignments: count('request_task'),
    failures: perSecond(({ requests }) => requests.reduce((sum, { statuses }) => sum + failed(statuses), 0)),
    p50: all.percentile(0.5),
    p99: all.percentile(0.99),
    tokens: now.pool.in_use,
    queued: now.pool.queued,
    admitted: now.admission.in_use,
    rejected: perSecond(({ admission }) => admission.rejected),
    lockWait: between(({ locks }) => locks[0]!.wait).percentile(0.99),
    lockHold: between(({ locks }) => locks[0]!.hold).percentile(0.99),
    commitLag: now.commits.lag,
    commit: between(({ store }) => store.commit).percentile(0.99),
    batchSize: between(({ store }) => store.batch_size).percentile(0.5),
    loopDelay: Math.max(0, ...now.threads.map(({ loop }) => loop?.max ?? 0)),
    workers: now.farm.workers,
    cores: now.farm.cores,
    gamesPerMinute: now.farm.games_per_minute,
    rss: now.memory.rss,
  };
}

function failed(statuses: Readonly<Record<string, number>>): number {
  return Object.entries(statuses).reduce((sum, [status, n]) => sum + (Number(status) >= 500 ? n : 0), 0);
}

/** What came between two readings, of several distributions together. */
function difference(before: readonly Distribution[], now: readonly Distribution[]) {
  const counts = new Map<number, number>();
  const add = (distributions: readonly Distribution[], sign: number) => {
    for (const { buckets } of distributions) {
      for (const { up_to: end, count } of buckets) counts.set(end, (counts.get(end) ?? 0) + sign * count);
    }
  };
  add(now, 1);
  add(before, -1);
  const ascending = [...counts].filter(([, n]) => n > 0).sort(([a], [b]) => a - b);
  const count = ascending.reduce((sum, [, n]) => sum + n, 0);
  const percentile = (p: number): number => {
    let seen = 0;
    for (const [end, n] of ascending) {
      seen += n;
      if (seen >= count * p) return end;
    }
    return 0;
  };
  return { count, percentile };
}
