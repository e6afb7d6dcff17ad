/**
 * A secondary beside a primary on the same database (docs/spec/scheduling.md §13): it keeps no runs in memory, answers reads
 * from the database, takes PGNs, and refuses what only the primary does.
 */
import { legacyUsernamesOf, setLegacyUsernames } from '../protocol/configured-names.js';
import { openStore } from '../store/open-store.js';
import { followSettings } from './follow-settings.js';
import type { ServerParts } from './server-parts.js';
import { runShutdownSteps, type StopStep } from './shutdown.js';
import { startGitHub } from './start-github.js';
import { choosePort, FrontThreads } from './threads/front-handle.js';
import { WriterThread } from './threads/writer-handle.js';
import { watchStore } from './watch-store.js';

/** Resolves when reads are served. @throws Error when a part cannot be started */
export async function startSecondary(parts: ServerParts): Promise<void> {
  const { settings, log, shared, threadData, version, signals, onThreadExit } = parts;
  const { config } = settings;
  const { STORE_URL: storeUrl, FLUSH_INTERVAL_MS: flushIntervalMs } = config;
  const data = { ...threadData, storeUrl, flushIntervalMs, isPrimary: false, waits: false, leaseMs: 0 };
  const writer = await WriterThread.start(data, log, onThreadExit);
  const reader = await openStore(storeUrl).openReader();
  const legacyUsernames = legacyUsernamesOf(await reader.keyValue('legacy_usernames'));
  setLegacyUsernames(legacyUsernames);
  writer.begin(legacyUsernames);
  followSettings(settings, shared, log);
  const github = startGitHub({ config, log, state: shared.state, reader });
  const port = await choosePort(config);
  const fronts = await FrontThreads.start(
    config,
    { ...threadData, legacyUsernames, github: github.access },
    { log, onThreadExit, port },
  );
  const endWatch = await watchStore(shared, reader, log);
  signals.onReload(() => fronts.send({ kind: 'certificate' }));
  signals.onStop(async () => {
    shared.draining.store(1);
    endWatch();
    github.stop();
    const steps: StopStep[] = [
      { name: 'close the sockets', run: (ms) => fronts.stop(ms) },
      { name: 'write everything', run: (ms) => writer.stop(ms), isVital: true },
      { name: 'close the store', run: () => reader.close() },
    ];
    return await runShutdownSteps(steps, {
      timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
      onError: (step, err) => log.error({ step, err }, 'a step of stopping failed'),
    });
  });
  log.info(
    { port, primaryPort: config.FISHTEST_PRIMARY_PORT },
    `Shoal ${version} serves reads as a secondary`,
  );
}
