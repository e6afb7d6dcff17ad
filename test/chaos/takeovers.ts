/**
 * `npm run takeovers`: two primaries of one store under a swarm. The one that serves is made to go in one way again and again; how
 * long nobody answers is measured by a client that asks all the time, and the swarm's own books judge.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { watchReaders } from '../../src/cli/quiet-pipes.js';
import { integer } from '../../src/cli/values.js';
import { freePort } from '../../src/http/transport/free-port.js';
import { findAccess } from '../../src/swarm/access.js';
import { addApprovedRuns, addAuthors } from '../../src/swarm/demo-runs.js';
import type { Fleet } from '../../src/swarm/fleet.js';
import { runSwarm } from '../../src/swarm/swarm.js';
import { describeVerification, takeBaseline, verify } from '../../src/swarm/verify.js';
import { StandbyProcess } from '../server/standby-process.js';
import { CutProxy } from './cut-proxy.js';
import { keepRuns } from './keep-runs.js';

const HANGS = new URL('./hang-on-signal.js', import.meta.url).href;
const STOPPED_MS = 30_000;
const BETWEEN_MS = 1_500;
const ASK_MS = 10;

type Way = 'handover' | 'kill' | 'hang' | 'stop' | 'cut';

interface Options {
  readonly way: Way;
  readonly times: number;
  readonly workers: number;
  readonly leaseMs: number;
  readonly store?: string;
}

interface Node {
  readonly server: StandbyProcess;
  readonly port: number;
  readonly proxy: CutProxy | undefined;
}

async function takeovers(options: Options): Promise<number> {
  const { way, times, workers, leaseMs, store } = options;
  const directory = await mkdtemp(join(tmpdir(), 'shoal-takeovers-'));
  // A process that stands still keeps its listening socket: where that happens each has a port of its own, behind a balancer.
  const isSplit = way === 'stop' || way === 'cut';
  if (isSplit && store === undefined) throw new Error(`${way} needs a MongoDB: give its URL with --store`);
  const shared = await freePort();
  const nodes: Node[] = [];
  const start = async (): Promise<Node> => {
    const opened = way === 'cut' ? await CutProxy.open(store!) : undefined;
    const port = isSplit ? await freePort() : shared;
    const server = new StandbyProcess({
      STORE_URL: opened?.url ?? store ?? `sqlite:${directory}`,
      SHOAL_DATA: directory,
      FISHTEST_PORT: `${port}`,
      CLUSTER_LEASE_MS: `${leaseMs}`,
      ...(way === 'hang' && { NODE_OPTIONS: `--import ${HANGS}` }),
    });
    const node = { server, port, proxy: opened?.proxy };
    nodes.push(node);
    return node;
  };
  let active = await start();
  await active.server.serves();
  const balancer = isSplit ? await Balancer.open(active.port) : undefined;
  const port = balancer?.port ?? shared;
  const stop = new AbortController();
  const problems: string[] = [];
  try {
    const access = await findAccess({ data: directory, workerUrl: undefined }, {});
    await addAuthors(access.call!, randomBytes(12).toString('hex'));
    await addApprovedRuns(access.call!);
    const baseline = await takeBaseline(access.call!);
    let fleet: Fleet | undefined;
    const url = `http://127.0.0.1:${port}`;
    const swarm = runSwarm(
      { ...access, url, call: undefined },
      { workers, seconds: 3600, timeScale: 60, ramp: 3, allowOutage: true, signal: stop.signal },
      (started) => {
        fleet = started;
        return () => {};
      },
    );
    const refilling = keepRuns(
      async (verb, asked) => await (await findAccess({ data: directory }, {})).call!(verb, asked),
      stop.signal,
    );
    const client = new Asker(port);
    const rows: { silent: number; took: number }[] = [];
    for (let i = 0; i < times; i++) {
      const next = await start();
      await next.server.standsBy();
      await sleep(BETWEEN_MS);
      const began = performance.now();
      balancer?.turnTo(next.port);
      const gone = active;
      await befall(gone, way, directory);
      await next.server.serves();
      await sleep(BETWEEN_MS);
      rows.push({ silent: client.longestSilence(began), took: (await takeoverSeconds(directory)) * 1000 });
      if (way === 'stop')
        void sleep(STOPPED_MS, undefined, { signal: stop.signal }).then(
          () => gone.server.signal('SIGCONT'),
          () => {},
        );
      if (way === 'cut') gone.proxy!.join();
      if (way !== 'stop') problems.push(...(await endOf(gone, way)));
      active = next;
    }
    if (way === 'stop') {
      await sleep(STOPPED_MS);
      for (const node of nodes) if (node !== active) problems.push(...(await endOf(node, way)));
    }
    await sleep(BETWEEN_MS);
    stop.abort();
    client.stop();
    const report = await swarm;
    await refilling.catch(() => {});
    const last = (await findAccess({ data: directory }, {})).call!;
    const verification = await verify(last, fleet!.ledger, baseline);
    if (!verification.agrees) problems.push(describeVerification(verification));
    for (const { kind, what, count, request: asked } of report.faults)
      if (kind !== 'broken' && kind !== 'unusable') problems.push(`${kind}: ${asked}: ${what} (${count})`);
    const broken = report.faults.filter(({ kind }) => kind === 'broken' || kind === 'unusable');
    const figures = {
      way,
      store: store === undefined ? 'sqlite' : 'mongodb',
      times,
      workers,
      silent_ms: spread(rows.map(({ silent }) => silent)),
      takeover_ms: spread(rows.map(({ took }) => took)),
      games: fleet!.ledger.games,
      broken: Object.fromEntries(
        broken.map(({ what, count, request: asked }) => [`${asked}: ${what}`, count]),
      ),
      problems,
    };
    process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    stop.abort();
    for (const { server, proxy } of nodes) {
      server.signal('SIGCONT');
      server.signal('SIGKILL');
      await server.exited;
      await proxy?.close();
    }
    await balancer?.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function befall({ server, proxy }: Node, way: Way, directory: string): Promise<void> {
  if (way === 'handover') await (await findAccess({ data: directory }, {})).call!('handover', {});
  else if (way === 'kill') server.signal('SIGKILL');
  else if (way === 'hang') server.signal('SIGWINCH');
  else if (way === 'stop') server.signal('SIGSTOP');
  else proxy!.stall();
}

/** One that was replaced ends: by itself where it can, and with the code that says why. */
async function endOf({ server }: Node, way: Way): Promise<string[]> {
  const code = await Promise.race([server.exited, sleep(60_000, 'never', { ref: false })]);
  const expected = { handover: 0, kill: null, hang: null, stop: 71, cut: 71 }[way];
  if (code === expected) return [];
  return [`the former primary ended with ${code}, not ${expected}: ${JSON.stringify(server.log.slice(-6))}`];
}

