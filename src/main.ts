/** Starts the floors: store, recovery, front threads, admin API, jobs. Stops them in reverse. */
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigError } from './config/config.js';
import { Settings, unknownText, withoutCredentials } from './config/live-settings.js';
import { startAdminServer } from './http/admin-api/admin-server.js';
import { makeStatus } from './http/admin-api/admin-status.js';
import { operatorPages } from './http/admin-api/operator-pages.js';
import { makeAdminService } from './http/admin-api/run-service.js';
import { loadOrCreateAdminAccess } from './http/admin-api/token.js';
import { GITHUB_API_URL, GitHub } from './jobs/github.js';
import { JobSchedule } from './jobs/job-schedule.js';
import { periodicJobs } from './jobs/periodic.js';
import { probeStore } from './jobs/probe-store.js';
import { storeWorkerRuns, updateSpeeds, updateThroughput } from './jobs/upkeep.js';
import { LiveFeed } from './metrics/live-feed.js';
import { Sampler } from './metrics/sampler.js';
import { SlowHolds } from './metrics/slow-holds.js';
import { logAction, withSystem } from './operations/changes.js';
import { recover } from './operations/recovery/recover.js';
import { SYSTEM_USERNAME } from './protocol/action-schema.js';
import { legacyUsernamesInForce } from './protocol/configured-names.js';
import { Shared, type SharedOptions } from './runtime/shared.js';
import { watchLoop } from './runtime/watch-loop.js';
import { endProcess } from './server/exit.js';
import { makeLog } from './server/log.js';
import { isPrimary } from './server/role.js';
import { startSecondary } from './server/secondary.js';
import { lossText, runShutdownSteps } from './server/shutdown.js';
import { FrontThreads } from './server/threads/front-handle.js';
import { EXIT_THREAD_EXITED, startReaper } from './server/threads/reaper-handle.js';
import { StoreThread } from './server/threads/writer-handle.js';
import { openStore, sqliteDirectory } from './store/open-store.js';

/** Bytes of the reservation that the tables do not take are the slab's, at most this share. */
const SLAB_SHARE = 0.5;
const EXIT_CONFIG = 78;
const STORE_PROBE_MS = 5000;
const SAMPLE_MS = 1000;
/** Between the first refused request and the end of the jobs (scheduling.md §10). */
const GRACE_MS = 500;

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
let settings: Settings;
try {
  if (!/^v20\./.test(process.version)) {
    throw new ConfigError([
      `Node.js ${process.version} is not supported: Shoal's native parts need Node.js 20`,
    ]);
  }
  settings = new Settings(process.env);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`shoal: ${error.message}\n`);
  process.exit(EXIT_CONFIG);
}
if (process.argv.includes('--check-config')) {
  for (const name of settings.unknown()) process.stdout.write(`${unknownText(name)}\n`);
  process.stdout.write('the configuration is good\n');
  process.exit(0);
}
const log = makeLog(settings.config);
for (const name of settings.unknown()) log.warn(unknownText(name));

await start(settings.config).catch((error: unknown) => {
  log.fatal(error instanceof Error ? error.message : String(error));
  return endProcess(1);
});

