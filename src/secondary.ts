/**
 * A secondary instance beside a primary on the same database (spec: scheduling.md §13): it keeps no runs in memory, answers reads
 * from the database, takes PGNs, and refuses what only the primary does.
 */
import type { Logger } from 'pino';
import type { Config } from './config.js';
import type { FrontThreadData } from './http/front-thread.js';
import { probeStore } from './jobs/probe-store.js';
import type { Shared } from './pool/shared.js';
import type { StoreCommand, StoreThreadData } from './pool/store-thread.js';
import { setLegacyUsernames } from './protocol/configured-names.js';
import { takeSteps } from './shutdown.js';
import { openStore } from './store/open-store.js';

const STORE_PROBE_MS = 5000;
/** Accounts change on the primary: a password or a standing is read again after this time, as in the reference. */
const CREDENTIAL_MAX_AGE_MS = 120_000;

/** The ports tell the role as in the reference: an instance is a secondary only when both are given and differ. */
export function isPrimary({ FISHTEST_PORT: own, FISHTEST_PRIMARY_PORT: text }: Config): boolean {
  return !/^\d+$/.test(text) || own === 0 || Number(text) === own;
}

/** How long a verified password is believed. */
export function credentialMaxAge(config: Config): number {
  const wanted = config.CREDENTIAL_MAX_AGE_S * 1000;
  return isPrimary(config) ? wanted : Math.min(wanted, CREDENTIAL_MAX_AGE_MS);
}

type ThreadData = Omit<StoreThreadData, 'storeUrl' | 'flushIntervalMs' | 'isPrimary'>;

export interface SecondaryParts {
  config: Config;
  log: Logger;
  version: string;
  shared: Shared;
  threadData: ThreadData;
  startStore: (data: StoreThreadData) => Promise<{
    worker: { postMessage(command: StoreCommand): void };
    stop: () => Promise<void>;
  }>;
  startFronts: (
    config: Config,
    data: ThreadData & Pick<FrontThreadData, 'legacyUsernames'>,
  ) => Promise<{ port: number; stop: () => Promise<unknown> }>;
}

export async function startSecondary(parts: SecondaryParts): Promise<void> {
  const { config, log, shared, threadData, version } = parts;
  const { STORE_URL: storeUrl, FLUSH_INTERVAL_MS: flushIntervalMs } = config;
  const storeThread = await parts.startStore({ ...threadData, storeUrl, flushIntervalMs, isPrimary: false });
  const reader = await openStore(storeUrl).openReader();
  const legacyUsernames = ((await reader.keyValue('legacy_usernames')) ?? []) as string[];
  setLegacyUsernames(legacyUsernames);
  storeThread.worker.postMessage({ kind: 'start', legacyUsernames });
  shared.admission.resize(config.TASK_SEMAPHORE_SIZE);
  shared.tokens.store(config.THREADPOOL_TOKENS);
  const fronts = await parts.startFronts(config, { ...threadData, legacyUsernames });
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
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'draining');
    shared.draining.store(1);
    clearInterval(probing);
    const steps = [
      { name: 'close the sockets', run: () => fronts.stop() },
      { name: 'write everything', run: () => storeThread.stop(), isVital: true },
      { name: 'close the store', run: () => reader.close() },
    ];
    const clean = await takeSteps(steps, {
      timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
      onError: (step, error) => log.error({ step, error: String(error) }, 'a step of stopping failed'),
    });
    process.exit(clean ? 0 : 1);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}
