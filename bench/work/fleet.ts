/** Open-loop loads: what a fleet sends whether or not the server keeps up, with latencies from when each was due. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadClient, type Measurement } from '../load/client.js';
import type { Plan } from '../load/plan.js';
import { type FarmOptions, writeFarm } from '../seed/farm.js';
import { fleetBeatPlan, fleetUpdatePlan, requestTaskPlan, requestVersionPlan } from '../seed/plans.js';
import { startShoal } from '../subjects/subjects.js';
import { type Figure, figure } from './result.js';

/** The steady mix of a million workers, in requests a second. */
const MIX: readonly { plan: (farm: FarmOptions) => Plan; rate: number; connections: number }[] = [
  { plan: fleetBeatPlan, rate: 8300, connections: 400 },
  { plan: () => requestTaskPlan(), rate: 1900, connections: 300 },
  { plan: () => requestVersionPlan(), rate: 5000, connections: 200 },
  { plan: fleetUpdatePlan, rate: 800, connections: 200 },
];
/** For as long as is measured, but at most a minute, until half of the answers come within so many milliseconds. */
const CATCH_UP_SECONDS = 5;
const MOST_CATCH_UP_SECONDS = 60;
const CAUGHT_UP_MS = 100;
const TOTAL = MIX.reduce((sum, { rate }) => sum + rate, 0);

/**
 * The state of so many workers, and their requests at once; reads and PGNs are replaced by request_version. Nobody plays the
 * tasks that are given out: after six minutes the scavenger gives them up again, which comes on top of the mix.
 */
export async function measureMillion(
  workers: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Figure> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  const farm = { runs: 200, tasks: workers };
  say(`million: writing ${workers} active tasks`);
  await writeFarm(directory, farm);
  const shoal = await startShoal(directory, {
    SHOAL_MAX_TASKS: '3000000',
    SHOAL_MAX_WORKERS: '3000000',
    SHARED_MEMORY_MB: '8192',
    TASK_SEMAPHORE_SIZE: '2000',
  });
  const streams = MIX.map(({ plan, rate, connections }) => ({ plan: plan(farm), connections, rate }));
  const client = await LoadClient.start({ url: shoal.url, streams });
  await catchUp(client, Math.min(seconds, MOST_CATCH_UP_SECONDS));
  say(`million: ${TOTAL} req/s for ${seconds} s`);
  const measured = await client.measure(seconds);
  await client.end();
  await shoal.stop();
  await rm(directory, { recursive: true });
  const rate = measured.reduce((sum, one) => sum + one.rate, 0);
  const errors = sum(measured, 'refused') + sum(measured, 'broken');
  const worst = (key: 'p50' | 'p99' | 'p999' | 'max') => Math.max(...measured.map((one) => one[key]));
  const refusal = measured.find(({ firstRefusal }) => firstRefusal !== undefined)?.firstRefusal;
  if (refusal !== undefined) say(`million: first refusal: ${refusal}`);
  const details = {
    workers,
    seconds,
    errors,
    p50: worst('p50'),
    p99: worst('p99'),
    p999: worst('p999'),
    max: worst('max'),
  };
  return figure('million', 'Shoal', 'req/s', [rate], details);
}

/** A steady mix is what is measured: the server has compiled its code, and answered what waited meanwhile. */
async function catchUp(client: LoadClient, most: number): Promise<void> {
  for (let spent = 0; spent < most; spent += CATCH_UP_SECONDS) {
    const measured = await client.measure(CATCH_UP_SECONDS);
    if (measured.every(({ p50 }) => p50 < CAUGHT_UP_MS)) return;
  }
}

function sum(measured: readonly Measurement[], key: 'refused' | 'broken'): number {
  return measured.reduce((total, one) => total + one[key], 0);
}

/** Workers that all come back within one second: request_version and request_task of each. Seconds to the last answer. */
export async function measureReconnect(workers: number): Promise<Figure> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  await writeFarm(directory, { runs: 100, tasks: 1000 });
  // Everyone is admitted: a refusal would only send the worker away for fifteen seconds.
  const shoal = await startShoal(directory, { TASK_SEMAPHORE_SIZE: String(workers) });
  const connections = 2000;
  const streams = [requestVersionPlan(), requestTaskPlan()].map((plan) => {
    return { plan, connections, rate: workers, requests: workers };
  });
  const client = await LoadClient.start({ url: shoal.url, streams });
  const measured = await client.measure(6);
  await client.end();
  await shoal.stop();
  await rm(directory, { recursive: true });
  const answered = Math.min(...measured.map(({ replies }) => replies));
  const errors = sum(measured, 'refused') + sum(measured, 'broken') + Math.max(0, workers - answered);
  const slowest = Math.max(...measured.map(({ max }) => max));
  return figure('reconnect', 'Shoal', 's', [slowest / 1000], { workers, errors, answered });
}
