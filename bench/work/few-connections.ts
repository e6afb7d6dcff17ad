/**
 * request_task from few connections: each waits for its reply before it asks again, so the time of a reply is what a worker waits for
 * a durable task. Beside it many connections, where what a batch saves shows; and an earlier checkout, if given, in turn.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Measurement } from '../load/client.js';
import { writeFarm } from '../seed/farm.js';
import { requestTaskPlan } from '../seed/plans.js';
import { startChild } from '../subjects/child.js';
import { FARM, type InTurn, measureSubject, rateFigure } from './measure.js';
import type { Figure } from './result.js';

const CONNECTIONS = [4, 64] as const;
/** Replies before it is measured, a connection. */
const WARM_UP = 100;

/** A farm is written by the code that reads it, since an older one may read no newer store. */
interface Variant {
  readonly name: string;
  readonly main: string;
  readonly writeFarm: typeof writeFarm;
}

export async function measureFew({ rounds, seconds, before, say }: InTurn): Promise<Figure[]> {
  const variants: Variant[] = [{ name: 'Shoal', main: 'src/main.js', writeFarm }];
  if (before !== undefined) variants.unshift(await earlier(resolve(before, 'dist')));
  const figures: Figure[] = [];
  for (const connections of CONNECTIONS) {
    const found = new Map(variants.map(({ name }) => [name, [] as Measurement[]]));
    for (let round = 0; round < rounds; round++) {
      for (const variant of variants) {
        const measurement = await measureOne(variant, connections, seconds);
        found.get(variant.name)!.push(measurement);
        const { rate, p50 } = measurement;
        say(`few: ${variant.name}, ${connections} connections: ${Math.round(rate)}/s, ${p50.toFixed(2)} ms`);
      }
    }
    const work = `request_task, ${connections} connections`;
    for (const [name, all] of found) figures.push(rateFigure(work, name, all));
  }
  return figures;
}

async function earlier(dist: string): Promise<Variant> {
  const farm = (await import(pathToFileURL(join(dist, 'bench/seed/farm.js')).href)) as {
    writeFarm: typeof writeFarm;
  };
  return { name: 'before', main: join(dist, 'src/main.js'), writeFarm: farm.writeFarm };
}

async function measureOne(variant: Variant, connections: number, seconds: number): Promise<Measurement> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  try {
    await variant.writeFarm(directory, FARM);
    const settings = { FISHTEST_PORT: '0', ADMIN_PORT: '0', HTTP_HOST: '127.0.0.1', SHOAL_GITHUB: 'off' };
    const env = { ...settings, LOG_LEVEL: 'info', STORE_URL: `sqlite:${directory}` };
    const subject = await startChild(variant.name, variant.main, env, ['--enable-source-maps']);
    const work = { plan: () => requestTaskPlan(), connections, warmUp: WARM_UP * connections };
    return await measureSubject(subject, work, seconds);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
