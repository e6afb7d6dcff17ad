/**
 * How costs grow with a run's size and with the number of runs, and how long the request-task mutex is held: the
 * operations themselves over real state, in this process, measured in CPU time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context, WorkerCall } from '../../src/operations/context.js';
import { recover } from '../../src/operations/recover.js';
import { requestTask } from '../../src/operations/request-task.js';
import { updateTask } from '../../src/operations/update-task.js';
import { Shared } from '../../src/pool/shared.js';
import type { WorkerRequest } from '../../src/protocol/request.js';
import { openStore } from '../../src/store/open-store.js';
import {
  BATCH_GAMES,
  type FarmOptions,
  PASSWORD,
  placeOf,
  runId,
  uniqueKey,
  workerInfo,
  writeFarm,
} from '../farm/farm.js';
import { type Figure, figure } from './result.js';

const MIB = 1024 ** 2;
const CALLS = 4000;
const ROUNDS = 5;
const SHOAL = 'Shoal';

export async function loadFarm(farm: FarmOptions): Promise<{ shared: Shared; context: Context }> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  await writeFarm(directory, farm);
  const shared = Shared.create(1024 * MIB, {
    sizes: { runs: 4096, tasks: 500_000, workers: 200_000, users: 1000, slabBytes: 512 * MIB },
    taskSemaphoreSize: 256,
    tokens: 64,
  });
  shared.state.threads.join('bench', { parks: true });
  const reader = await openStore(`sqlite:${directory}`).openReader();
  await recover(shared.state, reader, Date.now());
  await reader.close();
  await rm(directory, { recursive: true });
  return { shared, context: { state: shared.state, onFront: false } };
}

export async function measureScale(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const size of [10, 20_000]) {
    figures.push(figure(`update_task, run of ${size} tasks`, SHOAL, 'µs CPU', await updateCosts(size)));
  }
  for (const runs of [10, 100, 1000]) {
    const { costs, holdP99 } = await requestCosts(runs);
    figures.push(figure(`request_task, ${runs} runs`, SHOAL, 'µs CPU', costs));
    if (runs === 100) figures.push(figure('mutex hold p99', SHOAL, 'µs', [holdP99]));
  }
  return figures;
}

/** Ten tasks are updated in turn; the run of the larger size has finished ones beside them. */
async function updateCosts(size: number): Promise<number[]> {
  const farm = { runs: 1, tasks: 10, doneTasks: size - 10 };
  const { context } = await loadFarm(farm);
  let sendings = 0;
  return costs(() => {
    const worker = sendings % farm.tasks;
    const batches = Math.floor(sendings++ / farm.tasks) + 1;
    const { run, taskId } = placeOf(worker, farm);
    const stats = {
      wins: 4,
      losses: 4,
      draws: batches * BATCH_GAMES - 8,
      crashes: 0,
      time_losses: 0,
      pentanomial: [0, 2, (batches * BATCH_GAMES) / 2 - 4, 2, 0],
    };
    const call = callOf('update_task', { ...requestOf(worker), run_id: runId(run), task_id: taskId, stats });
    return () => updateTask(context, call);
  }, '"task_alive":true');
}

async function requestCosts(runs: number): Promise<{ costs: number[]; holdP99: number }> {
  const { shared, context } = await loadFarm({ runs, tasks: 10_000 });
  let worker = 1_000_000;
  const measured = costs(() => {
    const call = callOf('request_task', requestOf(worker++));
    return () => requestTask(context, call);
  }, '"task_id":');
  const meter = shared.state.lockMeters.find(({ name }) => name === 'request-task');
  return { costs: measured, holdP99: meter?.hold.snapshot().percentile(0.99) ?? Number.NaN };
}

function requestOf(worker: number): WorkerRequest {
  return { password: PASSWORD, worker_info: workerInfo(uniqueKey(worker)) } as unknown as WorkerRequest;
}

function callOf(name: string, request: unknown): WorkerCall {
  return {
    path: `/api/${name}`,
    request: request as WorkerRequest,
    remoteAddr: '127.0.0.1',
    countryCode: '?',
    hostUrl: 'http://127.0.0.1',
    now: Date.now(),
  };
}

/** Microseconds of CPU time a call, for some rounds after two that are not counted. */
function costs(make: () => () => unknown, expect: string): number[] {
  const measured: number[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const calls = Array.from({ length: CALLS }, make);
    const before = process.cpuUsage();
    const replies = calls.map((call) => call());
    const { user, system } = process.cpuUsage(before);
    const bad = replies.find((reply) => !(reply as { json: string }).json.includes(expect));
    if (bad !== undefined) throw new Error(`expected ${expect}, got ${JSON.stringify(bad)}`);
    if (round >= 0) measured.push((user + system) / CALLS);
  }
  return measured;
}
