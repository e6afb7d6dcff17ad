/** The metrics for Prometheus, each with its name and help: base units, `_total` for counters, no ids among the labels. */
import { ROLES } from '../runtime/tenure.js';
import type { MetricsView } from './collect.js';
import { PrometheusText, type Sample } from './prometheus-text.js';

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** 1 to 65,536. */
const SIZE_BOUNDS = Array.from({ length: 17 }, (_, i) => 2 ** i);

export function prometheusText(view: MetricsView): string {
  const text = new PrometheusText();
  writeRequests(text, view);
  writePool(text, view);
  writePages(text, view);
  writeLocks(text, view);
  writeStore(text, view);
  writeFarm(text, view);
  writeProcess(text, view);
  writeLive(text, view);
  writeJobs(text, view);
  writeCluster(text, view);
  return text.toString();
}

function writeRequests(text: PrometheusText, { requests, errors }: MetricsView): void {
  const seen = requests.filter(({ time }) => time.count > 0);
  text.counter(
    'shoal_http_requests_total',
    'Requests answered, by route and status; 499: the client went first, 0: any other.',
    seen.flatMap(({ route, statuses }) =>
      Object.entries(statuses).map(([status, count]) => [count, { route, status }] as const),
    ),
  );
  text.histogram(
    'shoal_http_request_duration_seconds',
    "From a request's head to its reply, by route.",
    seen.map(({ route, time }) => [time, { route }]),
  );
  text.counter('shoal_http_failures_total', 'Requests that failed inside of the server.', [[errors]]);
}

function writePool(text: PrometheusText, { pool, admission }: MetricsView): void {
  text.gauge('shoal_pool_tokens', 'Calls to the pool that may be in flight.', [[pool.tokens]]);
  text.gauge('shoal_pool_tokens_in_use', 'Calls to the pool in flight.', [[pool.in_use]]);
  text.gauge('shoal_pool_queue_length', 'Calls that wait for a token.', [[pool.queued]]);
  text.counter('shoal_pool_calls_total', 'Calls that pool threads took.', [[pool.calls]]);
  text.counter('shoal_pool_refused_total', 'Calls refused because too many waited.', [[pool.refused]]);
  text.histogram(
    'shoal_pool_token_wait_seconds',
    'Waits for a token; calls that got one at once are left out.',
    [[pool.wait]],
  );
  text.gauge('shoal_admission_permits', 'request_task calls admitted at once.', [[admission.permits]]);
  text.gauge('shoal_admission_in_use', 'request_task calls under way.', [[admission.in_use]]);
  text.counter('shoal_admission_rejected_total', 'request_task calls answered with "too busy".', [
    [admission.rejected],
  ]);
}

function writePages(text: PrometheusText, { pages }: MetricsView): void {
  text.gauge('shoal_page_calls_in_flight', 'Calls to page threads in flight.', [[pages.in_use]]);
  text.gauge('shoal_page_queue_length', 'Pages that wait for a token.', [[pages.queued]]);
  text.counter('shoal_page_calls_total', 'Calls that page threads took.', [[pages.calls]]);
  text.counter('shoal_page_shared_total', "Pages that were another visitor's of the same second.", [
    [pages.shared],
  ]);
  text.counter('shoal_page_refused_total', 'Pages refused because too many waited.', [[pages.refused]]);
  text.histogram(
    'shoal_page_token_wait_seconds',
    'Waits of pages for a token; those that got one at once are left out.',
    [[pages.wait]],
  );
}

function writeLocks(text: PrometheusText, { locks }: MetricsView): void {
  text.histogram(
    'shoal_lock_wait_seconds',
    'Waits for a lock that was not free.',
    locks.map(({ lock, wait }) => [wait, { lock }]),
  );
  text.histogram(
    'shoal_lock_hold_seconds',
    'How long locks were held; one hold in shoal_lock_timed_one_in is timed.',
    locks.map(({ lock, hold }) => [hold, { lock }]),
  );
  text.gauge(
    'shoal_lock_timed_one_in',
    'Of so many holds of the lock one is timed.',
    locks.map(({ lock, timed_one_in: n }) => [n, { lock }]),
  );
}

function writeStore(text: PrometheusText, { commits, store }: MetricsView): void {
  text.gauge('shoal_journal_lag', 'Numbered changes that are not durable yet.', [[commits.lag]]);
  text.counter('shoal_store_commits_total', 'Batches of changes made durable.', [[store.commits]]);
  text.counter('shoal_store_commit_failures_total', 'Batches refused by the store and tried again.', [
    [store.failures],
  ]);
  text.gauge('shoal_store_failing', '1 while the store refuses what it is given.', [[store.failing ? 1 : 0]]);
  text.gauge(
    'shoal_store_behind_seconds',
    'Age of the oldest durable change that the documents of the database lack, or how long writing what they lack takes, if more.',
    [[store.behind]],
  );
  text.histogram('shoal_store_commit_duration_seconds', 'Time to make a batch durable.', [[store.commit]]);
  text.histogram('shoal_store_group_size', 'Runs and tasks in a batch.', [[store.batch_size]], SIZE_BOUNDS);
  text.histogram('shoal_store_read_duration_seconds', 'Reads from the store by pool and page threads.', [
    [store.read],
  ]);
}

