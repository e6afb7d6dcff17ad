/**
 * Clients that no server deserves, on raw sockets: bodies that are never finished, garbage, storms of connections, and
 * updates that come again after newer ones. None of them counts a game, so that the swarm's books stay comparable.
 */
import { connect, type Socket } from 'node:net';
import type { Random } from '../../src/swarm/seeded-random.js';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/** What the rude clients saw. */
export interface HostileTally {
  sent: number;
  answered: number;
  /** Answers that no protocol of ours names. */
  odd: string[];
}

const PATIENCE_MS = 30_000;
const ALLOWED = new Set([200, 400, 401, 403, 404, 405, 413, 500, 503]);

/** Sends `bytes`, then waits for an answer, or goes away after `leaveMs`. Resolves to the status, 0 when there was none. */
function exchange(target: Target, bytes: Buffer, leaveMs = PATIENCE_MS): Promise<number> {
  return new Promise((resolve) => {
    const socket: Socket = connect(target.port, target.host, () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), leaveMs);
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      if (head.includes('\r\n')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0));
    });
  });
}

function post(path: string, body: string | Buffer, length = Buffer.byteLength(body)): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: chaos\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

export class HostileClients {
  readonly tally: HostileTally = { sent: 0, answered: 0, odd: [] };
  readonly #target: Target;
  readonly #random: Random;

  constructor(target: Target, random: Random) {
    this.#target = target;
    this.#random = random;
  }

  /** One round of some kind of hostility. */
  async act(): Promise<void> {
    const acts = [() => this.#halfBodies(), () => this.#garbage(), () => this.#storm(), () => this.#replay()];
    await acts[this.#random.weighted([3, 3, 1, 3])]!();
  }

  async #send(bytes: Buffer, leaveMs?: number): Promise<number> {
    this.tally.sent++;
    const status = await exchange(this.#target, bytes, leaveMs);
    if (status !== 0) this.tally.answered++;
    if (status !== 0 && !ALLOWED.has(status)) this.tally.odd.push(`status ${status}`);
    return status;
  }

  async #halfBodies(): Promise<void> {
    const body = this.#body({ run_id: this.#random.hex(24), task_id: 1 });
    const sends = Array.from({ length: 20 }, () => {
      const part = body.slice(0, Math.floor(this.#random.unit() * body.length));
      return this.#send(post('/api/update_task', part, body.length), 20 + this.#random.unit() * 200);
    });
    await Promise.all(sends);
  }

  async #garbage(): Promise<void> {
    const noise = () => Buffer.from(this.#random.hex(2 * (1 + Math.floor(this.#random.unit() * 300))), 'hex');
    const sends = [
      ...Array.from({ length: 10 }, () => this.#send(post('/api/request_task', noise()))),
      ...Array.from({ length: 5 }, () => this.#send(noise(), 500)),
      this.#send(post('/api/beat', `{"password":${'['.repeat(5000)}`)),
      this.#send(post('/api/update_task', this.#body({ run_id: '__proto__', task_id: 1e300 }))),
      this.#send(post('/api/request_version', this.#body({}).replace(this.#target.password, 'wrong'))),
    ];
    await Promise.all(sends);
  }

  /** A thousand workers that come back in the same moment. */
  async #storm(): Promise<void> {
    const request = post('/api/request_version', this.#body({}));
    await Promise.all(Array.from({ length: 1000 }, () => this.#send(request)));
  }

  /** Updates of a task that is not this worker's, again and again: none may be taken. */
  async #replay(): Promise<void> {
    const stats = { wins: 2, losses: 2, draws: 4, crashes: 0, time_losses: 0, pentanomial: [0, 1, 2, 1, 0] };
    const old = post('/api/update_task', this.#body({ run_id: this.#random.hex(24), task_id: 0, stats }));
    await Promise.all(Array.from({ length: 10 }, () => this.#send(old)));
  }

  #body(members: object): string {
    const { username, password } = this.#target;
    return JSON.stringify({
      password,
      worker_info: {
        uname: 'chaos',
        architecture: ['64bit', 'ELF'],
        concurrency: 1,
        max_memory: 2048,
        min_threads: 1,
        username,
        version: 325,
        python_version: [3, 12, 1],
        gcc_version: [13, 2, 0],
        compiler: 'g++',
        unique_key: `${this.#random.hex(8)}-5a28-4b7d-b27b-d78d97ecf11a`,
        modified: false,
        worker_arch: 'x86-64-avx2',
        ARCH: '64bit',
        nps: 500_000,
        near_github_api_limit: false,
      },
      ...members,
    });
  }
}
