/**
 * A primary: starts its parts in the order in which they need each other, and stops them in reverse.
 *
 * Workers are served last: whoever finds their port open finds the admin API, too.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { listedUrls } from '../config/setting-checks.js';
import { sqliteDirectory } from '../config/store-url.js';
import { JobSchedule } from '../jobs/job-schedule.js';
import { periodicJobs } from '../jobs/periodic.js';
import { storeSeenAddresses } from '../jobs/store-seen-addresses.js';
import { storeWorkerRuns, updateSpeeds, updateThroughput } from '../jobs/upkeep.js';
import { logAction, withSystem } from '../operations/changes.js';
import type { KnownWorkers } from '../operations/recovery/known-workers.js';
import { recover } from '../operations/recovery/recover.js';
import { SYSTEM_USERNAME } from '../protocol/action-schema.js';
import { legacyUsernamesInForce } from '../protocol/configured-names.js';
import type { Shared } from '../runtime/shared.js';
import type { State } from '../state/state.js';
import { openStore } from '../store/open-store.js';
import type { Reader } from '../store/port.js';
import { followSettings } from './follow-settings.js';
import { mayWait, ownScheme } from './role.js';
import type { ServerParts } from './server-parts.js';
import { lossText, runShutdownSteps, type StopStep } from './shutdown.js';
import type { Admin } from './start-admin.js';
import { masterPeriod, type RunningGitHub, startGitHub } from './start-github.js';
import { Succession } from './succession.js';
import { startTelemetry } from './telemetry.js';
import { choosePort, FrontThreads } from './threads/front-handle.js';
import { type StandbyEvents, WriterThread } from './threads/writer-handle.js';
import { watchStore } from './watch-store.js';

/** Of the writer's time, for its last request, its lease and its connections. */
const CLOSE_MS = 500;
/** Between the first refused request and the end of the jobs (docs/spec/scheduling.md §10). */
const GRACE_MS = 500;

/** What runs, and what a stop has to end. */
interface Primary {
  readonly config: Config;
  readonly log: Logger;
  readonly shared: Shared;
  readonly reader: Reader;
  readonly writer: WriterThread;
  readonly admin: Admin;
  readonly fronts: FrontThreads;
  readonly jobs: Jobs;
  readonly endWatches: readonly (() => void)[];
  readonly succession: Succession;
}

interface Jobs {
  stop(): Promise<void>;
}

/** Resolves when workers are served: for a standby, when it has taken over. @throws Error when a part cannot be started */
export async function startPrimary(parts: ServerParts): Promise<void> {
  const { settings, log, shared, threadData, version, began, signals, onThreadExit } = parts;
  const { config } = settings;
  const succession = new Succession(parts);
  const waiting = await succession.standBy();
  shared.startSteps.begin();
  const writer = await startWriter(parts, waiting?.events);
  succession.hold(writer);
  const reader = await openStore(config.STORE_URL).openReader(writer.epoch);
  const listening = waiting && succession.listen();
  shared.startSteps.end('store');
  const recovery = await recoverState(parts, reader, succession.known);
  const legacyUsernames = [...legacyUsernamesInForce()];
  writer.begin(legacyUsernames);

  const port = waiting?.port ?? (await choosePort(config));
  const admin = waiting?.admin ?? (await succession.openAdmin());
  await admin.serve({ reader, writer, workerPort: port, handOver: () => signals.stop('handover') });
  const opened = await listening;
  const github = opened?.github ?? startGitHub({ config, log, state: shared.state, reader });
  const frontState = { ...threadData, legacyUsernames, github: github.access };
  const fronts =
    opened?.fronts ?? (await FrontThreads.start(config, frontState, { log, onThreadExit, port }));
  noteSystemEvent(shared.state, `start fishtest@${port}`);
  const jobs = startJobs(config, log, shared, reader, github);
  const endWatches = [
    await watchStore(shared, reader, log),
    startTelemetry({
      config,
      log,
      shared,
      reader,
      sampler: admin.sampler,
      fronts,
      cluster: () => succession.view(),
    }),
  ];
  followSettings(settings, shared, log);
  succession.serve();
  shared.startSteps.end('listeners');
  signals.onReload(() => fronts.send({ kind: 'certificate' }));
  const primary: Primary = {
    config,
    log,
    shared,
    reader,
    writer,
    admin,
    fronts,
    jobs,
    endWatches,
    succession,
  };
  signals.onStop(() => stopPrimary(primary));
  signals.onHandOver(() => shared.tenure.standbys.load() > 0);
  // Said last: whoever reads it may ask for the stop at once.
  const { runs, tasks } = recovery;
  const steps = wholeMs(shared.startSteps.read());
  const url = `${ownScheme(config)}://localhost:${port}`;
  const { epoch } = writer;
  log.info(
    { port, adminPort: admin.port, runs, tasks, epoch, ms: Date.now() - began, steps, url },
    `Shoal ${version} serves workers`,
  );
}

