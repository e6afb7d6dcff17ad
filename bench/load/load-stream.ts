/**
 * One plan's requests over connections of its own. Closed loop: each connection sends its next request when the reply
 * is there. Open loop: requests are due at fixed instants, and a latency counts from the instant at which its request
 * was due, whether or not a connection was free then (no coordinated omission).
 */
import { LatencyHistogram } from '../../src/swarm/latency-histogram.js';
import { Connection, type ReplySink } from './connection.js';
import { applyPatch, type Plan } from './plan.js';
import { Queue } from './queue.js';

const CONNECTS_AT_ONCE = 100;
const readBuffer = Buffer.alloc(256 * 1024);

export interface StreamOptions {
  plan: Plan;
  connections: number;
  /** Requests a second; 0: closed loop. */
  rate: number;
  /** Ends an open loop, which then begins with the measurement. */
  requests?: number;
}

export interface StreamResult {
  replies: number;
  /** Replies that were no success: another status than the plan's, or without the expected text. */
  refused: number;
  /** Requests whose connection ended before the reply. */
  broken: number;
  seconds: number;
  /** Share of the time in which the client's thread was busy: near 1, the client is the bottleneck. */
  busy: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  p999: number;
  max: number;
  /** Status and body of the first of them. */
  firstRefusal?: string;
}

export class LoadStream implements ReplySink {
  readonly #host: string;
  readonly #port: number;
  readonly #options: StreamOptions;
  readonly #sendings: Float64Array;
  readonly #connections: Connection[] = [];
  /** The one that has been idle for longest sends next: no server has a reason to end it. */
  readonly #idle = new Queue<Connection>();
  /** When requests were due that no connection was free for. */
  readonly #dueTimes = new Queue<number>();
  #next = 0;
  #ending = false;
  #measuring = false;
  #replies = 0;
  #refused = 0;
  #broken = 0;
  #latencies = new LatencyHistogram();
  #firstRefusal: string | undefined;

  constructor(host: string, port: number, options: StreamOptions) {
    this.#host = host;
    this.#port = port;
    this.#options = options;
    this.#sendings = new Float64Array(options.plan.requests.length);
  }

  /** Connects and begins to send. */
  async start(): Promise<void> {
    const { connections, rate, requests } = this.#options;
    for (let left = connections; left > 0; left -= CONNECTS_AT_ONCE) {
      const some = Array.from({ length: Math.min(CONNECTS_AT_ONCE, left) }, () => this.#open());
      this.#connections.push(...(await Promise.all(some)));
    }
    for (const connection of this.#connections) {
      if (rate === 0) this.#send(connection, performance.now());
      else this.#idle.push(connection);
    }
    if (rate > 0 && requests === undefined) this.#runOpenLoop();
  }

  async measure(seconds: number): Promise<StreamResult> {
    const before = performance.eventLoopUtilization();
    const began = performance.now();
    [this.#replies, this.#refused, this.#broken, this.#firstRefusal] = [0, 0, 0, undefined];
    this.#latencies = new LatencyHistogram();
    this.#measuring = true;
    if (this.#options.requests !== undefined) this.#runOpenLoop();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    this.#measuring = false;
    return {
      replies: this.#replies,
      refused: this.#refused,
      broken: this.#broken,
      seconds: (performance.now() - began) / 1000,
      busy: performance.eventLoopUtilization(before).utilization,
      p50: this.#latencies.quantile(0.5),
      p99: this.#latencies.quantile(0.99),
      p999: this.#latencies.quantile(0.999),
      max: this.#latencies.max,
      ...(this.#firstRefusal === undefined ? {} : { firstRefusal: this.#firstRefusal }),
    };
  }

  end(): void {
    this.#ending = true;
    for (const connection of this.#connections) connection.destroy();
  }

  onReply(connection: Connection, status: number, matched: boolean, body: () => string): void {
    const now = performance.now();
    if (this.#measuring) {
      this.#replies++;
      this.#latencies.record(now - connection.sentAt);
      if (status !== (this.#options.plan.status ?? 200) || !matched) {
        this.#refused++;
        this.#firstRefusal ??= `${status} ${body().slice(0, 200)}`;
      }
    }
    if (!this.#ending) this.#goOn(connection, now);
  }

  onBroken(connection: Connection): void {
    if (this.#ending) return;
    if (!this.#idle.remove(connection)) this.#broken++;
    const at = this.#connections.indexOf(connection);
    void this.#open().then((fresh) => {
      this.#connections[at] = fresh;
      this.#goOn(fresh, performance.now());
    });
  }

  async #open(): Promise<Connection> {
    const connection = new Connection(this.#host, this.#port, readBuffer, this.#options.plan.expect, this);
    await connection.opened();
    return connection;
  }

  #goOn(connection: Connection, now: number): void {
    const due = this.#options.rate === 0 ? now : this.#dueTimes.shift();
    if (due === undefined) this.#idle.push(connection);
    else this.#send(connection, due);
  }

  #send(connection: Connection, at: number): void {
    const { requests } = this.#options.plan;
    const request = requests[this.#next]!;
    const isPatched = request.patches.length > 0;
    if (isPatched) {
      const sending = this.#sendings[this.#next]!++;
      for (const patch of request.patches) applyPatch(request.bytes, patch, sending);
    }
    connection.sentAt = at;
    // A patched request is overwritten before the kernel may have taken it, so it is copied.
    connection.send(isPatched ? Buffer.from(request.bytes) : request.bytes);
    if (++this.#next === requests.length) this.#next = 0;
  }

  #runOpenLoop(): void {
    const interval = 1000 / this.#options.rate;
    let due = performance.now();
    let left = this.#options.requests ?? Number.POSITIVE_INFINITY;
    const turn = () => {
      if (this.#ending) return;
      const now = performance.now();
      for (; due <= now && left > 0; due += interval, left--) {
        const connection = this.#idle.shift();
        if (connection === undefined) this.#dueTimes.push(due);
        else this.#send(connection, due);
      }
      if (left > 0) setTimeout(turn, Math.max(1, due - now));
    };
    turn();
  }
}
