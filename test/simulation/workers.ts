/** The simulated workers: what each knows, and what it sends, right or wrong. */

import type { Results, WorkerInfo } from '../../src/model/documents.js';
import type { WorkerRequest } from '../../src/protocol/request.js';
import { Random } from '../../src/swarm/seeded-random.js';
import type { ModelUser } from './model.js';
import { NO_GAMES, sumOf } from './model-purge.js';

export const USERS: readonly ModelUser[] = [
  { username: 'ann', machineLimit: 4, cpuHours: 5000 },
  { username: 'ben', machineLimit: 16, cpuHours: 20 },
  { username: 'cid', machineLimit: 1, cpuHours: undefined },
  { username: 'dot', machineLimit: 1000, cpuHours: 999 },
];

/** A task as its worker knows it. */
export interface KnownTask {
  runId: string;
  taskId: number;
  size: number;
  /** Games that come together. */
  unit: number;
  isSpsa: boolean;
  sig: number;
  /** What it reported last; kept across refusals, since a worker reports totals. */
  stats: Results;
}

export interface SimWorker {
  info: WorkerInfo;
  address: string;
  task: KnownTask | undefined;
  /** Counts requests: the reply to an older one is not listened to. */
  attempt: number;
  /** The reply to the last request has not come. */
  waits: boolean;
  /** Plays unlike the others, or crashes. */
  isBad: boolean;
}

const ARCHS = ['x86-64-avx2', 'x86-64-bmi2', 'x86-64-sse41-popcnt', 'apple-silicon'];

export function makeWorker(index: number): SimWorker {
  const random = new Random(index);
  const user = USERS[index % USERS.length]!;
  const info: WorkerInfo = {
    uname: 'Linux 6.1',
    architecture: ['64bit', 'ELF'],
    concurrency: random.pick([1, 2, 7, 8, 16, 128]),
    max_memory: random.pick([1000, 8000, 1_000_000]),
    min_threads: random.pick([1, 1, 1, 1, 2]),
    username: user.username,
    version: 325,
    python_version: [3, 11, 2],
    gcc_version: [12, 2, 0],
    compiler: random.pick(['g++', 'g++', 'clang++']),
    unique_key: newKey(index, random),
    modified: random.chance(0.1),
    worker_arch: random.pick(ARCHS),
    ARCH: '64bit',
    nps: random.pick([0, 500_000, 1_234_567.5]),
    near_github_api_limit: random.chance(0.1),
  };
  return {
    info,
    address: `10.0.${(index >> 2) % 256}.${index % 3}`,
    task: undefined,
    attempt: 0,
    waits: false,
    isBad: random.chance(0.1),
  };
}

/** The first segment, by which a worker is named, stays; the rest tells one start from another. */
export function newKey(index: number, random: Random): string {
  const name = `w${index.toString(36).padStart(7, '0')}`;
  return `${name}-${random.hex(4)}-${random.hex(4)}-${random.hex(4)}-${random.hex(12)}`;
}

/** An update: mostly more games of the worker's task, sometimes something it should not say. */
export function makeUpdate(worker: SimWorker, task: KnownTask, random: Random): WorkerRequest {
  const request = requestOf(worker, task);
  const before = task.stats.wins + task.stats.losses + task.stats.draws;
  const left = Math.max(1, Math.ceil((task.size - before) / task.unit));
  const units = random.chance(0.3) ? left : 1 + Math.floor(random.unit() * Math.min(left, 40));
  const played = playPairs((units * task.unit) / 2, worker.isBad, random);
  let stats = sumOf([task.stats, played]);
  let spsaPlayed = played;
  const mood = random.unit();
  if (mood < 0.02) stats = { ...stats, draws: stats.draws + 1 };
  else if (mood < 0.04) stats = task.stats;
  else if (mood < 0.06) stats = { ...NO_GAMES, pentanomial: [0, 0, 0, 0, 0] };
  else if (mood < 0.065) stats = { ...stats, wins: 2_000_000_000 };
  else if (mood < 0.08) {
    const pair = playPairs(1, false, random);
    stats = sumOf([task.stats, pair]);
    spsaPlayed = pair;
  }
  if (mood < 0.99) request.stats = stats as Required<Results>;
  if (task.isSpsa && mood < 0.995) {
    const { wins, losses, draws } = spsaPlayed;
    const sig = random.chance(0.05) ? 12345 : task.sig;
    request.spsa = { wins, losses, draws, num_games: wins + losses + draws, sig };
  }
  if (random.chance(0.02)) {
    const concurrency = random.pick([1, 4, 64]);
    request.worker_info = { ...request.worker_info, concurrency };
  }
  distort(request, random);
  return request;
}

/** Now and then a worker names a task that is not its own, or none. */
export function distort(request: WorkerRequest, random: Random): void {
  const mood = random.unit();
  if (mood > 0.03) return;
  if (mood < 0.005) request.task_id = (request.task_id ?? 0) + 1;
  else if (mood < 0.01) request.task_id = 1_000_000;
  else if (mood < 0.015) request.run_id = 'f'.repeat(24);
  else if (mood < 0.02) delete request.task_id;
  else if (mood < 0.025) request.worker_info = { ...request.worker_info, unique_key: newKey(1, random) };
  else request.worker_info = { ...request.worker_info, username: 'ann' };
}

export function requestOf(worker: SimWorker, task: KnownTask | undefined): WorkerRequest {
  const request: WorkerRequest = { password: '', worker_info: worker.info as WorkerRequest['worker_info'] };
  if (task === undefined) return request;
  return { ...request, run_id: task.runId, task_id: task.taskId };
}

/** Pairs of games of a slightly stronger engine. */
function playPairs(pairs: number, isBad: boolean, random: Random): Results {
  const pentanomial: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  const weights = isBad ? [0.1, 0.35, 0.3, 0.2, 0.05] : [0.02, 0.21, 0.5, 0.24, 0.03];
  const share = Math.floor(pairs / 20);
  for (let i = 0; i < 5; i++) pentanomial[i] = Math.floor(share * 20 * weights[i]!);
  const sure = pentanomial.reduce((sum, count) => sum + count, 0);
  for (let pair = sure; pair < pairs; pair++) pentanomial[random.weighted(weights)]! += 1;
  const [ll, ld, dd, wd, ww] = pentanomial;
  const games = 2 * pairs;
  const crashes = isBad && random.chance(0.3) ? Math.min(games, 2) : 0;
  return {
    wins: wd + 2 * ww,
    losses: ld + 2 * ll,
    draws: ld + wd + 2 * dd,
    crashes,
    time_losses: isBad && random.chance(0.2) ? Math.floor(games / 4) : 0,
    pentanomial,
  };
}
