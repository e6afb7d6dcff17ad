/** What each knob does: one setting of the server after the other, in turn, under the load that feels it most. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadClient, type Measurement } from '../load/client.js';
import type { Plan } from '../load/plan.js';
import { type FarmOptions, writeFarm } from '../seed/farm.js';
import { beatPlan, requestTaskPlan, updatePlan } from '../seed/plans.js';
import { startShoal } from '../subjects/subjects.js';
import { type Figure, figure } from './result.js';

const FARM: FarmOptions = { runs: 100, tasks: 10_000 };

interface Load {
  plan: () => Plan;
  connections: number;
  warmUp: number;
}

const BEATS: Load = { plan: () => beatPlan(FARM), connections: 128, warmUp: 30_000 };
const UPDATES: Load = { plan: () => updatePlan(FARM), connections: 512, warmUp: 10_000 };
/** More at once than are admitted by default. */
const REQUESTS: Load = { plan: () => requestTaskPlan(), connections: 512, warmUp: 4000 };
/** None is turned away, so that the other knobs are seen. */
const ADMIT_ALL = { TASK_SEMAPHORE_SIZE: '512' };

interface Sweep {
  work: string;
  load: Load;
  knob: string;
  values: readonly (number | string)[];
  /** Settings that all of them share. */
  env?: Readonly<Record<string, string>>;
}

const SWEEPS: readonly Sweep[] = [
  {
    work: 'request_task',
    load: REQUESTS,
    knob: 'THREADPOOL_TOKENS',
    values: [10, 30, 64, 300, 1000],
    env: ADMIT_ALL,
  },
  { work: 'request_task', load: REQUESTS, knob: 'TASK_SEMAPHORE_SIZE', values: [16, 64, 256, 512] },
  { work: 'request_task', load: REQUESTS, knob: 'THREADPOOL_THREADS', values: [1, 2, 4], env: ADMIT_ALL },
  { work: 'beat', load: BEATS, knob: 'HTTP_THREADS', values: [1, 2, 4] },
  { work: 'update_task', load: UPDATES, knob: 'HTTP_THREADS', values: [1, 2, 4] },
  { work: 'update_task', load: UPDATES, knob: 'DURABILITY', values: ['strict', 'relaxed'] },
];

export interface SweepOptions {
  rounds: number;
  seconds: number;
  say: (line: string) => void;
}

/** Good replies a second for each value of each knob; latencies and CPU time are among the details. */
export async function measureSweeps({ rounds, seconds, say }: SweepOptions): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  const seed = join(home, 'seed');
  const directory = join(home, 'farm');
  await writeFarm(seed, FARM);
  const figures: Figure[] = [];
  try {
    for (const { work, load, knob, values, env } of SWEEPS) {
      const measured = values.map(() => [] as Measurement[]);
      for (let round = 0; round < rounds; round++) {
        for (const [i, value] of values.entries()) {
          await cp(seed, directory, { recursive: true });
          const one = await measureOne(directory, load, seconds, { ...env, [knob]: String(value) });
          await rm(directory, { recursive: true });
          measured[i]!.push(one);
          say(`${work}, ${knob} ${value}: ${Math.round(one.rate)} req/s, p99 ${one.p99.toFixed(1)} ms`);
        }
      }
      for (const [i, value] of values.entries()) {
        figures.push(figureOf(`${work} by ${knob}`, String(value), measured[i]!));
      }
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  return figures;
}

async function measureOne(
  directory: string,
  { plan, connections, warmUp }: Load,
  seconds: number,
  env: Record<string, string>,
): Promise<Measurement> {
  const shoal = await startShoal(directory, env);
  const client = await LoadClient.start({ url: shoal.url, plan: plan(), connections, pid: shoal.pid! });
  await client.warmUp(warmUp);
  const measurement = await client.measure(seconds);
  await client.end();
  await shoal.stop();
  return measurement;
}

function figureOf(work: string, value: string, all: readonly Measurement[]): Figure {
  const middle = all.toSorted((a, b) => a.rate - b.rate)[Math.floor(all.length / 2)]!;
  const rates = all.map(({ rate }) => rate);
  return figure(work, value, 'req/s', rates, {
    p50: middle.p50,
    p99: middle.p99,
    serverMicros: middle.serverMicros ?? 0,
    refusedShare: middle.refused / Math.max(1, middle.replies),
  });
}
