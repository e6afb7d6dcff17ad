/**
 * What it costs that other primaries may take the store over: durable updates of a server with STANDBY=wait beside one with refuse, and on MongoDB
 * beside one of an earlier checkout, if given; an embedded store has no fence, but another schema perhaps. All of a round are measured in turn, and
 * compared with the first of the same round.
 */
import { join, resolve } from 'node:path';
import { placeOn } from '../../test/store/mongodb-place.js';
import { sqlitePlace } from '../../test/store/sqlite-place.js';
import type { StorePlace } from '../../test/store/store-place.js';
import type { Measurement } from '../load/client.js';
import { writeFarmTo } from '../seed/farm.js';
import { updatePlan } from '../seed/plans.js';
import { startChild } from '../subjects/child.js';
import { FARM, type InTurn, measureSubject, rateFigure } from './measure.js';
import { type Figure, figure } from './result.js';

const WORK = { plan: () => updatePlan(FARM), connections: 512, warmUp: 20_000 };

interface Variant {
  readonly name: string;
  readonly main: string;
  readonly env: Record<string, string>;
}

export async function measureFence(options: InTurn): Promise<Figure[]> {
  const { before } = options;
  const main = 'src/main.js';
  const variants: Variant[] = [
    { name: 'STANDBY=refuse', main, env: {} },
    { name: 'STANDBY=wait', main, env: { STANDBY: 'wait' } },
  ];
  const figures = await compare('SQLite', sqlitePlace, variants, options);
  const uri = process.env['MONGODB_MEMORY_URI'] ?? process.env['MONGODB_URI'];
  if (uri === undefined) return figures;
  if (before !== undefined)
    variants.unshift({ name: 'before', main: resolve(before, join('dist', main)), env: {} });
  return [...figures, ...(await compare('MongoDB', () => placeOn(uri), variants, options))];
}

async function compare(
  store: string,
  open: () => Promise<StorePlace>,
  variants: readonly Variant[],
  { rounds, seconds, say }: InTurn,
): Promise<Figure[]> {
  const found = new Map(variants.map(({ name }) => [name, [] as Measurement[]]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of variants) {
      const measurement = await measureOne(await open(), variant, seconds);
      found.get(variant.name)!.push(measurement);
      const micros = measurement.serverMicros?.toFixed(1);
      say(
        `fence: ${store}, ${variant.name}: ${Math.round(measurement.rate)} req/s, ${micros} µs CPU a request`,
      );
    }
  }
  const work = `update_task, durable, ${store}`;
  const [[first, standard], ...others] = [...found] as [
    [string, Measurement[]],
    ...[string, Measurement[]][],
  ];
  const ratios = others.flatMap(([name, all]) => [
    figure(
      work,
      `${name} / ${first}, rate`,
      '×',
      quotients(all, standard, ({ rate }) => rate),
    ),
    figure(
      work,
      `${name} / ${first}, CPU`,
      '×',
      quotients(all, standard, ({ serverMicros = 0 }) => serverMicros),
    ),
  ]);
  return [...[...found].map(([name, all]) => rateFigure(work, name, all)), ...ratios];
}

async function measureOne(
  place: StorePlace,
  { name, main, env }: Variant,
  seconds: number,
): Promise<Measurement> {
  try {
    await writeFarmTo(place.store, FARM);
    const settings = { FISHTEST_PORT: '0', ADMIN_PORT: '0', HTTP_HOST: '127.0.0.1', SHOAL_GITHUB: 'off' };
    const subject = await startChild(
      name,
      main,
      { ...settings, LOG_LEVEL: 'info', STORE_URL: place.url, ...env },
      ['--enable-source-maps'],
    );
    return await measureSubject(subject, WORK, seconds);
  } finally {
    await place.remove();
  }
}

/** Of the same round. */
function quotients(
  some: readonly Measurement[],
  others: readonly Measurement[],
  of: (measurement: Measurement) => number,
): number[] {
  return some.map((measurement, round) => of(measurement) / of(others[round]!));
}