function startWriter(
  { settings, log, threadData, onThreadExit }: ServerParts,
  events?: StandbyEvents,
): Promise<WriterThread> {
  const {
    STORE_URL: storeUrl,
    FLUSH_INTERVAL_MS: flushIntervalMs,
    CLUSTER_LEASE_MS: leaseMs,
  } = settings.config;
  const waits = mayWait(settings.config);
  const data = { ...threadData, isPrimary: true, storeUrl, flushIntervalMs, waits, leaseMs };
  return WriterThread.start(data, log, onThreadExit, events);
}

/** Builds memory from the store, with every derived number made anew. */
async function recoverState({ shared, log, began }: ServerParts, reader: Reader, workers?: KnownWorkers) {
  const { state, startSteps } = shared;
  const recovery = await recover(state, reader, began, {
    ...(workers !== undefined && { workers }),
    ended: (step) => startSteps.end(step),
  });
  for (const correction of recovery.corrections) {
    log.warn({ correction }, 'corrected at start-up');
    noteSystem(state, 'log_message', `Corrected at start-up: ${correction}`);
  }
  updateThroughput(state);
  updateSpeeds(state);
  return recovery;
}

function wholeMs(times: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, Math.round(ms)]));
}

function startJobs(
  config: Config,
  log: Logger,
  shared: Shared,
  reader: Reader,
  { service, stop }: RunningGitHub,
): Jobs {
  const github = service.isOn ? service : undefined;
  const booksSource = service.isOn || config.BOOKS_URL !== '' ? service : undefined;
  const isStoreShared = sqliteDirectory(config.STORE_URL) === undefined;
  const mode = config.SHOAL_CONTRIBUTORS;
  const schedule = new JobSchedule(
    periodicJobs({
      state: shared.state,
      reader,
      github,
      booksSource,
      masterPeriod: masterPeriod(config),
      isStoreShared,
      countsContributors: mode === 'on' || mode === 'off' ? mode : 'auto',
      webHooks: {
        urls: listedUrls(config.WEB_HOOK_URLS),
        secret: config.WEB_HOOK_SECRET,
        publicUrl: config.FISHTEST_URL,
      },
      onWebHookNews: (news) =>
        news.problem === undefined
          ? log.info(news, 'a web hook takes messages again')
          : log.warn(news, 'a web hook did not take a message'),
    }),
    {
      onError: (job, err) => log.error({ job, err }, 'job failed'),
      onChange: (job, now) => shared.jobs.record(job, now),
      onResult: (job, result, ms) => log.debug({ job, result, ms: Math.round(ms) }, 'job done'),
    },
  );
  const end = new AbortController();
  const finished = schedule.run(end.signal);
  return {
    async stop() {
      end.abort();
      stop();
      await finished;
    },
  };
}

/** @returns whether everything ended in time and the store has all changes */
async function stopPrimary(primary: Primary): Promise<boolean> {
  const { config, log, shared, endWatches, succession, fronts } = primary;
  const { commits } = shared.state;
  const isHandedOver = await succession.leave(fronts);
  shared.draining.store(1);
  for (const end of endWatches) end();
  const isClean = await runShutdownSteps(stopSteps(primary, isHandedOver), {
    timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
    onError: (step, err) => log.error({ step, err }, 'a step of stopping failed'),
  });
  const changes = commits.lag();
  if (changes > 0) log.error({ changes }, lossText(config.DURABILITY));
  return isClean && changes === 0;
}

/** @param isHandedOver another primary listens already: nobody new comes who has to be told to try again */
function stopSteps(
  { shared, reader, writer, admin, fronts, jobs }: Primary,
  isHandedOver: boolean,
): StopStep[] {
  const { state } = shared;
  return [
    { name: 'let requests end', run: () => sleep(isHandedOver ? 0 : GRACE_MS) },
    { name: 'stop the jobs', share: 0.15, run: () => jobs.stop() },
    { name: 'close the sockets', run: (ms) => fronts.stop(ms) },
    { name: 'close the admin API', run: () => admin.close() },
    { name: 'withdraw the admin address', run: () => admin.withdraw() },
    { name: 'keep what workers have seen', run: () => storeWorkerRuns(state) },
    { name: 'keep where from passwords were right', run: () => storeSeenAddresses(state) },
    { name: 'note the stop', run: () => noteSystemEvent(state, `stop fishtest@${fronts.port}`) },
    { name: 'write everything', run: (ms) => writer.stop(ms - CLOSE_MS), isVital: true },
    { name: 'close the store', run: () => reader.close() },
  ];
}

/** In the reference's words, which name its unit of systemd: tools look for them. */
function noteSystemEvent(state: State, message: string): void {
  noteSystem(state, 'system_event', message);
}

function noteSystem(state: State, kind: 'system_event' | 'log_message', message: string): void {
  withSystem(state, (slot) =>
    logAction(state, slot, Date.now(), kind, { username: SYSTEM_USERNAME, message }),
  );
  state.commits.next();
}
