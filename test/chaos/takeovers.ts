/**
 * `npm run takeovers`: two primaries of one store under a swarm. The one that serves is made to go in one way again and again; how
 * long nobody answers is measured by clients that ask all the time, and the swarm's own books judge.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { watchReaders } from '../../src/cli/quiet-pipes.js';
import { integer } from '../../src/cli/values.js';
import { START_STEPS } from '../../src/runtime/start-steps.js';
import { findAccess } from '../../src/swarm/access.js';
import { addApprovedRuns, addAuthors } from '../../src/swarm/demo-runs.js';
import type { Fleet } from '../../src/swarm/fleet.js';
import { runSwarm } from '../../src/swarm/swarm.js';
import type { SwarmReport } from '../../src/swarm/swarm-report.js';
import {
  type Baseline,
  type Call,
  describeVerification,
  takeBaseline,
  verify,
} from '../../src/swarm/verify.js';
import { Balancer } from './balancer.js';
import { keepRuns } from './keep-runs.js';
import { Prober } from './prober.js';
import { endOf, type Node, Nodes, WAYS, type Way } from './takeover-nodes.js';

const STOPPED_MS = 30_000;
const BETWEEN_MS = 1_500;

interface Options {
  readonly way: Way;
  readonly times: number;
  readonly workers: number;
  readonly leaseMs: number;
  readonly keepAlive: boolean;
  readonly store?: string;
}

interface Row {
  /** Without a good answer, in milliseconds. */
  readonly silent: number;
  /** From the taking of the store to the first answer, by step. */
  readonly steps: Readonly<Record<string, number>>;
}

/** Where the admin API is of whichever serves. */
async function callOf(directory: string): Promise<Call> {
  return (await findAccess({ data: directory }, {})).call!;
}

