/** The load client: a thread of raw sockets, warmed up and measured several times. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { ClientCommand, ClientData } from './client-thread.js';
import type { StreamOptions, StreamResult } from './load-stream.js';

/** The kernel counts CPU time in hundredths of a second. */
const TICK_MICROS = 10_000;

export interface LoadOptions {
  url: string;
  streams: readonly StreamOptions[];
  /** Of the subject: whose CPU time is counted. */
  pid?: number;
  /** Niceness of the client's thread, 0 when it is not given: below it, it measures the subject and not its own wait for a processor. */
  priority?: number;
}

export interface Measurement extends StreamResult {
  /** Good replies a second. */
  rate: number;
  /** CPU time of the subject's process for a reply to any stream, in microseconds; all its threads. */
  serverMicros?: number;
  /** The same of its busiest thread alone. */
  busiestMicros?: number;
}

export class LoadClient {
  readonly #worker: Worker;
  readonly #pid: number | undefined;

  private constructor(worker: Worker, pid: number | undefined) {
    this.#worker = worker;
    this.#pid = pid;
  }

  /** Connects and begins to send. */
  static async start(options: LoadOptions): Promise<LoadClient> {
    const { hostname, port } = new URL(options.url);
    const { streams, priority = 0 } = options;
    const data: ClientData = { host: hostname, port: Number(port), streams, priority };
    const worker = new Worker(new URL('./client-thread.js', import.meta.url), { workerData: data });
    const failed = once(worker, 'error').then(([error]) => Promise.reject(error));
    await Promise.race([once(worker, 'message'), failed]);
    failed.catch(() => {});
    return new LoadClient(worker, options.pid);
  }

  /** A measurement of each stream. */
  async measure(seconds: number): Promise<Measurement[]> {
    const before = this.#cpuMicros();
    this.#worker.postMessage({ kind: 'measure', seconds } satisfies ClientCommand);
    const [results] = (await once(this.#worker, 'message')) as [StreamResult[]];
    const after = this.#cpuMicros();
    const spent = [...after].map(([thread, micros]) => micros - (before.get(thread) ?? 0));
    const replies = Math.max(1, sumOf(results));
    const cpu = spent.length > 0 && {
      serverMicros: spent.reduce((sum, micros) => sum + micros, 0) / replies,
      busiestMicros: Math.max(...spent) / replies,
    };
    return results.map((result) => {
      return { ...result, ...cpu, rate: (result.replies - result.refused) / result.seconds };
    });
  }

  /** Sends until the subject has answered `replies` and compiled what it runs often; gives up after 20 s. */
  async warmUp(replies: number): Promise<void> {
    const began = performance.now();
    for (let seen = 0; seen < replies && performance.now() - began < 20_000; ) {
      seen += sumOf(await this.measure(0.5));
    }
  }

  async end(): Promise<void> {
    const exited = once(this.#worker, 'exit');
    this.#worker.postMessage({ kind: 'end' } satisfies ClientCommand);
    await exited;
  }

  /** CPU time of each thread of the subject so far, in microseconds. */
  #cpuMicros(): Map<string, number> {
    const times = new Map<string, number>();
    if (this.#pid === undefined) return times;
    const tasks = `/proc/${this.#pid}/task`;
    if (!existsSync(tasks)) return times;
    for (const thread of readdirSync(tasks)) {
      const fields = readFileSync(`${tasks}/${thread}/stat`, 'latin1').split(') ')[1]!.split(' ');
      times.set(thread, (Number(fields[11]) + Number(fields[12])) * TICK_MICROS);
    }
    return times;
  }
}

function sumOf(results: readonly StreamResult[]): number {
  return results.reduce((replies, result) => replies + result.replies, 0);
}