async function start(config: Config): Promise<void> {
  const began = Date.now();
  const options: SharedOptions = {
    sizes: {
      runs: config.SHOAL_MAX_RUNS,
      tasks: config.SHOAL_MAX_TASKS,
      workers: config.SHOAL_MAX_WORKERS,
      users: config.SHOAL_MAX_USERS,
      slabBytes: config.SHARED_MEMORY_MB * 1024 * 1024 * SLAB_SHARE,
    },
    taskSemaphoreSize: config.TASK_SEMAPHORE_SIZE,
    tokens: config.THREADPOOL_TOKENS,
  };
  const shared = Shared.create(config.SHARED_MEMORY_MB * 1024 * 1024, options);
  const { state } = shared;
  state.threads.join('main');
  watchLoop(shared);
  const threadData = { ...options, buffer: shared.region.buffer };

  startReaper(
    threadData,
    (report) => log.error(report, 'a thread died: what it held is whole again and free'),
    (code) => lost('warden', code),
  );
  if (!isPrimary(config)) {
    await startSecondary({ config, log, shared, threadData, version, onLost: lost });
    return;
  }
  const { STORE_URL: storeUrl, FLUSH_INTERVAL_MS: flushIntervalMs } = config;
  const storeData = { ...threadData, isPrimary: true, storeUrl, flushIntervalMs };
  const storeThread = await StoreThread.start(storeData, log, (code) => lost('store', code));
  const reader = await openStore(config.STORE_URL).openReader();
  const recovery = await recover(state, reader, began);
  for (const correction of recovery.corrections) {
    log.warn({ correction }, 'corrected at start-up');
    note('log_message', `Corrected at start-up: ${correction}`);
  }
  updateThroughput(state);
  updateSpeeds(state);
  const names = [...legacyUsernamesInForce()];
  storeThread.begin(names);

  const fronts = await FrontThreads.start(
    config,
    { ...threadData, legacyUsernames: names },
    { log, onLost: lost },
  );
  const { port } = fronts;
  note('system_event', `start, port ${port}`);
  const durable = async (sequence: number) => {
    while (!state.commits.isDurable(sequence)) {
      await state.commits.durable.waitAsync(state.commits.durable.load(), 100);
    }
  };
  const access = await loadOrCreateAdminAccess(dataDirectory(config));
  const about = {
    version,
    began,
    store: withoutCredentials(config.STORE_URL),
    workerUrl: localUrl(config.HTTP_HOST, port),
  };
  const service = makeAdminService({
    state,
    reader,
    durable,
    backup: (file) => storeThread.backup(file),
    settings,
    status: () => makeStatus(shared, about, reader),
  });
  const collectParts = { shared, version, began };
  const sampler = new Sampler(collectParts);
  const admin = await startAdminServer({
    pages: operatorPages(collectParts, sampler),
    host: config.ADMIN_HOST,
    port: config.ADMIN_PORT,
    token: access.token,
    service,
    onError: (verb, error) => log.error({ verb, error: String(error) }, 'admin request failed'),
  });
  await access.publish(admin.host, admin.port);
  const jobs = new AbortController();
  const github =
    config.SHOAL_GITHUB === 'on'
      ? new GitHub({ token: config.GH_TOKEN, apiUrl: config.GITHUB_API_URL || GITHUB_API_URL })
      : undefined;
  const schedule = new JobSchedule(
    periodicJobs({ state, reader, github, isStoreShared: sqliteDirectory(config.STORE_URL) === undefined }),
    {
      onError: (job, error) => log.error({ job, error: String(error) }, 'job failed'),
      onChange: (job, now) => shared.jobs.record(job, now),
      onResult: (job, result, ms) => log.debug({ job, result, ms: Math.round(ms) }, 'job done'),
    },
  );
  const finished = schedule.run(jobs.signal);

  await watchStore();
  const probing = setInterval(() => void watchStore(), STORE_PROBE_MS);
  const slowHolds = new SlowHolds(state.lockMeters, config.LOCK_HOLD_WARN_MS);
  const feed = new LiveFeed({
    state,
    reader,
    sampler,
    store: withoutCredentials(config.STORE_URL),
    pages: config.FISHTEST_URL.replace(/\/$/, ''),
    send: (update) => fronts.send(update),
  });
  fronts.onViewer(() => void feed.sendFarm().catch(() => {}));
  const sampling = setInterval(() => {
    void feed.tick().catch((error) => log.error({ error: String(error) }, 'the dashboard was not told'));
    for (const hold of slowHolds.look()) log.warn(hold, 'a lock was held for long');
  }, SAMPLE_MS);
  async function watchStore(): Promise<void> {
    const problem = await probeStore(shared, reader);
    if (problem !== undefined) log.error({ error: problem }, 'the store cannot be read');
  }

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return await endProcess(1);
    stopping = true;
    log.info({ signal }, 'draining');
    shared.draining.store(1);
    clearInterval(probing);
    clearInterval(sampling);
    const clean = await runShutdownSteps(
      [
        { name: 'let requests end', run: () => sleep(GRACE_MS) },
        {
          name: 'stop the jobs',
          share: 0.15,
          run: () => {
            jobs.abort();
            return finished;
          },
        },
        { name: 'close the sockets', run: (ms) => fronts.stop(ms) },
        { name: 'close the admin API', run: () => admin.close() },
        { name: 'withdraw the admin address', run: () => access.withdraw() },
        { name: 'keep what workers have seen', run: () => storeWorkerRuns(state) },
        { name: 'note the stop', run: () => note('system_event', `stop, port ${port}`) },
        { name: 'write everything', run: () => storeThread.stop(), isVital: true },
        { name: 'close the store', run: () => reader.close() },
      ],
      {
        timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
        onError: (step, error) => log.error({ step, error: String(error) }, 'a step of stopping failed'),
      },
    );
    if (state.commits.lag() > 0) log.error({ changes: state.commits.lag() }, lossText(config.DURABILITY));
    log.info(clean ? 'stopped' : 'stopped, not cleanly');
    await endProcess(clean ? 0 : 1);
  };
  applyLiveSettings(config);
  settings.onChange = (changed) => {
    applyLiveSettings(changed);
    const { THREADPOOL_TOKENS, TASK_SEMAPHORE_SIZE, LOG_LEVEL } = changed;
    log.info({ THREADPOOL_TOKENS, TASK_SEMAPHORE_SIZE, LOG_LEVEL }, 'settings in force from now on');
  };
  process.on('SIGHUP', () => {
    try {
      const { changed, needRestart, unknown } = settings.reload();
      for (const name of unknown) log.warn(unknownText(name));
      log.info({ changed, needRestart }, 'configuration read again');
    } catch (error) {
      log.error({ error: String(error) }, 'configuration not taken up: everything stays as it was');
    }
  });
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
  // Said last: whoever reads it may ask for the stop at once.
  const { runs, tasks } = recovery;
  const url = `http://localhost:${port}`;
  log.info(
    { port, adminPort: admin.port, runs, tasks, ms: Date.now() - began, url },
    `Shoal ${version} serves workers`,
  );

  function applyLiveSettings(live: Config): void {
    log.level = live.LOG_LEVEL;
    shared.logsRequests.store(log.isLevelEnabled('debug') ? 1 : 0);
    shared.admission.resize(live.TASK_SEMAPHORE_SIZE);
    shared.tokens.store(live.THREADPOOL_TOKENS);
  }

  function note(kind: 'system_event' | 'log_message', message: string): void {
    withSystem(state, (slot) =>
      logAction(state, slot, Date.now(), kind, { username: SYSTEM_USERNAME, message }),
    );
    state.commits.next();
  }
}

/** A thread is gone that the others need. Nothing acknowledged is lost: a supervisor starts the server again. */
function lost(role: string, code: number): void {
  log.fatal({ role, code }, 'a thread that the server needs has ended: the server ends too, start it again');
  void endProcess(EXIT_THREAD_EXITED);
}

/** Where the admin token lies: beside an embedded store, or where SHOAL_DATA says. */
function dataDirectory({ SHOAL_DATA: directory, STORE_URL: storeUrl }: Config): string {
  return directory === '' ? (sqliteDirectory(storeUrl) ?? './data') : directory;
}

/** An address of all interfaces is also that of the loopback. */
function localUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
