/**
 * How long a page takes, and how long it is: the time to the first byte of each page and of variants of its lists, over one kept
 * connection, with the beats and questions for work of 10,000 workers beside them. Pages are asked for in turn, so that what a
 * thread remembers for a moment of one page is mostly forgotten before its next turn, as it is for people.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadClient } from '../load/client.js';
import { copyFarm } from '../seed/farm.js';
import { keptPageFarm, type PageFarm, POLLED, SMALL, WHOLE, writePageFarm } from '../seed/page-farm.js';
import { signIn } from '../seed/page-plans.js';
import { beatPlan, requestTaskPlan } from '../seed/plans.js';
import { startShoal } from '../subjects/subjects.js';
import { type MeasuredPage, measuredPages } from './page-list.js';
import { type Figure, figure, PAGES } from './result.js';

/** Each of 10,000 workers beats every two minutes, and asks for work about every half an hour. */
const BEATS = 84;
const QUESTIONS = 6;
const WARM_UPS = 3;
const KIB = 1024;
/** One client asks for all that many people would. */
const ENVIRONMENT = { SITE_SEARCHES_PER_MINUTE: '1000000', SITE_POSTS_PER_MINUTE: '1000000' };

export interface PageOptions {
  readonly isQuick: boolean;
  /** A directory that keeps the farm for the next time. */
  readonly farm: string | undefined;
  readonly say: (line: string) => void;
}

export async function measurePages({ isQuick, farm: kept, say }: PageOptions): Promise<Figure[]> {
  const farm = isQuick ? SMALL : WHOLE;
  const directory = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  try {
    const store = join(directory, 'store');
    if (kept === undefined) await writePageFarm(store, farm, say);
    else await copyFarm(await keptPageFarm(kept, farm, say), store);
    const shoal = await startShoal(store, ENVIRONMENT);
    try {
      return await besideWorkers(shoal.url, () => measureAll(shoal.url, farm, isQuick ? 10 : 50, say));
    } finally {
      await shoal.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function besideWorkers<T>(url: string, measure: () => Promise<T>): Promise<T> {
  const workers = await LoadClient.start({
    url,
    streams: [
      { plan: beatPlan(POLLED), connections: 100, rate: BEATS },
      { plan: requestTaskPlan(), connections: 10, rate: QUESTIONS },
    ],
  });
  try {
    return await measure();
  } finally {
    await workers.end();
  }
}

interface Sample {
  readonly ms: number;
  readonly bytes: number;
}

async function measureAll(
  url: string,
  farm: PageFarm,
  rounds: number,
  say: (line: string) => void,
): Promise<Figure[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { cookie } = await signIn(url);
  const pages = measuredPages(farm);
  const samples = new Map<MeasuredPage, Sample[]>(pages.map((page) => [page, []]));
  say(`pages: ${rounds} times each of ${pages.length}`);
  for (let round = -WARM_UPS; round < rounds; round++) {
    for (const [page, all] of samples) {
      const sample = await ask(agent, url, page, cookie);
      if (round >= 0) all.push(sample);
    }
  }
  agent.destroy();
  return [...samples].map(([{ name }, all]) => figureOf(name, all));
}

function figureOf(name: string, samples: readonly Sample[]): Figure {
  const times = samples.map(({ ms }) => ms).sort((a, b) => a - b);
  const p99 = times[Math.ceil(0.99 * times.length) - 1]!;
  const kib = Math.max(...samples.map(({ bytes }) => bytes)) / KIB;
  const all = figure(PAGES, name, 'ms', times);
  return { ...all, details: { p50: all.median, p99, kib } };
}

async function ask(agent: Agent, url: string, page: MeasuredPage, cookie: string): Promise<Sample> {
  const headers = {
    'Accept-Encoding': 'gzip',
    // With any cookie a page is the asker's own: none is another's of the same second.
    Cookie: page.as === 'approver' ? cookie : 'theme=light',
    ...(page.isFragment === true && { 'HX-Request': 'true' }),
  };
  const began = performance.now();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${url}${page.path}`, { agent, headers }, resolve).on('error', reject).end();
  });
  const ms = performance.now() - began;
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  const { statusCode: status } = response;
  if (status !== 200) throw new Error(`${page.name} (${page.path}) answers ${status}`);
  return { ms, bytes };
}

/** For docs/benchmarks.md. */
export function pageTable(figures: readonly Figure[]): string[] {
  const pages = figures.filter(({ work }) => work === PAGES);
  if (pages.length === 0) return [];
  const rows = pages.map(({ subject, median, details }) => {
    const numbers = [median, details!['p99']!, details!['kib']!].map((value) => value.toFixed(1));
    return `| ${subject} | ${numbers.join(' | ')} |`;
  });
  return ['| page | median, ms | p99, ms | KiB |', '|---|---|---|---|', ...rows];
}
