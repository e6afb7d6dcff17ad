/**
 * Tokens: how many dispatched calls of this front thread to a pool may be in flight. What comes above that waits in order of
 * arrival, up to a limit. Every front thread has an equal share of the tokens, whose number may change at any time.
 */
import type { WaitWord } from '../memory/locks/wait-word.js';
import type { GateMeters } from '../runtime/meters.js';

export interface TokenGateOptions<Call, Answer> {
  readonly run: (call: Call) => Promise<Answer>;
  /** Tokens of all front threads together. */
  readonly tokens: Pick<WaitWord, 'load'>;
  /** Front threads that share the tokens. */
  readonly shares: number;
  /** Calls that may wait here. */
  readonly queueLimit: number;
  readonly meters: GateMeters;
}

/** More calls wait than may. */
class QueueFull extends Error {
  constructor(limit: number) {
    super(`${limit} calls wait for a token already: raise THREADPOOL_TOKENS, or THREADPOOL_QUEUE`);
    this.name = 'QueueFull';
  }
}

interface Waiting<Call, Answer> {
  readonly call: Call;
  readonly since: number;
  readonly resolve: (answer: Promise<Answer>) => void;
}

export class TokenGate<Call, Answer> {
  readonly #options: TokenGateOptions<Call, Answer>;
  #waiting: Waiting<Call, Answer>[] = [];
  /** Where the queue begins: shifting a long array would copy it. */
  #first = 0;
  #inFlight = 0;

  constructor(options: TokenGateOptions<Call, Answer>) {
    this.#options = options;
  }

  /** Calls in flight and calls that wait. */
  get size(): number {
    return this.#inFlight + this.#queued;
  }

  /** Rejects with what `run` rejects with, or with QueueFull. */
  run(call: Call): Promise<Answer> {
    const { meters, queueLimit } = this.#options;
    if (this.#inFlight < this.#share()) return this.#start(call);
    if (this.#queued >= queueLimit) {
      meters.tokenRefused.add(1);
      return Promise.reject(new QueueFull(queueLimit));
    }
    meters.tokensQueued.add(1);
    return new Promise((resolve) => this.#waiting.push({ call, since: performance.now(), resolve }));
  }

  get #queued(): number {
    return this.#waiting.length - this.#first;
  }

  #share(): number {
    return Math.max(1, Math.ceil(this.#options.tokens.load() / this.#options.shares));
  }

  async #start(call: Call): Promise<Answer> {
    const { meters, run } = this.#options;
    this.#inFlight++;
    meters.tokensInUse.add(1);
    try {
      return await run(call);
    } finally {
      this.#inFlight--;
      meters.tokensInUse.add(-1);
      this.#admit();
    }
  }

  #admit(): void {
    const { meters } = this.#options;
    while (this.#queued > 0 && this.#inFlight < this.#share()) {
      const { call, since, resolve } = this.#waiting[this.#first++]!;
      meters.tokensQueued.add(-1);
      meters.tokenWait.record((performance.now() - since) * 1000);
      resolve(this.#start(call));
    }
    if (this.#first > 1000 && this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
  }
}
