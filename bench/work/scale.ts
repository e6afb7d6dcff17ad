/**
 * How costs grow with a run's size and with the number of runs, and how long the request-task mutex is held: the
 * operations themselves over real state, in this process, measured in CPU time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context, WorkerCall } from '../../src/operations/context.js';
import { recover } from '../../src/operations/recovery/recover.js';
import { requestTask } from '../../src/operations/worker/request-task.js';
import { updateTask } from '../../src/operations/worker/update-task.js';
import type { WorkerRequest } from '../../src/protocol/request.js';
import { Shared } from '../../src/runtime/shared.js';
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
} from '../seed/farm.js';
import { type Figure, figure } from './result.js';

const MIB = 1024 ** 2;
const UPDATES = 20_000;
const REQUESTS = 4000;
const ROUNDS = 9;
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
  return { shared, context: { state: shared.state, mayBlock: true } };
}

/** What is compared is measured in turn, in one process and compiled alike. */
export async function measureScale(): Promise<Figure[]> {
  const sizes = new Map<string, Maker>();
  for (const size of [10, 20_000]) sizes.set(`update_task, run of ${size} tasks`, await updates(size));
  const counts = new Map<string, Maker>();
  let holds = () => Number.NaN;
  for (const runs of [10, 100, 1000]) {
    const { shared, maker } = await requests(runs);
    counts.set(`request_task, ${runs} runs`, maker);
    const meter = shared.state.lockMeters.find(({ name }) => name === 'request-task');
    if (runs === 100) holds = () => meter?.hold.snapshot().percentile(0.99) ?? Number.NaN;
  }
  const figures = [...costs(sizes, UPDATES, '"task_alive":true'), ...costs(counts, REQUESTS, '"task_id":')];
  return [...figures, figure('mutex hold p99', SHOAL, 'µs', [holds()])];
}

type Maker = () => () => unknown;

/** Ten tasks are updated in turn; the run of the larger size has finished ones beside them. */
async function updates(size: number): Promise<Maker> {
  const farm = { runs: 1, tasks: 10, doneTasks: size - 10 };
  const { context } = await loadFarm(farm);
  let sendings = 0;
  return () => {
    const worker = sendings % farm.tasks;
    // The same mix of results as the finished tasks have: the LLR's solver takes longer over draws alone.
    const times = ((Math.floor(sendings++ / farm.tasks) + 1) * BATCH_GAMES) / 16;
    const { run, taskId } = placeOf(worker, farm);
    const stats = {
      wins: 4 * times,
      losses: 4 * times,
      draws: 8 * times,
      crashes: 0,
      time_losses: 0,
      pentanomial: [0, 2 * times, 4 * times, 2 * times, 0],
    };
    const call = callOf('update_task', { ...requestOf(worker), run_id: runId(run), task_id: taskId, stats });
    return () => updateTask(context, call);
  };
}

async function requests(runs: number): Promise<{ shared: Shared; maker: Maker }> {
  const { shared, context } = await loadFarm({ runs, tasks: 10_000 });
  let worker = 1_000_000;
  const maker = () => {
    const call = callOf('request_task', requestOf(worker++));
    return () => requestTask(context, call);
  };
  return { shared, maker };
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

/** Microseconds of CPU time a call, for some rounds in turn after two that are not counted. */
function costs(makers: ReadonlyMap<string, Maker>, calls: number, expect: string): Figure[] {
  const measured = new Map([...makers.keys()].map((name) => [name, [] as number[]]));
  for (let round = -2; round < ROUNDS; round++) {
    for (const [name, make] of makers) {
      const prepared = Array.from({ length: calls }, make);
      const before = process.cpuUsage();
      const replies = prepared.map((call) => call());
      const { user, system } = process.cpuUsage(before);
      const bad = replies.find((reply) => !(reply as { json: string }).json.includes(expect));
      if (bad !== undefined) throw new Error(`${name}: expected ${expect}, got ${JSON.stringify(bad)}`);
      if (round >= 0) measured.get(name)!.push((user + system) / calls);
    }
  }
  return [...measured].map(([name, values]) => figure(name, SHOAL, 'µs CPU', values));
}
