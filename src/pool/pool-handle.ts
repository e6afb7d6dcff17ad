/**
 * A pool of a front thread: Piscina, and what is done when one of its threads dies or hangs. Calls that the dead thread had
 * not answered are made again on another one, which is safe: a change that it had not finished has been rolled back, and one
 * that it had finished is found done.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessagePort, Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Shared } from '../runtime/shared.js';
import { withTimeout } from '../runtime/with-timeout.js';
import type { PageCall, PoolCall } from './pool-messages.js';
import type { PoolThreadData } from './thread-parts.js';

export interface ThreadPoolOptions {
  /** Which entry its threads have, in the file of that name; and what they are called. */
  readonly kind: 'pool' | 'page';
  readonly threads: number;
  readonly callsPerThread: number;
  /** A thread whose event loop stands still for as long is ended, in milliseconds. */
  readonly hangMs: number;
  readonly onEvent: (message: string) => void;
  /** The pool cannot be brought back to its size. */
  readonly onBroken: (message: string) => void;
}

/** Times that a call is made again after its thread died: a call that kills threads must not kill them all. */
const RETRIES = 2;
const WATCH_MS = 250;
/** How long the pool may lack threads before it is made anew. */
const SHORT_MS = 3_000;
/** How long a new thread may take to start. */
const START_MS = 30_000;

interface Watched {
  readonly nodeId: number;
  tick: number | undefined;
  since: number;
}

export class ThreadPool {
  #pool: Piscina;
  readonly #shared: Shared;
  readonly #data: PoolThreadData;
  readonly #options: ThreadPoolOptions;
  readonly #watched = new Map<Worker, Watched>();
  /** Errors with which threads ended, to be told from errors of calls. */
  readonly #deaths = new WeakSet<object>();
  readonly #watch: NodeJS.Timeout;
  #shortSince = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #closing = false;

  constructor(shared: Shared, data: PoolThreadData, options: ThreadPoolOptions) {
    this.#shared = shared;
    this.#options = options;
    this.#data = data;
    this.#pool = this.#make();
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
  }

