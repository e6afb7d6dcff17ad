/** Moves all simulated workers: takes those whose appointment has come, sends what they have to say, books the answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Identity } from './identity.js';
import { LatencyHistogram } from './latency-histogram.js';
import { Ledger } from './ledger.js';
import { Moves } from './moves.js';
import type { SwarmOptions } from './options.js';
import { Tally } from './request-tally.js';
import { Random } from './seeded-random.js';
import { Step, Worker } from './simulated-worker.js';
import { Wire } from './swarm-http.js';
import { Schedule } from './turn-schedule.js';

/** Longest sleep of the loop, so that a signal is heard. */
const LONGEST_SLEEP_MS = 20;

export class Fleet {
  readonly ledger: Ledger;
  readonly tally = new Tally();
  /** How late requests were sent: the swarm's own weakness, which the server's latencies do not show. */
  readonly lag = new LatencyHistogram();
  readonly #options: SwarmOptions;
  readonly #wire: Wire;
  readonly #moves: Moves;
  readonly #workers: Worker[];
  readonly #schedule: Schedule;
  #appeared = 0;
  #ended = false;

  constructor(options: SwarmOptions) {
    const random = new Random(options.seed);
    this.#options = options;
    this.ledger = new Ledger(options.keepTasks);
    this.#wire = new Wire(options.url, options.connections, options);
    this.#moves = new Moves(options, random, this.ledger, this.tally);
    this.#schedule = new Schedule(options.workers);
    this.#workers = Array.from(
      { length: options.workers },
      (_, number) => new Worker(new Identity(random, options.users, number)),
    );
  }

  get repeated(): number {
    return this.#wire.repeated;
  }

  /** Workers that have sent something. */
  get appeared(): number {
    return this.#appeared;
  }

  /** Workers that hold a task now. */
  working(): number {
    return this.#workers.reduce((sum, { task }) => sum + (task === undefined ? 0 : 1), 0);
  }

  /** Runs to the deadline or the signal, and waits for the last answers. @returns the real seconds it took. */
  async run(): Promise<number> {
    const began = performance.now();
    const { seconds, ramp, workers, signal, drain } = this.#options;
    for (let number = 0; number < workers; number++) {
      this.#schedule.set(number, began + (1000 * ramp * number) / workers);
    }
    const deadline = began + 1000 * seconds;
    for (let now = began; now < deadline && signal?.aborted !== true; now = performance.now()) {
      this.#sendDue(now);
      const next = Math.min(this.#schedule.next, deadline) - performance.now();
      await sleep(Math.max(1, Math.min(next, LONGEST_SLEEP_MS)));
    }
    this.#ended = true;
    await this.#allAnswered();
    if (drain) await this.#failTasks();
    for (const worker of this.#workers) this.#moves.leave(worker);
    await this.#wire.close();
    return (performance.now() - began) / 1000;
  }

  #sendDue(now: number): void {
    while (this.#wire.inFlight < this.#options.connections) {
      const number = this.#schedule.take(now);
      if (number === undefined) return;
      this.lag.record(now - this.#schedule.dueAt(number));
      this.#send(number);
    }
  }

  #send(number: number): void {
    const worker = this.#workers[number]!;
    if (worker.fresh) this.#appeared += 1;
    worker.fresh = false;
    const { kind, body, mayRepeat } = this.#moves.call(worker);
    const { remoteAddress: address, country } = worker.identity;
    const sent = performance.now();
    this.#wire.post(kind, body, { address, country }, mayRepeat, (reply, repeated) => {
      const now = performance.now();
      this.tally.latency[kind].record(now - sent);
      const next = this.#moves.react(worker, reply, repeated, now);
      if (next < Number.POSITIVE_INFINITY && !this.#ended) this.#schedule.set(number, next);
    });
  }

  async #failTasks(): Promise<void> {
    for (const [number, worker] of this.#workers.entries()) {
      if (worker.task === undefined || worker.step === Step.Pgn) continue;
      while (this.#wire.inFlight >= this.#options.connections) await sleep(1);
      worker.step = Step.Failed;
      this.#send(number);
    }
    await this.#allAnswered();
  }

  /** Every request is answered or given up within the wire's time limit. */
  async #allAnswered(): Promise<void> {
    while (this.#wire.inFlight > 0) await sleep(5);
  }
}
