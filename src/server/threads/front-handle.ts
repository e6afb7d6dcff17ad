/** The main thread's handle of the front threads: starts them on one port, passes on what they say, stops them. */
import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Config } from '../../config/config.js';
import { freePort, requireFreePort } from '../../http/transport/free-port.js';
import { inPortTurn } from '../../http/transport/port-turn.js';
import { tlsFiles } from '../../http/transport/tls.js';
import { longestPgn } from '../../store/open-store.js';
import { closeBeforeEnd } from '../exit.js';
import { netsDirectory } from '../nets-directory.js';
import { credentialMaxAge, isPrimary, mayWait } from '../role.js';
import { siteLimits, siteSettings } from '../site-config.js';
import type { FrontCommand, FrontMessage, FrontThreadData } from './front-messages.js';
import { type OnThreadExit, superviseThread } from './supervise.js';

/** As many as THREADPOOL_TOKENS can be. */
const MOST_TOKENS = 10_000;

/** Of the time that stopping may take; the rest is for ending threads that hang. */
const STOP_SHARE = 0.7;

/** What a front thread shares with the others. */
export type FrontState = Pick<
  FrontThreadData,
  'legacyUsernames' | 'buffer' | 'sizes' | 'taskSemaphoreSize' | 'github'
>;

export interface FrontOptions {
  readonly log: Logger;
  /** A thread exited that was not told to, or its pool is broken for good. */
  readonly onThreadExit: OnThreadExit;
  /** From `choosePort`. */
  readonly port: number;
  /** They listen when `listen` is called, and whoever connects waits until the doors are opened (`runtime/tenure.ts`). */
  readonly awaitsDoors?: boolean;
}

/**
 * The port that the front threads are to share among them and with nobody else. uWS shares only a port that it was told, so
 * one that the system chooses has to be known before it listens.
 * @throws Error when another program has it
 */
export async function choosePort(config: Config): Promise<number> {
  const { FISHTEST_PORT: port, HTTP_HOST: host } = config;
  if (port === 0) return await freePort(host);
  // The primary before may listen there still.
  if (mayWait(config)) return port;
  await requireFreePort(host, port);
  return port;
}

export class FrontThreads {
  readonly port: number;
  readonly #workers: Worker[] = [];
  readonly #expectEnds: (() => void)[] = [];

  private constructor(port: number) {
    this.port = port;
    closeBeforeEnd(() => this.#order({ kind: 'close' }, 'closed'));
  }

  /** Resolves when all of them listen, or are loaded when they await doors. @throws Error when one cannot */
  static async start(
    config: Config,
    state: FrontState,
    { log, onThreadExit, port, awaitsDoors = false }: FrontOptions,
  ): Promise<FrontThreads> {
    const data = { ...threadData(config, state, port), awaitsDoors };
    const threads = new FrontThreads(port);
    const begin = async () => {
      for (let i = 0; i < data.fronts; i++) {
        const workerData: FrontThreadData = { ...data, index: i };
        const worker = new Worker(new URL('./front-thread.js', import.meta.url), { workerData });
        await begun(worker, log, () => onThreadExit('pool', 1));
        threads.#workers.push(worker);
        threads.#expectEnds.push(superviseThread(worker, 'front', onThreadExit));
      }
    };
    if (awaitsDoors) await begin();
    else {
      await inPortTurn(port, async () => {
        // It was free when it was chosen; since then another server may have begun, too.
        await requireFreePort(data.host, port);
        await begin();
      });
    }
    if (data.fronts > 1) relayLive(threads.#workers);
    return threads;
  }

  /** Resolves when what was admitted is answered and the threads have ended their pools and sockets: before `ms` are over. */
  async stop(ms: number): Promise<void> {
    for (const expect of this.#expectEnds) expect();
    await this.#order({ kind: 'stop', ms: ms * STOP_SHARE }, 'stopped');
  }

  /** Another primary listens. Resolves when no thread does, and those that were connected are answered: within `ms` or so. */
  async leave(ms: number): Promise<void> {
    await this.#order({ kind: 'leave', ms }, 'left');
  }

  send(command: FrontCommand): void {
    for (const worker of this.#workers) worker.postMessage(command);
  }

  /** Of threads that are loaded. Resolves when all of them listen. @throws Error when one cannot */
  async listen(): Promise<void> {
    const listening = this.#workers.map(
      (worker) =>
        new Promise<void>((resolve, reject) => {
          worker.on('message', (message: FrontMessage) => {
            if (message.kind === 'listening') resolve();
            else if (message.kind === 'failed') reject(new Error(message.message));
          });
        }),
    );
    this.send({ kind: 'listen' });
    await Promise.all(listening);
  }

  /** Calls `act` when somebody opens the dashboard. */
  onViewer(act: () => void): void {
    for (const worker of this.#workers) {
      worker.on('message', (message: FrontMessage) => {
        if (message.kind === 'viewer') act();
      });
    }
  }

  /** Resolves when each thread has said that it is done, or is gone. */
  async #order(command: FrontCommand, done: 'left' | 'closed' | 'stopped'): Promise<void> {
    await Promise.all(
      this.#workers.map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.on('message', (message: FrontMessage) => {
              if (message.kind === done) resolve();
            });
            worker.once('exit', () => resolve());
            if (worker.threadId === -1) resolve();
            worker.postMessage(command);
          }),
      ),
    );
  }
}

