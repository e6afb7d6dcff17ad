/**
 * Whether workers notice people: a fleet's beats at a steady rate, with and without fifty readers who reload the list of tests
 * once a second, half of them signed in, and an author who submits a test a second. Windows of both kinds are measured in turn
 * on one server, many and short, so that what else the machine does falls on both; the figure is the median of their pairs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { DEMO_BOOKS } from '../../src/swarm/demo-github.js';
import { LoadClient, type Measurement } from '../load/client.js';
import { writeFarm } from '../seed/farm.js';
import { homePlan, signIn, submitPlan } from '../seed/page-plans.js';
import { beatPlan } from '../seed/plans.js';
import { startShoal } from '../subjects/subjects.js';
import { FARM } from './measure.js';
import { type Figure, figure } from './result.js';

/** Beats a second: those of 120,000 workers. */
const BEATS = 1_000;
const BEAT_CONNECTIONS = 100;
/** Of each kind: nobody, and signed in. */
const READERS = 25;
/** Until their code is compiled. */
const WARM_UP_BEATS = 10_000;
const WARM_UP_PAGES = 4_000;
const SECONDS = 2;
/** The beats' thread is the instrument, the people's stands for machines elsewhere: where both share the server's processors. */
const BEFORE_OTHERS = -5;
const BEHIND_OTHERS = 10;
/** More than an author may send, who is no program. */
const ENVIRONMENT = { SITE_POSTS_PER_MINUTE: '1000000' };

interface Pair {
  readonly alone: Measurement;
  readonly beside: Measurement;
  readonly people: readonly Measurement[];
}

export async function measureReaders(pairs: number, say: (line: string) => void): Promise<Figure> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  try {
    await writeFarm(directory, FARM);
    await writeBooks(directory);
    const shoal = await startShoal(directory, ENVIRONMENT);
    try {
      return figureOf(await measurePairs(shoal.url, pairs), say);
    } finally {
      await shoal.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measurePairs(url: string, count: number): Promise<Pair[]> {
  const beats = { plan: beatPlan(FARM), connections: BEAT_CONNECTIONS, rate: BEATS };
  const workers = await LoadClient.start({ url, streams: [beats], priority: BEFORE_OTHERS });
  await workers.warmUp(WARM_UP_BEATS);
  const people = await warmPeople(url);
  const pairs: Pair[] = [];
  for (let i = 0; i < count; i++) {
    const [alone] = await workers.measure(SECONDS);
    const [[beside], measured] = await Promise.all([workers.measure(SECONDS), people.measure(SECONDS)]);
    pairs.push({ alone: alone!, beside: beside!, people: measured });
  }
  await Promise.all([workers.end(), people.end()]);
  return pairs;
}

/** People who ask only while they are measured, and pages that have been asked for often before. */
async function warmPeople(url: string): Promise<LoadClient> {
  const author = await signIn(url);
  const plans = [homePlan(), homePlan(author)];
  const streams = plans.map((plan) => ({ plan, connections: 2, rate: 0 }));
  const submits = { plan: submitPlan(author), connections: 1, rate: 1 };
  const first = await LoadClient.start({ url, streams: [...streams, submits] });
  await first.warmUp(WARM_UP_PAGES);
  await first.end();
  const readers = plans.map((plan) => {
    return { plan, connections: READERS, rate: READERS, requests: READERS * SECONDS };
  });
  return await LoadClient.start({
    url,
    streams: [...readers, { ...submits, requests: SECONDS }],
    priority: BEHIND_OTHERS,
  });
}

function figureOf(pairs: readonly Pair[], say: (line: string) => void): Figure {
  const more = pairs.map(({ alone, beside }) => beside.p99 - alone.p99);
  const [quarter, threeQuarters] = [0.25, 0.75].map((at) => quantile(more, at));
  const middle = (of: (pair: Pair) => number) => quantile(pairs.map(of), 0.5);
  const alone = middle((pair) => pair.alone.p99);
  const beside = middle((pair) => pair.beside.p99);
  const all = pairs.flatMap(({ alone, beside, people }) => [alone, beside, ...people]);
  const refused = all.reduce((sum, each) => sum + each.refused + each.broken, 0);
  const refusal = all.find(({ firstRefusal }) => firstRefusal !== undefined)?.firstRefusal ?? 'none';
  say(
    `readers: p99 of beat ${alone.toFixed(2)} ms alone, ${beside.toFixed(2)} ms beside them; half of ${pairs.length} pairs ` +
      `${quarter!.toFixed(2)} to ${threeQuarters!.toFixed(2)} ms more; refused: ${refused} (${refusal})`,
  );
  return figure('readers', 'Shoal', 'ms more', more, {
    alone,
    beside,
    quarter: quarter!,
    threeQuarters: threeQuarters!,
    pageP99: middle(({ people: [, signedIn] }) => signedIn!.p99),
    submitP99: middle(({ people }) => people.at(-1)!.p99),
    refused,
  });
}

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(at * (sorted.length - 1))]!;
}

async function writeBooks(directory: string): Promise<void> {
  const writer = await openStore(`sqlite:${directory}`).openWriter();
  await writer.commit({ ...emptyBatch(), keyValues: [{ key: 'books', value: DEMO_BOOKS }] });
  await writer.close();
}
