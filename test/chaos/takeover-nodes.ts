/** The primaries of one store that `npm run takeovers` lets follow each other, and what befalls the one that serves. */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/http/transport/free-port.js';
import { StandbyProcess } from '../server/standby-process.js';
import type { Address } from './balancer.js';
import { CutProxy } from './cut-proxy.js';
import { Network } from './namespaces.js';

const HANGS = new URL('./hang-on-signal.js', import.meta.url).href;
const LONGEST_END_MS = 60_000;

/**
 * `stop`: SIGSTOP, and SIGCONT after 30 s; `cut`: a proxy between the primary and the store passes nothing on; `partition`: packets between the
 * two vanish; `partition-standby`: packets between the standby and the store do, which must change nothing.
 */
export const WAYS = ['handover', 'kill', 'hang', 'stop', 'cut', 'partition', 'partition-standby'] as const;
export type Way = (typeof WAYS)[number];

/** The code with which one ends that was replaced; null when a signal ended it. */
const ENDS: Readonly<Record<Way, number | null>> = {
  handover: 0,
  kill: null,
  hang: null,
  stop: 71,
  cut: 71,
  partition: 71,
  'partition-standby': 0,
};

export interface Node {
  readonly server: StandbyProcess;
  readonly address: Address;
  /** From the store. */
  readonly cut: () => Promise<void>;
  readonly join: () => Promise<void>;
}

export interface NodesOptions {
  readonly way: Way;
  readonly directory: string;
  readonly leaseMs: number;
  /** A MongoDB's URL; the directory has the store when it is absent. */
  readonly store?: string | undefined;
}

export class Nodes {
  readonly #options: NodesOptions;
  readonly #shared: number;
  readonly #network: Network | undefined;
  readonly #started: Node[] = [];
  readonly #closed: (() => Promise<void>)[] = [];

  private constructor(options: NodesOptions, shared: number, network: Network | undefined) {
    this.#options = options;
    this.#shared = shared;
    this.#network = network;
  }

  /** @throws Error where the way needs another store, or rights that this process has not */
  static async open(options: NodesOptions): Promise<Nodes> {
    const { way, store } = options;
    const isApart = way === 'stop' || way === 'cut' || way.startsWith('partition');
    if (isApart && store === undefined) throw new Error(`${way} needs a MongoDB: give its URL with --store`);
    const network = way.startsWith('partition') ? await Network.open() : undefined;
    return new Nodes(options, isApart ? 0 : await freePort(), network);
  }

  /** Whether each has an address of its own, so that a balancer has to lead to it: one that stands still keeps its port. */
  get areApart(): boolean {
    return this.#shared === 0;
  }

  async start(): Promise<Node> {
    const { way, directory, leaseMs, store } = this.#options;
    const machine = await this.#network?.machine();
    const host = machine?.host ?? '127.0.0.1';
    const proxy = store === undefined || !this.areApart ? undefined : await this.#openProxy(store);
    const port = this.areApart ? await freePort() : this.#shared;
    const server = new StandbyProcess(
      {
        STORE_URL: proxy?.url ?? store ?? `sqlite:${directory}`,
        SHOAL_DATA: directory,
        HTTP_HOST: host,
        ADMIN_HOST: host,
        FISHTEST_PORT: `${port}`,
        CLUSTER_LEASE_MS: `${leaseMs}`,
        ...(way === 'hang' && { NODE_OPTIONS: `--import ${HANGS}` }),
      },
      machine?.command,
    );
    const node = {
      server,
      address: { host, port },
      cut: machine?.cut ?? (async () => proxy!.proxy.stall()),
      join: machine?.join ?? (async () => proxy!.proxy.join()),
    };
    this.#started.push(node);
    return node;
  }

  async close(): Promise<void> {
    for (const { server } of this.#started) {
      server.signal('SIGCONT');
      await server.end('SIGKILL');
    }
    for (const close of this.#closed) await close();
    await this.#network?.close();
  }

  async #openProxy(store: string): Promise<{ proxy: CutProxy; url: string }> {
    const opened = await CutProxy.open(store, undefined, this.#network?.storeHost);
    this.#closed.push(() => opened.proxy.close());
    return opened;
  }
}

/** One that was replaced ends: by itself where it can, and with the code that says why. @returns what was wrong */
export async function endOf({ server }: Node, way: Way): Promise<string[]> {
  const code = await Promise.race([server.exited, sleep(LONGEST_END_MS, 'never' as const, { ref: false })]);
  if (code === ENDS[way]) return [];
  return [`the former primary ended with ${code}, not ${ENDS[way]}: ${JSON.stringify(server.log.slice(-6))}`];
}
