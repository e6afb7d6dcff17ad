/** What each setting does: one setting of the server after the other, in turn, under the load that feels it most. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '../load/client.js';
import { copyFarm, writeFarm } from '../seed/farm.js';
import { beatPlan, requestTaskPlan, updatePlan } from '../seed/plans.js';
import { startShoal } from '../subjects/subjects.js';
import { FARM, measureSubject, rateFigure, type Work } from './measure.js';
import type { Figure } from './result.js';

const BEATS: Work = { plan: () => beatPlan(FARM), connections: 128, warmUp: 30_000 };
const UPDATES: Work = { plan: () => updatePlan(FARM), connections: 512, warmUp: 10_000 };
/** More at once than are admitted by default. */
const REQUESTS: Work = { plan: () => requestTaskPlan(), connections: 512, warmUp: 4000 };
/** None is turned away, so that the other settings are seen. */
const ADMIT_ALL = { TASK_SEMAPHORE_SIZE: '512' };

interface Sweep {
  work: string;
  load: Work;
  setting: string;
  values: readonly (number | string)[];
  /** Settings that all of them share. */
  env?: Readonly<Record<string, string>>;
}

const SWEEPS: readonly Sweep[] = [
  {
    work: 'request_task',
    load: REQUESTS,
    setting: 'THREADPOOL_TOKENS',
    values: [10, 30, 64, 300, 1000],
    env: ADMIT_ALL,
  },
  { work: 'request_task', load: REQUESTS, setting: 'TASK_SEMAPHORE_SIZE', values: [16, 64, 256, 512] },
  { work: 'request_task', load: REQUESTS, setting: 'THREADPOOL_THREADS', values: [1, 2, 4], env: ADMIT_ALL },
  { work: 'beat', load: BEATS, setting: 'HTTP_THREADS', values: [1, 2, 4] },
  { work: 'update_task', load: UPDATES, setting: 'HTTP_THREADS', values: [1, 2, 4] },
  { work: 'update_task', load: UPDATES, setting: 'DURABILITY', values: ['strict', 'relaxed'] },
];

export interface SweepOptions {
  rounds: number;
  seconds: number;
  say: (line: string) => void;
}

/** Good replies a second for each value of each setting; latencies and CPU time are among the details. */
export async function measureSweeps({ rounds, seconds, say }: SweepOptions): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  const seed = join(home, 'seed');
  const directory = join(home, 'farm');
  await writeFarm(seed, FARM);
  const figures: Figure[] = [];
  try {
    for (const { work, load, setting, values, env } of SWEEPS) {
      const measured = values.map(() => [] as Measurement[]);
      for (let round = 0; round < rounds; round++) {
        for (const [i, value] of values.entries()) {
          await copyFarm(seed, directory);
          const shoal = await startShoal(directory, { ...env, [setting]: String(value) });
          const one = await measureSubject(shoal, load, seconds);
          await rm(directory, { recursive: true });
          measured[i]!.push(one);
          say(`${work}, ${setting} ${value}: ${Math.round(one.rate)} req/s, p99 ${one.p99.toFixed(1)} ms`);
        }
      }
      for (const [i, value] of values.entries()) {
        figures.push(rateFigure(`${work} by ${setting}`, String(value), measured[i]!));
      }
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  return figures;
}