async function takeovers(options: Options): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-takeovers-'));
  const nodes = await Nodes.open({ ...options, directory });
  const stop = new AbortController();
  let balancer: Balancer | undefined;
  let prober: Prober | undefined;
  try {
    const first = await nodes.start();
    await first.server.serves();
    balancer = nodes.areApart ? await Balancer.open(first.address) : undefined;
    const { host, port } = balancer?.address ?? first.address;
    const access = await findAccess({ data: directory }, {});
    await addAuthors(access.call!, randomBytes(12).toString('hex'));
    await addApprovedRuns(access.call!);
    const baseline = await takeBaseline(access.call!);
    let fleet: Fleet | undefined;
    const swarm = runSwarm(
      { ...access, url: `http://${host}:${port}`, call: undefined },
      {
        workers: options.workers,
        keepAlive: options.keepAlive,
        seconds: 3600,
        timeScale: 60,
        ramp: 3,
        allowOutage: true,
        signal: stop.signal,
      },
      (started) => {
        fleet = started;
        return () => {};
      },
    );
    const refilling = keepRuns(async (verb, asked) => (await callOf(directory))(verb, asked), stop.signal);
    prober = new Prober({ host, port }, access.users[0]!);
    const { rows, problems } = await replaceAll(first, { options, directory, nodes, balancer, prober });
    await prober.stop();
    stop.abort();
    const report = await swarm;
    await refilling.catch(() => {});
    problems.push(...(await judge(await callOf(directory), fleet!, report, baseline)));
    print({ options, rows, report, prober, problems });
    return problems.length === 0 ? 0 : 1;
  } finally {
    stop.abort();
    await nodes.close();
    // It asks for ever, and so keeps a process alive whose trial has failed.
    await prober?.stop();
    await balancer?.close();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Scene {
  readonly options: Options;
  readonly directory: string;
  readonly nodes: Nodes;
  readonly balancer: Balancer | undefined;
  readonly prober: Prober;
}

/** Each takes over from the one before. */
async function replaceAll(first: Node, scene: Scene): Promise<{ rows: Row[]; problems: string[] }> {
  const { options, nodes, prober } = scene;
  const { way, times } = options;
  const rows: Row[] = [];
  const ends: Promise<string[]>[] = [];
  let active = first;
  for (let i = 0; i < times; i++) {
    const next = await nodes.start();
    await next.server.standsBy();
    await sleep(BETWEEN_MS);
    const began = performance.now();
    await replace(active, next, scene);
    const { steps } = await next.server.serves();
    rows.push({ silent: await prober.longestSilence(began), steps: steps as Row['steps'] });
    await sleep(BETWEEN_MS);
    const gone = active;
    if (way === 'stop') ends.push(sleep(STOPPED_MS).then(() => resume(gone)));
    else {
      if (way === 'cut' || way === 'partition') await gone.join();
      ends.push(endOf(gone, way));
      await ends.at(-1);
    }
    active = next;
  }
  return { rows, problems: (await Promise.all(ends)).flat() };
}

function resume(stopped: Node): Promise<string[]> {
  stopped.server.signal('SIGCONT');
  return endOf(stopped, 'stop');
}

/** Does to the primary what the way says; a balancer finds it out at once. */
async function replace(active: Node, next: Node, { options, directory, balancer }: Scene): Promise<void> {
  const { way, leaseMs } = options;
  const handOver = async () => {
    // One that has just begun to stand by is known when its beats have moved.
    await knowsStandby(directory);
    return await (await callOf(directory))('handover', {});
  };
  if (way === 'partition-standby') {
    await next.cut();
    await sleep(2 * leaseMs);
    await next.join();
    if (next.server.log.some(({ msg }) => /has the store/.test(msg)))
      throw new Error('a standby that was cut off took the store');
  }
  balancer?.turnTo(next.address);
  if (way === 'handover' || way === 'partition-standby') await handOver();
  else if (way === 'kill') active.server.signal('SIGKILL');
  else if (way === 'hang') active.server.signal('SIGWINCH');
  else if (way === 'stop') active.server.signal('SIGSTOP');
  else await active.cut();
}

async function knowsStandby(directory: string): Promise<void> {
  const call = await callOf(directory);
  while ((await call('cluster', {})).cluster.standbys.length === 0) await sleep(100);
}

/** What the swarm's books and its workers found wrong; broken connections are no fault of a primary that dies. */
async function judge(call: Call, fleet: Fleet, report: SwarmReport, baseline: Baseline): Promise<string[]> {
  const verification = await verify(call, fleet.ledger, baseline);
  const problems = verification.agrees ? [] : [describeVerification(verification)];
  for (const { kind, what, count, request } of report.faults)
    if (kind !== 'broken' && kind !== 'unusable') problems.push(`${kind}: ${request}: ${what} (${count})`);
  return problems;
}

interface Figures {
  readonly options: Options;
  readonly rows: readonly Row[];
  readonly report: SwarmReport;
  readonly prober: Prober;
  readonly problems: readonly string[];
}

function print({ options, rows, report, prober, problems }: Figures): void {
  const { way, store, times, workers, leaseMs, keepAlive } = options;
  const broken = report.faults.filter(({ kind }) => kind === 'broken' || kind === 'unusable');
  const figures = {
    way,
    store: store === undefined ? 'sqlite' : 'mongodb',
    times,
    workers,
    keep_alive: keepAlive,
    lease_ms: leaseMs,
    silent_ms: spread(rows.map(({ silent }) => silent)),
    takeover_ms: spread(rows.map(({ steps }) => Object.values(steps).reduce((sum, ms) => sum + ms, 0))),
    median_step_ms: Object.fromEntries(
      START_STEPS.map((step) => [step, spread(rows.map(({ steps }) => steps[step]!)).median]),
    ),
    games: report.games,
    requests: report.requests.at(-1)?.count,
    repeated: report.repeated,
    broken: Object.fromEntries(broken.map(({ what, count, request }) => [`${request}: ${what}`, count])),
    new_connections: prober.outcomes,
    problems,
  };
  process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
}

function spread(values: readonly number[]) {
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  return { least: sorted[0], median: sorted[sorted.length >> 1], most: sorted.at(-1) };
}

const command = new Command('takeovers')
  .description('Makes the primary that serves go, in one way, again and again, under a swarm.')
  .addOption(new Option('--way <way>', 'what befalls it').choices(WAYS).default('handover'))
  .option('--times <n>', 'how often', integer, 20)
  .option('--workers <n>', 'simulated workers', integer, 300)
  .option('--lease-ms <ms>', 'CLUSTER_LEASE_MS', integer, 6000)
  .option('--keep-alive', 'workers keep their connections, as a proxy does', false)
  .option('--store <url>', 'a MongoDB of your own, empty, instead of a temporary directory')
  .parse();
process.title = 'shoal takeovers';
watchReaders();
process.exitCode = await takeovers(command.opts<Options>()).catch((error: unknown) => {
  process.stderr.write(
    `takeovers: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
});
