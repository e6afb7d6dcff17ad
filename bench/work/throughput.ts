/**
 * Requests a second, subject beside subject: each round gives every subject a farm of its own, warms it up and measures
 * it, in turn, so that what else the machine does falls on all of them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '../load/client.js';
import { copyFarm, writeFarm } from '../seed/farm.js';
import { beatPlan, requestTaskPlan, requestVersionPlan, updatePlan } from '../seed/plans.js';
import { peer, type Subject, startBareUws, startFastify, startShoal } from '../subjects/subjects.js';
import { FARM, measureSubject, rateFigure, type Work } from './measure.js';
import type { Figure } from './result.js';

export const WORKS: Readonly<Record<string, Work>> = {
  beat: { plan: () => beatPlan(FARM), connections: 64, warmUp: 40_000 },
  // Durable replies wait for a commit: the more of them wait, the more a commit carries. Workers are many.
  update_task: { plan: () => updatePlan(FARM), connections: 512, warmUp: 20_000 },
  request_task: { plan: () => requestTaskPlan(), connections: 200, warmUp: 6_000 },
  request_version: { plan: () => requestVersionPlan(), connections: 64, warmUp: 20_000 },
};

export interface ThroughputOptions {
  works: readonly string[];
  rounds: number;
  seconds: number;
  peerUrl?: string;
  /** Measures only Shoal, without the others that it is held against. */
  isAlone?: boolean;
  say: (line: string) => void;
}

export async function measureThroughput(options: ThroughputOptions): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  const seed = join(home, 'seed');
  await writeFarm(seed, FARM);
  const figures: Figure[] = [];
  try {
    for (const name of options.works) {
      const measured = new Map<string, Measurement[]>();
      for (let round = 0; round < options.rounds; round++) {
        for (const subject of subjectsOf(options)) {
          const directory = join(home, 'farm');
          await copyFarm(seed, directory);
          const measurement = await measureOne(await subject(directory), WORKS[name]!, options, name);
          await rm(directory, { recursive: true });
          measured.set(measurement.subject, [...(measured.get(measurement.subject) ?? []), measurement.of]);
        }
      }
      for (const [subject, all] of measured) figures.push(rateFigure(name, subject, all));
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  return figures;
}

function subjectsOf({
  peerUrl,
  isAlone = false,
}: ThroughputOptions): ((directory: string) => Promise<Subject>)[] {
  const shoal = (directory: string) => startShoal(directory);
  if (isAlone) return [shoal];
  const peers = peerUrl === undefined ? [] : [async () => peer(peerUrl)];
  return [() => startBareUws(), shoal, startFastify, ...peers];
}

async function measureOne(
  subject: Subject,
  work: Work,
  { seconds, say }: ThroughputOptions,
  name: string,
): Promise<{ subject: string; of: Measurement }> {
  const bare = subject.name.startsWith('bare');
  const plan = () => (bare ? { ...work.plan(), expect: 'duration' } : work.plan());
  const of = await measureSubject(subject, { ...work, plan }, seconds);
  const cpu = of.serverMicros === undefined ? '' : `, ${of.serverMicros.toFixed(1)} µs CPU a request`;
  const refused = of.refused > 0 ? `, ${of.refused} refused (${of.firstRefusal})` : '';
  say(
    `${name}: ${subject.name}: ${Math.round(of.rate)} req/s${cpu}, client ${Math.round(of.busy * 100)} % busy${refused}`,
  );
  return { subject: subject.name, of };
}