function writeFarm(text: PrometheusText, { farm, ready }: MetricsView): void {
  text.gauge('shoal_ready', '1 while /readyz says ready.', [[ready === 'ready' ? 1 : 0]]);
  text.gauge(
    'shoal_runs',
    'Unfinished runs by state.',
    Object.entries(farm.runs).map(([state, count]) => [count, { state }]),
  );
  text.gauge('shoal_tasks', 'Tasks of the runs in memory.', [[farm.tasks]]);
  text.gauge('shoal_workers', 'Workers on an active task.', [[farm.workers]]);
  text.gauge('shoal_worker_cores', 'Cores of these workers.', [[farm.cores]]);
  text.gauge('shoal_nodes_per_second', 'Nodes a second that these workers search.', [[farm.nps]]);
  text.gauge('shoal_games_per_minute', 'Games a minute that these workers should finish.', [
    [farm.games_per_minute],
  ]);
}

function writeProcess(text: PrometheusText, view: MetricsView): void {
  const { threads, memory, process, version } = view;
  text.gauge('shoal_info', 'What serves.', [[1, { version }]]);
  const loops = threads.flatMap(({ slot, role, loop }) =>
    loop === undefined ? [] : [{ loop, labels: { thread: String(slot), role } }],
  );
  for (const part of ['p50', 'p99', 'max'] as const) {
    text.gauge(
      `shoal_event_loop_delay_${part}_seconds`,
      'How late the event loop was in the last second.',
      loops.map(({ loop, labels }) => [loop[part], labels]),
    );
  }
  text.gauge(
    'shoal_event_loop_utilization_ratio',
    'How much of the last second the event loop was busy.',
    loops.map(({ loop, labels }) => [loop.utilisation, labels]),
  );
  text.gauge('shoal_threads', 'Threads by state.', [
    [threads.filter(({ alive }) => alive).length, { state: 'alive' }],
    [threads.filter(({ alive }) => !alive).length, { state: 'dead' }],
  ]);
  text.gauge('shoal_memory_reserved_bytes', 'The reservation of shared memory.', [[memory.reserved]]);
  text.gauge(
    'shoal_memory_table_bytes',
    'Reserved bytes by table.',
    memory.tables.map(({ table, bytes }) => [bytes, { table }]),
  );
  text.gauge(
    'shoal_memory_used',
    'Records (bytes for slab-bytes) in use by table.',
    memory.records.map(({ table, in_use: n }) => [n, { table }]),
  );
  text.gauge(
    'shoal_memory_limit',
    'Records (bytes for slab-bytes) that fit, by table.',
    memory.records.map(({ table, capacity }) => [capacity, { table }]),
  );
  text.gauge('shoal_dashboard_viewers', 'Dashboards that are open.', [[view.dashboard_viewers]]);
  text.gauge('nodejs_heap_used_bytes', 'Heap of the main thread.', [[memory.heap_used]]);
  text.gauge('process_resident_memory_bytes', 'Resident memory.', [[memory.rss]]);
  text.counter('process_cpu_seconds_total', 'User and system time.', [[process.cpu]]);
  text.gauge('process_start_time_seconds', 'When the server started.', [[view.start_time]]);
  if (process.open_fds !== undefined) {
    text.gauge('process_open_fds', 'Open file descriptors.', [[process.open_fds]]);
  }
}

function writeLive(text: PrometheusText, { live }: MetricsView): void {
  text.gauge('shoal_live_sockets', 'Pages with a socket for live updates.', [[live.sockets]]);
  text.counter('shoal_live_dropped_total', 'Such sockets that were closed because they read too slowly.', [
    [live.dropped],
  ]);
  text.counter('shoal_live_renders_total', 'Topics rendered for live updates.', [[live.renders]]);
}

function writeJobs(text: PrometheusText, { jobs }: MetricsView): void {
  const samples = (value: (job: MetricsView['jobs'][number]) => number): Sample[] =>
    jobs.map((job) => [value(job), { job: job.job }]);
  text.counter(
    'shoal_job_runs_total',
    'Runs of a periodic job.',
    samples(({ runs }) => runs),
  );
  text.counter(
    'shoal_job_failures_total',
    'Failed runs.',
    samples(({ failures }) => failures),
  );
  text.gauge(
    'shoal_job_last_failed',
    '1 when the last run failed.',
    samples(({ failed }) => Number(failed)),
  );
  text.gauge(
    'shoal_job_last_duration_seconds',
    'Time of the last run.',
    samples((job) => job.last_seconds),
  );
  text.gauge(
    'shoal_job_last_start_timestamp_seconds',
    'Start of the last run.',
    samples((job) => job.last_time),
  );
}

function writeCluster(text: PrometheusText, { cluster, start_steps: steps }: MetricsView): void {
  const { role, epoch, standbys, lease_age, takeover } = cluster;
  text.gauge(
    'shoal_cluster_role',
    '1 for what this primary is among those of its store.',
    ROLES.map((name) => [Number(name === role), { role: name }]),
  );
  text.gauge('shoal_cluster_epoch', 'Rises with every primary that has the store; 0 while it waits.', [
    [epoch],
  ]);
  text.gauge(
    'shoal_cluster_standbys',
    'Primaries that stand by; absent with STANDBY=refuse.',
    standbys === undefined ? [] : [[standbys]],
  );
  text.gauge(
    'shoal_lease_age_seconds',
    'Since the database confirmed the lease; absent for an embedded store and with STANDBY=refuse.',
    lease_age === undefined ? [] : [[lease_age]],
  );
  text.gauge(
    'shoal_takeover_seconds',
    'From taking the store to the first answer; 0 when it took over from none.',
    [[takeover]],
  );
  text.gauge(
    'shoal_start_step_seconds',
    'How long each step took of the start, or of the takeover.',
    Object.entries(steps).map(([step, seconds]) => [seconds, { step }] as const),
  );
}
