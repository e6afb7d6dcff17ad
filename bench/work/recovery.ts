/**
 * How long a primary takes from holding the store until it may answer: a start, and a takeover by one that stood by and has read what it may
 * before (docs/cluster.md). Each active task is of a worker of its own, the dearest case. In this process, over an embedded store, so that no
 * other thread is beside it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Preload } from '../../src/operations/recovery/preload.js';
import { recover } from '../../src/operations/recovery/recover.js';
import { Shared } from '../../src/runtime/shared.js';
import { openStore } from '../../src/store/open-store.js';
import { type FarmOptions, writeFarm } from '../seed/farm.js';
import { type Figure, figure } from './result.js';

const MIB = 1024 ** 2;

interface Seconds {
  readonly start: number[];
  readonly takeover: number[];
  readonly before: number[];
}

export async function measureRecovery(
  farms: readonly FarmOptions[],
  rounds: number,
  say: (line: string) => void,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const farm of farms) {
    const directory = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
    try {
      await writeFarm(directory, farm);
      const seconds: Seconds = { start: [], takeover: [], before: [] };
      for (let round = 0; round < rounds; round++) {
        seconds.start.push((await recoverOnce(directory, farm, false, say)).recovery);
        const { recovery, preload } = await recoverOnce(directory, farm, true, say);
        seconds.takeover.push(recovery);
        seconds.before.push(preload);
      }
      const work = `recovery of ${farm.tasks.toLocaleString('en')} active tasks`;
      figures.push(
        figure(work, 'a start', 's', seconds.start),
        figure(work, 'a takeover', 's', seconds.takeover),
        figure(work, 'read while standing by', 's', seconds.before),
      );
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  return figures;
}

async function recoverOnce(
  directory: string,
  { tasks }: FarmOptions,
  standsBy: boolean,
  say: (line: string) => void,
): Promise<{ recovery: number; preload: number }> {
  const sizes = { runs: 4096, tasks: 2 * tasks, workers: 2 * tasks, users: 1000, slabBytes: 1024 * MIB };
  const { state } = Shared.create(3072 * MIB, { sizes, taskSemaphoreSize: 256, tokens: 64 });
  state.threads.join('bench', { parks: true });
  const reader = await openStore(`sqlite:${directory}`).openReader();
  try {
    let began = performance.now();
    const lap = () => {
      const seconds = (performance.now() - began) / 1000;
      began = performance.now();
      return seconds;
    };
    const preload = new Preload(state, reader);
    if (standsBy) await preload.look();
    preload.end();
    const before = lap();
    const steps: string[] = [];
    const all = performance.now();
    const { forgotten } = await recover(state, reader, Date.now(), {
      workers: preload.workers,
      ended: (step) => steps.push(`${step} ${lap().toFixed(2)} s`),
    });
    const recovery = (performance.now() - all) / 1000;
    await forgotten;
    say(`recovery: ${tasks} tasks, ${standsBy ? 'a takeover' : 'a start'}: ${steps.join(', ')}`);
    return { recovery, preload: before };
  } finally {
    await reader.close();
  }
}