  get #thread(): string {
    return `a ${this.#options.kind} thread`;
  }

  #make(): Piscina {
    const { threads, callsPerThread } = this.#options;
    const pool = new Piscina({
      filename: new URL(`./${this.#options.kind}-thread.js`, import.meta.url).href,
      workerData: this.#data,
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: callsPerThread,
      // A parked thread would not serve the timers and sockets of its database driver.
      atomics: 'disabled',
    });
    pool.on('error', (error: unknown) =>
      this.#tell(`${this.#thread} failed: ${error instanceof Error ? error.stack : String(error)}`),
    );
    pool.on('workerCreate', () => this.#adopt(pool));
    this.#adopt(pool);
    return pool;
  }

  /** Rejects with what the call throws, or when its thread died again and again. */
  async run(call: PoolCall | PageCall): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      const pool = this.#pool;
      try {
        return await pool.run(attempt === 0 ? call : asAgain(call));
      } catch (error) {
        const isOfThread = pool !== this.#pool || this.#isDeath(error);
        if (attempt === RETRIES || this.#closing || !isOfThread) throw error;
        this.#shared.counters.add('retries');
      }
    }
  }

  /** As `run`, once: what has gone through the call's port cannot go again. */
  async runOnce(call: PoolCall | PageCall, port: MessagePort): Promise<unknown> {
    return await this.#pool.run(call, { transferList: [port] });
  }

  /** Answers what it can within `ms` milliseconds; a thread that hangs by then is ended. */
  async close(ms: number): Promise<void> {
    const latest = performance.now() + ms;
    this.#closing = true;
    clearInterval(this.#watch);
    await this.quiet();
    // A timer that went on would hold up the end of the front thread.
    const left = Math.max(0, latest - performance.now());
    await withTimeout(this.#pool.close(), left, 'threads that hang are ended').catch(() => {});
    await this.quiet();
    await this.#pool.destroy();
  }

  /**
   * Resolves when no thread is where its end would abort the process: loading its modules, as one that takes another's
   * place does, or in the store's native code (native-notes/locks.md). Rejects after as long as a start may take.
   */
  async quiet(): Promise<void> {
    const { threads } = this.#shared.state;
    const latest = performance.now() + START_MS;
    const isBusy = ({ nodeId }: Watched) => this.#isStarting(nodeId) || threads.isInNative(nodeId);
    for (this.#adopt(this.#pool); [...this.#watched.values()].some(isBusy); await sleep(10)) {
      if (performance.now() > latest) throw new Error(`${this.#thread} does not start in ${START_MS} ms`);
    }
  }

  /** It ticks for the first time when its reader is open. */
  #isStarting(nodeId: number): boolean {
    return (this.#shared.state.threads.livenessOf(nodeId) ?? 0) === 0;
  }

  #isDeath(error: unknown): boolean {
    if (!(error instanceof Error)) return false;
    return this.#deaths.has(error) || /^worker exited with code/.test(error.message);
  }

  /** Piscina does not say which thread it has made. */
  #adopt(pool: Piscina): void {
    for (const worker of pool.threads) {
      if (this.#watched.has(worker)) continue;
      const watched = { nodeId: worker.threadId, tick: undefined, since: performance.now() };
      this.#watched.set(worker, watched);
      worker.on('error', (error) => {
        this.#deaths.add(error);
        this.#tell(`${this.#thread} failed: ${error.stack ?? error.message}`);
      });
      worker.on('exit', () => {
        this.#watched.delete(worker);
        this.#shared.state.threads.markDeadThread(watched.nodeId);
        if (!this.#closing) this.#tell(`${this.#thread} ended: another one takes its place`);
      });
    }
  }

  #look(): void {
    const { threads } = this.#shared.state;
    const now = performance.now();
    this.#adopt(this.#pool);
    for (const [worker, watched] of this.#watched) {
      const tick = threads.livenessOf(watched.nodeId);
      if (tick !== watched.tick) {
        watched.tick = tick;
        watched.since = now;
      }
      const { hangMs } = this.#options;
      const limit = this.#isStarting(watched.nodeId) ? Math.max(START_MS, hangMs) : hangMs;
      if (now - watched.since < limit) continue;
      watched.since = now;
      // Ending a thread inside of SQLite's native code would abort the process (native-notes/locks.md).
      if (threads.isInNative(watched.nodeId)) {
        this.#tell(`${this.#thread} has waited ${Math.round(limit)} ms for the store`);
      } else {
        this.#tell(`${this.#thread} hung for ${Math.round(limit)} ms and is ended`);
        void worker.terminate();
      }
    }
    this.#checkSize(now);
  }

  /** Piscina starts no more threads once one has died before it was ready: another Piscina takes its place. */
  #checkSize(now: number): void {
    if (this.#pool.threads.length >= this.#options.threads) this.#shortSince = 0;
    else if (this.#shortSince === 0) this.#shortSince = now;
    else if (now - this.#shortSince > SHORT_MS) {
      this.#shortSince = 0;
      const size = `there are ${this.#pool.threads.length} of ${this.#options.threads} ${this.#options.kind} threads`;
      if (now - this.#renewedAt < START_MS)
        this.#options.onBroken(`${size}, and their pool was made anew just now`);
      else this.#renew(size, now);
    }
  }

  /** Calls that wait in the old pool come into the new one; a thread that is left there ends what it is at. */
  #renew(size: string, now: number): void {
    this.#tell(`${size}: their pool is made anew`);
    this.#renewedAt = now;
    const old = this.#pool;
    this.#pool = this.#make();
    void (old.threads.length === 0 ? old.destroy() : old.close({ force: true }));
  }

  #tell(message: string): void {
    if (!this.#closing) this.#options.onEvent(message);
  }
}

/** An operation that had been finished must be told from a new one: a tune's report would be refused as bringing nothing. */
function asAgain(call: PoolCall | PageCall): PoolCall | PageCall {
  return call.kind === 'operation' ? { ...call, call: { ...call.call, isRetry: true } } : call;
}
