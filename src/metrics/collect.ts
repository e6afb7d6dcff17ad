/**
 * One reading of everything that is measured, as /api/_metrics gives it. It takes no lock and changes nothing: rows of
 * threads are summed and words of live runs are read as they are. Times are seconds.
 */
import { readdirSync } from 'node:fs';
import type { Histogram } from '../memory/counters/histogram.js';
import { type ReadyState, readyState } from '../runtime/health.js';
import { type GateMeters, METERED_ROUTES } from '../runtime/meters.js';
import type { Shared } from '../runtime/shared.js';
import type { StartStep } from '../runtime/start-steps.js';
import type { Role } from '../runtime/tenure.js';
import { type FarmTotals, readFarm } from './farm.js';

export interface Distribution {
  count: number;
  sum: number;
  max: number;
  p50: number;
  p90: number;
  p99: number;
  /** How many lie above the bucket below and not above `up_to`. */
  buckets: { up_to: number; count: number }[];
}

/** Calls to threads behind a gate of tokens. */
interface CallsView {
  in_use: number;
  queued: number;
  refused: number;
  calls: number;
  wait: Distribution;
}

export interface MetricsView {
  time: number;
  version: string;
  start_time: number;
  ready: ReadyState;
  requests: { route: string; statuses: Record<string, number>; time: Distribution }[];
  errors: number;
  pool: CallsView & { tokens: number };
  /** Calls to threads that make pages; as many tokens as the pool has are theirs. */
  pages: CallsView & { shared: number };
  admission: { permits: number; in_use: number; rejected: number; most_in_use: number };
  locks: { lock: string; timed_one_in: number; wait: Distribution; hold: Distribution }[];
  commits: { lag: number };
  store: {
    commits: number;
    failures: number;
    failing: boolean;
    /** For how long readers have missed what is durable, in seconds. */
    behind: number;
    commit: Distribution;
    /** Runs and tasks in a batch. */
    batch_size: Distribution;
    read: Distribution;
  };
  farm: FarmTotals;
  threads: {
    slot: number;
    role: string;
    alive: boolean;
    loop?: { p50: number; p99: number; max: number; utilisation: number };
  }[];
  memory: {
    rss: number;
    heap_used: number;
    reserved: number;
    tables: { table: string; bytes: number }[];
    records: { table: string; in_use: number; capacity: number }[];
  };
  process: { cpu: number; open_fds?: number };
  dashboard_viewers: number;
  /** Seconds of each step of the start, or of the takeover. */
  start_steps: Record<StartStep, number>;
  /** Live updates of pages. */
  live: { sockets: number; dropped: number; renders: number };
  cluster: {
    role: Role;
    epoch: number;
    /** Absent where no other primary may be set up. */
    standbys?: number;
    /** Seconds since the store confirmed the lease; absent for an embedded store. */
    lease_age?: number;
    /** Seconds from taking the store to the first answer; 0 when this primary took over from none. */
    takeover: number;
  };
  jobs: {
    job: string;
    runs: number;
    failures: number;
    failed: boolean;
    last_time: number;
    last_seconds: number;
  }[];
}

export interface CollectParts {
  shared: Shared;
  version: string;
  began: number;
}

const MICROSECOND = 1e-6;

