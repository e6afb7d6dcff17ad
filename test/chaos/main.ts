/**
 * `npm run chaos`: a server that suffers, a swarm that plays on it, and a judgement by the swarm's own books. One seed
 * repeats what is drawn; when things happen depends on the machine as well. With --calm nothing suffers: a soak.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { watchReaders } from '../../src/cli/quiet-pipes.js';
import { decimal, integer } from '../../src/cli/values.js';
import { freePort } from '../../src/http/transport/free-port.js';
import { findAccess } from '../../src/swarm/access.js';
import { addApprovedRuns, addAuthors } from '../../src/swarm/demo-runs.js';
import type { Fleet } from '../../src/swarm/fleet.js';
import { Random } from '../../src/swarm/seeded-random.js';
import { runSwarm } from '../../src/swarm/swarm.js';
import { describeVerification, takeBaseline, verify } from '../../src/swarm/verify.js';
import { ChaosPair } from './chaos-pair.js';
import { ChaosTarget, injectFaults } from './chaos-target.js';
import type { FaultPlan } from './fault-injectors.js';
import { HostileClients } from './hostile-clients.js';
import { keepRuns } from './keep-runs.js';
import { makeOutages } from './outages.js';
import { TrendWatch } from './trend.js';

/** A worker gives up after as long, so a server that answers later has not answered. */
const LATEST_MS = 30_000;
/** In so many seconds some thread has died. */
const SURE_S = 60;

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly calm: boolean;
  readonly standby: boolean;
  readonly json?: string;
  readonly store?: string;
}

async function chaos(options: Options): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-chaos-'));
  const random = new Random(options.seed);
  const ports = [await freePort(), await freePort()];
  const store = options.store ?? `sqlite:${directory}`;
  const outages = await makeOutages(store);
  const env = {
    STORE_URL: outages.storeUrl,
    FISHTEST_PORT: `${ports[0]}`,
    ADMIN_PORT: `${ports[1]}`,
    TASK_TIMEOUT_MS: '2000',
    LOG_LEVEL: 'info',
    SHOAL_DATA: directory,
  };
  const pair = options.standby ? new ChaosPair(env, store, ports[0]!) : undefined;
  const target = pair ?? new ChaosTarget(env);
  const plan: FaultPlan | undefined = options.calm
    ? undefined
    : {
        seed: options.seed,
        places: 400,
        elsewhere: 0.5,
        stalls: 0.02,
        stallMs: 400,
        full: 0.02,
        jumpMs: 2000,
      };
  try {
    await target.start(undefined);
    const access = await findAccess({ data: directory }, {});
    const call = access.call!;
    await addAuthors(call, randomBytes(12).toString('hex'));
    await addApprovedRuns(call);
    const baseline = await takeBaseline(call);
    if (plan !== undefined) {
      await target.end('SIGTERM');
      await target.start(plan);
    }
    const address = pair?.address ?? { host: '127.0.0.1', port: ports[0]! };
    const rude = new HostileClients({ ...address, ...access.users[0]! }, random);
    const stop = new AbortController();
    const trends = new TrendWatch();
    const began = performance.now();
    const sampling = setInterval(() => {
      void call('status', {}).then(
        ({ status }) => trends.sample(status.pid, (performance.now() - began) / 1000),
        () => {},
      );
    }, 1000);
    const suffering = plan && injectFaults(target, { plan, outages, rude, random }, stop.signal);
    const refilling = keepRuns(call, stop.signal);
    let fleet: Fleet | undefined;
    const { workers, seconds } = options;
    const report = await runSwarm(
      { ...access, url: `http://${address.host}:${address.port}`, call: undefined },
      {
        workers,
        seconds,
        seed: options.seed,
        timeScale: 60,
        elo: 1,
        ramp: Math.min(5, seconds / 4),
        allowOutage: !options.calm,
      },
      (started) => {
        fleet = started;
        return () => {};
      },
    );
    stop.abort();
    clearInterval(sampling);
    await suffering;
    await refilling;
    const { status: tired } = await call('status', {});
    await target.end('SIGTERM');
    await target.start(undefined);
    const verification = await verify(call, fleet!.ledger, baseline);
    const { status } = await call('status', {});
    const corrected = target.server.log.filter((entry) => entry.msg === 'corrected at start-up');
    await target.end('SIGTERM');

    const problems = [...target.problems];
    const late = fleet!.tally.allLatencies().max;
    if (late > LATEST_MS) problems.push(`a request waited for ${Math.round(late)} ms`);
    for (const fault of report.faults) {
      const isOutage = fault.kind === 'broken' || fault.kind === 'unusable';
      if (!isOutage || /TIMEOUT/.test(fault.what)) {
        problems.push(`${fault.kind}: ${fault.request}: ${fault.what} (${fault.count})`);
      }
    }
    // Faults that do not reach the server would prove nothing, in silence.
    if (plan !== undefined && seconds >= SURE_S && target.counts.deaths === 0)
      problems.push('no thread died');
    for (const entry of corrected) problems.push(`wrong in the store: ${String(entry['correction'])}`);
    if (tired.gauges['locks_held'] !== 0) problems.push(`${tired.gauges['locks_held']} locks stayed held`);
    problems.push(...rude.tally.odd.slice(0, 5));
    if (!verification.agrees) problems.push(describeVerification(verification));
    const figures = {
      seed: options.seed,
      seconds,
      workers,
      ok: problems.length === 0,
      requests: fleet!.tally.requests,
      games: fleet!.ledger.games,
      tasks: fleet!.ledger.assigned,
      ...target.counts,
      rude: rude.tally.sent,
      latest_ms: Math.round(late),
      runs: status.runs.active + status.runs.paused,
      ...trends.trend(),
    };
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    const line = Object.entries(figures).map(([name, value]) => {
      return `${name} ${typeof value === 'number' ? Math.round(value * 100) / 100 : value}`;
    });
    process.stdout.write(`${line.join(', ')}\n`);
    if (options.json !== undefined) {
      writeFileSync(options.json, `${JSON.stringify({ ...figures, problems }, null, 2)}\n`);
    }
    return problems.length === 0 ? 0 : 1;
  } finally {
    if (target.server !== undefined) target.server.signal('SIGKILL');
    await pair?.close();
    await outages.close();
    await rm(directory, { recursive: true, force: true });
  }
}

const command = new Command('chaos')
  .description(
    'Lets a server suffer while a swarm plays on it, and checks that nothing is lost, doubled or hung.',
  )
  .option('--seconds <s>', 'how long', decimal, 60)
  .option('--seed <n>', 'what is drawn', integer, 1)
  .option('--workers <n>', 'simulated workers', integer, 300)
  .option('--calm', 'nothing suffers: prints the slopes of memory and descriptors (a soak)', false)
  .option('--standby', 'a second primary stands by, and takes over from the one that suffers', false)
  .option('--store <url>', 'a store of your own, empty, instead of a temporary directory')
  .option('--json <file>', 'write the figures there too')
  .parse();
process.title = 'shoal chaos';
watchReaders();
process.exitCode = await chaos(command.opts<Options>()).catch((error: unknown) => {
  process.stderr.write(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
});
