/**
 * A secondary instance beside a primary on the same database (spec: scheduling.md §13): it keeps no runs in memory, answers reads
 * from the database, takes PGNs, and refuses what only the primary does.
 */
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { probeStore } from '../jobs/probe-store.js';
import { setLegacyUsernames } from '../protocol/configured-names.js';
import type { Shared, ThreadData } from '../runtime/shared.js';
import { openStore } from '../store/open-store.js';
import { endProcess } from './exit.js';
import { runShutdownSteps, type StopStep } from './shutdown.js';
import { FrontThreads } from './threads/front-handle.js';
import { StoreThread } from './threads/writer-handle.js';

const STORE_PROBE_MS = 5000;

export interface SecondaryParts {
  config: Config;
  log: Logger;
  version: string;
  shared: Shared;
  threadData: ThreadData;
  onLost: (role: string, code: number) => void;
}

export async function startSecondary(parts: SecondaryParts): Promise<void> {
  const { config, log, shared, threadData, version, onLost } = parts;
  const { STORE_URL: storeUrl, FLUSH_INTERVAL_MS: flushIntervalMs } = config;
  const storeData = { ...threadData, storeUrl, flushIntervalMs, isPrimary: false };
  const storeThread = await StoreThread.start(storeData, log, (code) => onLost('store', code));
  const reader = await openStore(storeUrl).openReader();
  const legacyUsernames = ((await reader.keyValue('legacy_usernames')) ?? []) as string[];
  setLegacyUsernames(legacyUsernames);
  storeThread.begin(legacyUsernames);
  shared.admission.resize(config.TASK_SEMAPHORE_SIZE);
  shared.tokens.store(config.THREADPOOL_TOKENS);
  const fronts = await FrontThreads.start(config, { ...threadData, legacyUsernames }, { log, onLost });
  const watchStore = async () => {
    const problem = await probeStore(shared, reader);
    if (problem !== undefined) log.error({ error: problem }, 'the store cannot be read');
  };
  await watchStore();
  const probing = setInterval(() => void watchStore(), STORE_PROBE_MS);
  const { port } = fronts;
  log.info(
    { port, primaryPort: config.FISHTEST_PRIMARY_PORT },
    `Shoal ${version} serves reads as a secondary`,
  );

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return await endProcess(1);
    stopping = true;
    log.info({ signal }, 'draining');
    shared.draining.store(1);
    clearInterval(probing);
    const steps: StopStep[] = [
      { name: 'close the sockets', run: (ms) => fronts.stop(ms) },
      { name: 'write everything', run: () => storeThread.stop(), isVital: true },
      { name: 'close the store', run: () => reader.close() },
    ];
    const clean = await runShutdownSteps(steps, {
      timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
      onError: (step, error) => log.error({ step, error: String(error) }, 'a step of stopping failed'),
    });
    await endProcess(clean ? 0 : 1);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}