async function takeoverSeconds(directory: string): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const address = (await readFile(join(directory, 'admin-address'), 'utf8')).trim();
  const text = await (await fetch(`http://${address}/metrics`)).text();
  return Number(/^shoal_takeover_seconds (\S+)$/m.exec(text)?.[1]);
}

function spread(values: number[]) {
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  return { least: sorted[0], median: sorted[sorted.length >> 1], most: sorted.at(-1) };
}

/** Asks again and again, each time by a new connection, and remembers when it was answered. */
class Asker {
  readonly #answered: number[] = [performance.now()];
  readonly #port: number;
  #isStopped = false;

  constructor(port: number) {
    this.#port = port;
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Between two answers since `from`. */
  longestSilence(from: number): number {
    const times = this.#answered.filter((at) => at >= from);
    const before = this.#answered.filter((at) => at < from).at(-1) ?? from;
    return times.reduce(({ last, most }, at) => ({ last: at, most: Math.max(most, at - last) }), {
      last: Math.max(before, from),
      most: 0,
    }).most;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      if ((await this.#ask()) === 200) this.#answered.push(performance.now());
      await sleep(ASK_MS);
    }
  }

  #ask(): Promise<number> {
    return new Promise((resolve) => {
      const asked = request({
        port: this.#port,
        host: '127.0.0.1',
        path: '/readyz',
        agent: false,
        timeout: 1000,
      });
      asked.on('response', (response) => {
        response
          .resume()
          .on('end', () => resolve(response.statusCode!))
          .on('error', () => resolve(0));
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => resolve(0));
      asked.on('close', () => resolve(0));
      asked.end();
    });
  }
}

/** As a proxy that knows which server is well: new connections go there, and wait until it listens. */
class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: number;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((near) => this.#connect(near));
  }

  static async open(target: number): Promise<Balancer> {
    const balancer = new Balancer(target);
    await new Promise<void>((resolve) => balancer.#server.listen(0, '127.0.0.1', resolve));
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Open connections break: their server is not well. */
  turnTo(target: number): void {
    this.#target = target;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #connect(near: Socket): void {
    this.#sockets.add(near);
    near.on('close', () => this.#sockets.delete(near)).on('error', () => near.destroy());
    const far = createConnection(this.#target, '127.0.0.1');
    far.on('connect', () => {
      near.pipe(far).pipe(near);
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    });
    far.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && !near.destroyed) setTimeout(() => this.#connect(near), 50);
      else near.destroy();
    });
  }
}

const command = new Command('takeovers')
  .description('Makes the primary that serves go, in one way, again and again, under a swarm.')
  .addOption(
    new Option('--way <way>', 'what befalls it')
      .choices(['handover', 'kill', 'hang', 'stop', 'cut'])
      .default('handover'),
  )
  .option('--times <n>', 'how often', integer, 20)
  .option('--workers <n>', 'simulated workers', integer, 300)
  .option('--lease-ms <ms>', 'CLUSTER_LEASE_MS', integer, 6000)
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
