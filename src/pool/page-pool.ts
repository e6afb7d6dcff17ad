/**
 * A front thread's page threads: a pool of their own, so that no call of a worker stands behind a page. They are started for the
 * first page, and a server without people has none. Nothing that befalls them ends the server: pages are refused, and the next
 * one starts them anew.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Shared } from '../runtime/shared.js';
import { ThreadPool, type ThreadPoolOptions } from './pool-handle.js';
import type { PageCall } from './pool-messages.js';
import type { PoolThreadData } from './thread-parts.js';
import { TokenGate, type TokenGateOptions } from './token-gate.js';

export interface PagePoolOptions
  extends Omit<ThreadPoolOptions, 'kind' | 'onBroken'>,
    Pick<TokenGateOptions<PageCall, unknown>, 'shares' | 'queueLimit'> {}

export class PagePool {
  readonly #shared: Shared;
  readonly #data: PoolThreadData;
  readonly #options: PagePoolOptions;
  readonly #gate: TokenGate<PageCall, unknown>;
  #pool: ThreadPool | undefined;
  /** Of pools that were given up. */
  #ends: Promise<unknown> = Promise.resolve();
  #isClosing = false;

  constructor(shared: Shared, data: PoolThreadData, options: PagePoolOptions) {
    this.#shared = shared;
    this.#data = data;
    this.#options = options;
    this.#gate = new TokenGate<PageCall, unknown>({
      run: (call) => this.runBeside(call),
      tokens: shared.tokens,
      shares: options.shares,
      queueLimit: options.queueLimit,
      meters: shared.meters.pages,
    });
  }

  /** Calls in flight and calls that wait; those beside them are left out. */
  get size(): number {
    return this.#gate.size;
  }

  /** Pages have as many tokens as workers' calls, and do not take theirs. */
  run(call: PageCall): Promise<unknown> {
    return this.#gate.run(call);
  }

  /** At once, beside those that wait for a token. */
  async runBeside(call: PageCall): Promise<unknown> {
    return await this.#threads().run(call);
  }

  /** As `runBeside`, once: what has gone through the call's port cannot go again. */
  async runOnce(call: PageCall, port: MessagePort): Promise<unknown> {
    return await this.#threads().runOnce(call, port);
  }

  /** Answers what it can within `ms` milliseconds; a thread that hangs by then is ended. */
  async close(ms: number): Promise<void> {
    this.#isClosing = true;
    await Promise.all([this.#pool?.close(ms), this.#ends]);
  }

  /** Resolves when no thread is where its end would abort the process; none is started from then on. */
  async quiet(): Promise<void> {
    this.#isClosing = true;
    await Promise.all([this.#pool?.quiet(), this.#ends]);
  }

  #threads(): ThreadPool {
    if (this.#isClosing) throw new Error('the page threads end, as the server does');
    this.#pool ??= new ThreadPool(this.#shared, this.#data, {
      ...this.#options,
      kind: 'page',
      onBroken: (message) => this.#giveUp(message),
    });
    return this.#pool;
  }

  #giveUp(message: string): void {
    const pool = this.#pool;
    this.#pool = undefined;
    this.#options.onEvent(`${message}: pages are refused until the next one starts them`);
    this.#ends = Promise.all([this.#ends, pool?.close(0).catch(() => {})]);
  }
}
