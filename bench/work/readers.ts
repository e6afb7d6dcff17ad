/**
 * Whether workers notice people: a fleet's beats at a steady rate, with and without fifty readers who reload the list of tests
 * once a second and an author who submits a test a second. Both are measured in turn on one server, so that what else the
 * machine does falls on both.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { DEMO_BOOKS } from '../../src/swarm/demo-github.js';
import { LoadClient, type Measurement } from '../load/client.js';
import { writeFarm } from '../seed/farm.js';
import { type Author, homePlan, signIn, submitPlan } from '../seed/page-plans.js';
import { beatPlan } from '../seed/plans.js';
import { type Subject, startShoal } from '../subjects/subjects.js';
import { FARM } from './measure.js';
import { type Figure, figure } from './result.js';

/** Beats a second: those of 120,000 workers. */
const BEATS = 1_000;
const BEAT_CONNECTIONS = 100;
const READERS = 50;
const WARM_UP_BEATS = 10_000;
/** More than an author may send, who is no program. */
const ENVIRONMENT = { SITE_POSTS_PER_MINUTE: '1000000' };

interface Round {
  readonly alone: Measurement;
  readonly beside: Measurement;
  readonly pages: Measurement;
  readonly submits: Measurement;
}

export async function measureReaders(
  rounds: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Figure> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  try {
    await writeFarm(directory, FARM);
    await writeBooks(directory);
    const shoal = await startShoal(directory, ENVIRONMENT);
    try {
      return figureOf(await measureRounds(shoal, rounds, seconds, say));
    } finally {
      await shoal.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measureRounds(
  shoal: Subject,
  rounds: number,
  seconds: number,
  say: (line: string) => void,
): Promise<Round[]> {
  const author = await signIn(shoal.url);
  const plan = { plan: beatPlan(FARM), connections: BEAT_CONNECTIONS, rate: BEATS };
  const workers = await LoadClient.start({ url: shoal.url, streams: [plan] });
  await workers.warmUp(WARM_UP_BEATS);
  // The pages' code is compiled before it is measured, too.
  await besidePeople(shoal, author, seconds, async () => undefined);
  const measured: Round[] = [];
  for (let i = 0; i < rounds; i++) {
    const [alone] = await workers.measure(seconds);
    const { during, people } = await besidePeople(shoal, author, seconds, () => workers.measure(seconds));
    const [pages, submits] = people;
    const round = { alone: alone!, beside: during[0]!, pages: pages!, submits: submits! };
    say(
      `readers: p99 of beat ${round.alone.p99.toFixed(2)} ms alone, ${round.beside.p99.toFixed(2)} ms beside ` +
        `${pages!.replies} pages (p99 ${pages!.p99.toFixed(0)} ms) and ${submits!.replies} submits; refused: ` +
        `${refusedOf(round)} (${submits!.firstRefusal ?? pages!.firstRefusal ?? 'none'})`,
    );
    measured.push(round);
  }
  await workers.end();
  return measured;
}

async function besidePeople<T>(shoal: Subject, author: Author, seconds: number, act: () => Promise<T>) {
  const people = await LoadClient.start({
    url: shoal.url,
    streams: [
      { plan: homePlan(), connections: READERS, rate: READERS },
      { plan: submitPlan(author), connections: 1, rate: 1 },
    ],
  });
  const [during, measured] = await Promise.all([act(), people.measure(seconds)]);
  await people.end();
  return { during, people: measured };
}

function figureOf(rounds: readonly Round[]): Figure {
  const more = rounds.map(({ alone, beside }) => beside.p99 - alone.p99);
  const middle = rounds.toSorted((a, b) => a.beside.p99 - a.alone.p99 - (b.beside.p99 - b.alone.p99))[
    Math.floor(rounds.length / 2)
  ]!;
  return figure('readers', 'Shoal', 'ms more', more, {
    alone: middle.alone.p99,
    beside: middle.beside.p99,
    ratio: middle.beside.p99 / middle.alone.p99,
    pageP99: middle.pages.p99,
    submitP99: middle.submits.p99,
    refused: rounds.reduce((sum, round) => sum + refusedOf(round), 0),
  });
}

function refusedOf({ alone, beside, pages, submits }: Round): number {
  return [alone, beside, pages, submits].reduce((sum, { refused, broken }) => sum + refused + broken, 0);
}

async function writeBooks(directory: string): Promise<void> {
  const writer = await openStore(`sqlite:${directory}`).openWriter();
  await writer.commit({ ...emptyBatch(), keyValues: [{ key: 'books', value: DEMO_BOOKS }] });
  await writer.close();
}