/** The first thread renders what pages of all threads watch. */
function relayLive(workers: readonly Worker[]): void {
  const [first, ...others] = workers;
  for (const worker of workers) {
    worker.on('message', (message: FrontMessage) => {
      if (message.kind === 'liveWanted') first!.postMessage(message satisfies FrontCommand);
      else if (message.kind === 'liveNews') {
        for (const other of others) other.postMessage(message satisfies FrontCommand);
      }
    });
  }
}

function threadData(
  config: Config,
  state: FrontState,
  port: number,
): Omit<FrontThreadData, 'awaitsDoors' | 'index'> {
  const count = config.HTTP_THREADS;
  const sessionSecret = config.FISHTEST_AUTHENTICATION_SECRET || randomBytes(32).toString('hex');
  const poolThreads = Math.ceil(config.THREADPOOL_THREADS / count);
  const pageThreads = config.SITE === 'on' ? Math.ceil(config.SITE_THREADS / count) : 0;
  const readers = (poolThreads + pageThreads) * count;
  return {
    ...state,
    isPrimary: isPrimary(config),
    storeUrl: config.STORE_URL,
    uwsPath: config.UWS_PATH,
    tls: tlsFiles(config.TLS_CERT_FILE, config.TLS_KEY_FILE),
    host: config.HTTP_HOST,
    port,
    poolThreads,
    pageThreads,
    pageNice: config.SITE_NICE,
    // The tokens limit what is in flight, and may become more while the server runs.
    callsPerThread: MOST_TOKENS,
    hangMs: config.TASK_TIMEOUT_MS,
    fronts: count,
    slowMs: config.SLOW_REQUEST_MS,
    dashboard: config.DASHBOARD === 'on',
    liveSockets: config.SITE === 'on' ? Math.ceil(config.LIVE_SOCKETS / count) : 0,
    poolQueue: Math.ceil(config.THREADPOOL_QUEUE / count),
    strict: config.DURABILITY === 'strict',
    bodyLimit: config.BODY_LIMIT_KB * 1024,
    // A PGN comes as base64: four characters for three bytes.
    pgnBodyLimit: Math.min(
      config.PGN_BODY_LIMIT_MB * 1024 * 1024,
      Math.floor((longestPgn(config.STORE_URL) * 4) / 3),
    ),
    storeConnections: Math.max(1, Math.floor(config.STORE_CONNECTIONS / readers)),
    trustedProxies: config.TRUSTED_PROXIES,
    credentialMaxAge: credentialMaxAge(config),
    guesses: {
      perAccount: config.PASSWORD_FAILURES_PER_ACCOUNT,
      perAddress: config.PASSWORD_FAILURES_PER_ADDRESS,
    },
    replyJitterMs: config.REPLY_SPREAD_MS,
    sharesPort: mayWait(config),
    sessionSecret,
    site: siteSettings(config, sessionSecret),
    limits: siteLimits(config),
    netsDirectory: netsDirectory(config),
    nnUrl: config.FISHTEST_NN_URL === 'own' ? undefined : config.FISHTEST_NN_URL.replace(/\/$/, ''),
  };
}

function begun(worker: Worker, log: Logger, onBroken: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FrontMessage) => {
      if (message.kind === 'listening' || message.kind === 'loaded') resolve();
      else if (message.kind === 'failed') reject(new Error(message.message));
      else if (message.kind === 'request') log.debug(message.line, 'request');
      else if (message.kind === 'slow') {
        log.warn({ ...message.line, unreported: message.unreported }, 'slow request');
      } else if (message.kind === 'thread') log.error(message.message);
      else if (message.kind === 'broken') {
        log.fatal(message.message);
        onBroken();
      } else if (message.kind === 'error') log.error({ error: message.message }, 'request failed');
    });
    worker.once('error', reject);
  });
}
