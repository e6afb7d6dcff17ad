/** Asks a server again and again, each time by a new connection as a worker does, and remembers when and how it was answered. */
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SwarmUser } from '../../src/swarm/options.js';
import { workerInfo } from '../server/seed.js';
import type { Address } from './balancer.js';

/** Between two requests of a loop. */
const PAUSE_MS = 10;
const LOOPS = 4;
const GIVE_UP_MS = 30_000;

export class Prober {
  /** How many requests ended in which way: a status, or the error of the connection. */
  readonly outcomes: Record<string, number> = {};
  readonly #answered: number[] = [performance.now()];
  readonly #address: Address;
  readonly #body: string;
  readonly #loops: Promise<unknown>;
  #isStopped = false;

  constructor(address: Address, { username, password }: SwarmUser) {
    this.#address = address;
    this.#body = JSON.stringify({ password, worker_info: { ...workerInfo('cccc3333'), username } });
    this.#loops = Promise.all(Array.from({ length: LOOPS }, () => this.#run()));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#loops;
  }

  /** Waits for a good answer from now on. @returns the longest time between two since `from`, in milliseconds */
  async longestSilence(from: number): Promise<number> {
    const now = performance.now();
    while (this.#answered.at(-1)! < now) await sleep(PAUSE_MS);
    const before = this.#answered.findLast((time) => time < from) ?? from;
    let [last, longest] = [before, 0];
    for (const time of this.#answered) {
      if (time < from) continue;
      longest = Math.max(longest, time - last);
      last = time;
    }
    return longest;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const outcome = await this.#ask();
      if (outcome === '200') this.#answered.push(performance.now());
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
      await sleep(PAUSE_MS);
    }
  }

  #ask(): Promise<string> {
    return new Promise((resolve) => {
      const asked = request({
        ...this.#address,
        path: '/api/request_version',
        method: 'POST',
        agent: false,
        timeout: GIVE_UP_MS,
      });
      asked.on('response', (response) => {
        response
          .resume()
          .on('end', () => resolve(`${response.statusCode}`))
          .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer')));
      asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      asked.end(this.#body);
    });
  }
}
