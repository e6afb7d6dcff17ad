/** `npm run bench`: measures, prints every goal of the design with what was reached, and writes it all as JSON. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { watchReaders } from '../src/cli/quiet-pipes.js';
import { measureMicro } from './micro/micro.js';
import { measureFence } from './work/fence.js';
import { measureFew } from './work/few-connections.js';
import { measureMillion, measureReconnect } from './work/fleet.js';
import { measureActiveTask, measureIdleConnections, measureStartUp } from './work/footprint.js';
import { goalLines, judge } from './work/goals.js';
import { measureLinger } from './work/linger.js';
import { measurePages, pageTable } from './work/pages.js';
import { measureReaders } from './work/readers.js';
import { measureRecovery } from './work/recovery.js';
import { emptyResults, type Figure, PAGES } from './work/result.js';
import { measureScale } from './work/scale.js';
import { measureStores } from './work/stores.js';
import { measureSweeps } from './work/sweeps.js';
import { measureThroughput, WORKS } from './work/throughput.js';

const OTHERS = [
  'micro',
  'scale',
  'idle',
  'task-memory',
  'start-up',
  'recovery',
  'reconnect',
  'million',
  'stores',
  'linger',
  'readers',
  'pages',
  'sweeps',
  'fence',
];
const FARMS = [
  { runs: 100, tasks: 100_000 },
  { runs: 200, tasks: 1_000_000 },
];
const HELP = `npm run bench -- [--quick] [--only NAME[,NAME]] [--json FILE] [--before DIR] [--peer URL] [--alone] [--farm DIR]

  --quick      fewer and shorter rounds, no sweeps, a tenth of the million for 15 s; ends within 5 minutes. Asked for with
               --only, the sweeps are short ones, and the million is whole for 60 s
  --only NAME  of: ${[...Object.keys(WORKS), ...OTHERS].join(', ')}
  --json FILE  writes all figures; npm run bench:report makes a page from it
  --before DIR another checkout, built, that fence and linger compare with; fence is measured only when asked for by --only fence
  --peer URL   also measures a server that runs already, seeded by its owner
  --alone      measures the throughput of Shoal only, not of what it is held against
  --farm DIR   keeps the farm of pages, whose writing takes longer than its measurement, for the next time
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    peer: { type: 'string' },
    before: { type: 'string' },
    farm: { type: 'string' },
    alone: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const readerGone = watchReaders();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const { quick } = values;
const only = values.only?.split(',');
const say = (line: string) => void process.stderr.write(`${line}\n`);
const results = emptyResults(quick);

const sections: readonly (readonly [string, () => Promise<Figure | Figure[]>])[] = [
  ...Object.keys(WORKS).map((name) => [name, () => throughput(name)] as const),
  ['micro', () => measureMicro(quick ? { rounds: 1, ms: 20 } : { rounds: 5, ms: 200 })],
  ['scale', measureScale],
  ['idle', () => measureIdleConnections(quick ? 4000 : 15_000)],
  ['task-memory', () => measureActiveTask(quick ? 50_000 : 200_000)],
  ['start-up', () => measureStartUp()],
  ['recovery', () => measureRecovery(quick ? FARMS.slice(0, 1) : FARMS, quick ? 1 : 3, say)],
  ['reconnect', () => measureReconnect(10_000)],
  [
    'million',
    () =>
      only === undefined && quick
        ? measureMillion(100_000, 15, say)
        : measureMillion(1_000_000, quick ? 60 : 600, say),
  ],
  ['stores', () => (quick ? measureStores(50, 1) : measureStores(200, 3))],
  [
    'linger',
    async () => [
      ...(await measureLinger(quick ? 1500 : 5000)),
      ...(await measureFew({ rounds: quick ? 1 : 5, seconds: quick ? 1.5 : 4, before: values.before, say })),
    ],
  ],
  [
    'fence',
    () => measureFence({ rounds: quick ? 1 : 5, seconds: quick ? 1.5 : 4, before: values.before, say }),
  ],
  ['readers', () => (quick ? measureReaders(10, say) : measureReaders(40, say))],
  ['pages', () => measurePages({ isQuick: quick, farm: values.farm, say })],
  ['sweeps', () => measureSweeps({ rounds: quick ? 1 : 3, seconds: quick ? 1.5 : 3, say })],
];
const unknown = only?.filter((name) => !sections.some(([known]) => known === name)) ?? [];
if (unknown.length > 0) {
  process.stderr.write(`there is no benchmark ${unknown.join(', ')}\n\n${HELP}`);
  process.exit(2);
}

let failed = 0;
for (const [name, measure] of sections) {
  if (readerGone.aborted) break;
  if (only === undefined ? name === 'fence' || (quick && name === 'sweeps') : !only.includes(name)) continue;
  try {
    const figures = await measure();
    results.figures.push(...(Array.isArray(figures) ? figures : [figures]));
  } catch (error) {
    failed++;
    say(`${name} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const others = results.figures.filter(({ work }) => work !== PAGES);
const lines = [...others.map(figureLine), ...pageTable(results.figures)];
process.stdout.write(`${lines.join('\n')}\n\n`);
process.stdout.write(`${goalLines(judge(results)).join('\n')}\n`);
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
process.exit(failed === 0 ? 0 : 1);

function throughput(name: string): Promise<Figure[]> {
  return measureThroughput({
    works: [name],
    rounds: quick ? 2 : 5,
    seconds: quick ? 1.5 : 4,
    say,
    isAlone: values.alone,
    ...(values.peer === undefined ? {} : { peerUrl: values.peer }),
  });
}

function figureLine({ work, subject, unit, median, least, most, details = {} }: Figure): string {
  const show = (value: number) => (value >= 100 ? String(Math.round(value)) : value.toPrecision(3));
  const more = Object.entries(details).map(([name, value]) => `, ${name} ${show(value)}`);
  return `${work}, ${subject}: ${show(median)} ${unit} (${show(least)}…${show(most)})${more.join('')}`;
}