export function collectMetrics({ shared, version, began }: CollectParts): MetricsView {
  const { meters, counters, admission, state } = shared;
  const counts = counters.totals();
  return {
    time: Date.now() / 1000,
    version,
    start_time: began / 1000,
    ready: readyState(shared),
    requests: METERED_ROUTES.map((route, i) => ({
      route,
      statuses: Object.fromEntries(meters.statuses(i)),
      time: distribution(meters.times[i]!),
    })),
    errors: counts.errors,
    pool: { tokens: shared.tokens.load(), ...callsView(meters, counts.poolCalls) },
    pages: { ...callsView(meters.pages, counts.pageCalls), shared: counts.sharedPages },
    admission: {
      permits: admission.permits(),
      in_use: admission.inUse(),
      rejected: admission.rejected(),
      most_in_use: admission.highWater(),
    },
    locks: state.lockMeters.map(({ name, every, wait, hold }) => ({
      lock: name,
      timed_one_in: every,
      wait: distribution(wait),
      hold: distribution(hold),
    })),
    commits: { lag: state.commits.lag() },
    store: {
      commits: counts.commits,
      failures: counts.commitFailures,
      failing: shared.storeFailing.load() === 1,
      behind: shared.storeBehindMs.load() / 1000,
      commit: distribution(meters.commitTime),
      batch_size: distribution(meters.batchSize, 1),
      read: distribution(meters.readTime),
    },
    farm: readFarm(state),
    threads: state.threads.list().map(({ slot, role, alive }) => {
      const { p50, p99, max, utilisation } = meters.loop(slot);
      return { slot, role, alive, ...(utilisation > 0 ? { loop: { p50, p99, max, utilisation } } : {}) };
    }),
    memory: readMemory(shared),
    process: readProcess(),
    dashboard_viewers: meters.viewers.total(),
    start_steps: readStartSteps(shared),
    live: {
      sockets: meters.liveSockets.total(),
      dropped: meters.liveDropped.total(),
      renders: meters.liveRenders.total(),
    },
    cluster: readCluster(shared),
    jobs: shared.jobs.read().map(({ name, runs, failures, failed, lastStarted, lastDuration }) => ({
      job: name,
      runs,
      failures,
      failed,
      last_time: lastStarted / 1000,
      last_seconds: lastDuration / 1000,
    })),
  };
}

function readStartSteps({ startSteps }: Shared): Record<StartStep, number> {
  const steps = Object.entries(startSteps.read()).map(([step, ms]) => [step, ms / 1000]);
  return Object.fromEntries(steps) as Record<StartStep, number>;
}

/** @param unit what one of the histogram's units is, in the view's. */
function distribution(histogram: Histogram, unit = MICROSECOND): Distribution {
  const { count, sum, max, buckets, percentile } = histogram.snapshot();
  return {
    count,
    sum: sum * unit,
    max: max * unit,
    p50: percentile(0.5) * unit,
    p90: percentile(0.9) * unit,
    p99: percentile(0.99) * unit,
    buckets: buckets.map(({ upTo, count: n }) => ({ up_to: upTo * unit, count: n })),
  };
}

/** Tables that belong together, such as the histograms of all routes ("requests:beat"), count as one. */
function readCluster({ tenure }: Shared): MetricsView['cluster'] {
  const { role, isShared, waits } = tenure;
  const holds = role === 'active' || role === 'leaving';
  return {
    role,
    epoch: tenure.epoch.load(),
    ...(waits && { standbys: tenure.standbys.load() }),
    ...(holds && isShared && { lease_age: tenure.ageMs() / 1000 }),
    takeover: tenure.takeoverMs() / 1000,
  };
}

function readMemory({ region, state }: Shared): MetricsView['memory'] {
  const tables = new Map<string, number>();
  for (const { name, bytes } of region.usage()) {
    const table = name.split(/[.:]/)[0]!;
    tables.set(table, (tables.get(table) ?? 0) + bytes);
  }
  const { sizes, runs, slab, workers, workerProfiles, connections } = state;
  const slots = runs.slots();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    rss,
    heap_used: heapUsed,
    reserved: region.buffer.byteLength,
    tables: [...tables].map(([table, bytes]) => ({ table, bytes })),
    records: [
      { table: 'runs', in_use: slots.length, capacity: sizes.runs },
      { table: 'tasks', in_use: readFarm(state).tasks, capacity: sizes.tasks },
      { table: 'workers', in_use: workers.table.size(), capacity: sizes.workers },
      { table: 'worker-infos', in_use: workerProfiles.size(), capacity: sizes.tasks },
      { table: 'worker-makes', in_use: workerProfiles.profileCount(), capacity: sizes.tasks },
      { table: 'connections', in_use: connections.size(), capacity: sizes.workers },
      { table: 'users', in_use: state.users.size(), capacity: sizes.users },
      { table: 'slab-bytes', in_use: slab.bytesInUse(), capacity: slab.capacity() },
    ],
  };
}

function readProcess(): MetricsView['process'] {
  const { user, system } = process.cpuUsage();
  const cpu = (user + system) * MICROSECOND;
  try {
    return { cpu, open_fds: readdirSync('/proc/self/fd').length };
  } catch {
    // Not Linux.
    return { cpu };
  }
}

function callsView(meters: GateMeters, calls: number): CallsView {
  return {
    in_use: meters.tokensInUse.total(),
    queued: meters.tokensQueued.total(),
    refused: meters.tokenRefused.total(),
    calls,
    wait: distribution(meters.tokenWait),
  };
}
