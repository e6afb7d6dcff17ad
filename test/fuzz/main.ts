/**
 * `npm run fuzz -- --inputs N [--seed S] [--from I] [--seconds T] [--pages]`: sends inputs made from the schemas, or with
 * `--pages` requests to the pages, to a real server process. Exit code 0: every answer is one that the protocol names, nothing that was refused changed anything, and the
 * process neither died nor grew; 1: not so; 2: wrong usage. An input is replayed by its seed and number.
 */
import { parseArgs } from 'node:util';
import { watchReaders } from '../../src/cli/quiet-pipes.js';
import { slope } from '../chaos/trend.js';
import { fuzz } from './fuzz.js';
import { visitors } from './site-visitors.js';
import { Target } from './target.js';

const USAGE = 'usage: npm run fuzz -- --inputs N [--seed S] [--from I] [--seconds T] [--pages]';
const SLICE = 10_000;
/** Sessions are renewed so often: some of the forms end them. */
const PAGES_SLICE = 2_000;
const PAGES_CONNECTIONS = 16;
const CONNECTIONS = 64;
/** Inputs after which the process has what it keeps; growth counts from there. */
const WARM_UP = 20_000;
const MIB = 1024 * 1024;
const MOST_GROWTH = 256 * MIB;
/** After so many its caches are full: what it gains for each input from then on would be a leak. */
const STEADY = 400_000;
const MOST_STEADY_BYTES = 160;

async function main(args: string[]): Promise<number> {
  const text = (fallback: string) => ({ type: 'string' as const, default: fallback });
  const options = {
    inputs: text('100000'),
    seed: text('1'),
    from: text('0'),
    seconds: text('100000'),
    pages: { type: 'boolean' as const, default: false },
  };
  const { values } = parseArgs({ args, options });
  const [inputs, seed, from, seconds] = [values.inputs, values.seed, values.from, values.seconds].map(
    Number,
  ) as [number, number, number, number];
  if (![inputs, seed, from].every(Number.isSafeInteger) || !(seconds > 0)) throw new TypeError(USAGE);
  const target = await Target.start();
  const problems: string[] = [];
  const statuses = new Map<number, number>();
  const started = performance.now();
  let [done, sent] = [0, 0];
  /** Bytes by inputs done. */
  const memory: [done: number, bytes: number][] = [];
  try {
    while (done < inputs && problems.length === 0 && performance.now() - started < seconds * 1000) {
      const { pages } = values;
      const plan = {
        seed,
        from: from + done,
        inputs: Math.min(pages ? PAGES_SLICE : SLICE, inputs - done),
        connections: pages ? PAGES_CONNECTIONS : CONNECTIONS,
        ...(pages && { visitors: await visitors(target.server.url) }),
      };
      const refusedOnly = !pages && (done / SLICE) % 5 === 4;
      const before = refusedOnly ? await target.state() : '';
      const report = await fuzz(target, { ...plan, refusedOnly });
      if (refusedOnly && (await target.state()) !== before) problems.push('refused inputs changed the run');
      problems.push(...report.problems, ...target.errors());
      for (const [status, count] of report.statuses)
        statuses.set(status, (statuses.get(status) ?? 0) + count);
      done += plan.inputs;
      sent += report.sent;
      if (done >= WARM_UP) memory.push([done, await target.memory()]);
    }
    const growth = (memory.at(-1)?.[1] ?? 0) - (memory[0]?.[1] ?? 0);
    // Of fewer samples the slope would be that of the heaps' breathing.
    const steady = done < 2 * STEADY ? 0 : slope(memory.filter(([at]) => at > STEADY));
    if (growth > MOST_GROWTH) problems.push(`memory grew by ${growth} bytes`);
    if (steady > MOST_STEADY_BYTES) {
      problems.push(`memory grew by ${steady.toFixed(0)} bytes an input after the first ${STEADY}`);
    }
    const spent = (performance.now() - started) / 1000;
    const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
    console.log(
      `seed ${seed}, inputs ${from} to ${from + done - 1}, ${sent} sent, ${spent.toFixed(0)} s; ${counts.join(', ')}`,
    );
    const late =
      done >= 2 * STEADY ? `, by ${steady.toFixed(0)} bytes an input after the first ${STEADY}` : '';
    console.log(`memory grew by ${(growth / MIB).toFixed(1)} MiB after the first ${WARM_UP}${late}`);
  } finally {
    const code = await target.stop();
    if (code !== 0) problems.push(`the server ended with ${code}`);
  }
  for (const problem of problems) console.log(`seed ${seed}: ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

watchReaders();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 2;
}
