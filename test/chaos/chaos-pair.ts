/**
 * Two primaries of one store that chaos is done to: one serves, the other stands by. What befalls the first makes the second serve, and a
 * third one stand by. On a database each has its own way to it, and its own port behind a balancer, since one that is stopped keeps its port.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/http/transport/free-port.js';
import type { StandbyProcess } from '../server/standby-process.js';
import { type Address, Balancer } from './balancer.js';
import { type Blow, ChaosTarget, type FaultInjectors, REPLACED } from './chaos-target.js';
import { CutProxy } from './cut-proxy.js';
import type { FaultPlan } from './fault-injectors.js';

const HOST = '127.0.0.1';
/** Shorter than by default, so that much happens in a minute. */
const LEASE_MS = '3000';
/** A stop waits for threads that have just been started in the place of dead ones, which on a busy machine takes long. */
const STOP_MS = '30000';
const LOOK_MS = 50;
const KNOWN_MS = 60_000;

interface Member {
  readonly server: StandbyProcess;
  readonly address: Address;
  readonly proxy: CutProxy | undefined;
}

/** Whether the one that serves has said that the other one stands by. */
function knows({ server }: Member, standby: Member): boolean {
  const said = server.log.findLast(({ standbys }) => standbys !== undefined);
  const names = (said?.['standbys'] ?? []) as readonly string[];
  return names.some((name) => name.includes(`pid ${standby.server.pid} `));
}

export class ChaosPair extends ChaosTarget {
  readonly #store: string;
  readonly #port: number;
  readonly #proxies: CutProxy[] = [];
  #balancer: Balancer | undefined;
  #active: Member | undefined;
  #standby: Member | undefined;

  /** @param port where workers are served with an embedded store */
  constructor(env: Record<string, string>, store: string, port: number) {
    super({ ...env, ADMIN_PORT: '0', CLUSTER_LEASE_MS: LEASE_MS, SHUTDOWN_TIMEOUT_MS: STOP_MS });
    this.#store = store;
    this.#port = port;
  }

  /** Where workers find whichever serves. */
  get address(): Address {
    return this.#balancer?.address ?? { host: HOST, port: this.#port };
  }

  override async start(plan: FaultPlan | undefined): Promise<void> {
    this.#active = await this.#launchMember(plan);
    this.server = this.#active.server;
    await this.server.serves();
    if (this.#isDatabase) {
      if (this.#balancer === undefined) this.#balancer = await Balancer.open(this.#active.address);
      else this.#balancer.turnTo(this.#active.address);
    }
    if (plan !== undefined) this.#standby = await this.#launchMember(plan);
  }

  override async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#standby !== undefined) await this.#standby.server.end('SIGKILL');
    this.#standby = undefined;
    await super.end(signal);
  }

  override blows({ plan, random }: FaultInjectors): Blow[] {
    const struck = (
      name: 'kills' | 'drains' | 'handovers' | 'outages',
      act: (member: Member) => Promise<number | null>,
    ) => {
      return async () => {
        const gone = await this.#whole(plan);
        this.counts[name]++;
        await this.#replace(gone, plan, act);
      };
    };
    const signalled =
      (signal: NodeJS.Signals, expected: number | null) =>
      async ({ server }: Member) => {
        server.signal(signal);
        return expected;
      };
    const onAll: Blow[] = [
      [3, struck('kills', signalled('SIGKILL', null))],
      [2, struck('handovers', signalled('SIGUSR2', 0))],
      [1, struck('drains', signalled('SIGTERM', 0))],
      [1, () => this.#loseStandby(plan)],
    ];
    if (!this.#isDatabase) return onAll;
    const cut = async ({ proxy }: Member) => {
      if (random.chance(0.5)) proxy!.stall();
      else proxy!.cut();
      return REPLACED;
    };
    return [...onAll, [2, struck('outages', signalled('SIGSTOP', REPLACED))], [2, struck('outages', cut)]];
  }

  async close(): Promise<void> {
    for (const member of [this.#active, this.#standby]) {
      member?.server.signal('SIGCONT');
      await member?.server.end('SIGKILL');
    }
    await this.#balancer?.close();
    for (const proxy of this.#proxies) await proxy.close();
  }

  get #isDatabase(): boolean {
    return this.#store.startsWith('mongodb:');
  }

  /** The other one serves, the first ends as it has to when it can go on, and a new one stands by. */
  async #replace(
    gone: Member,
    plan: FaultPlan,
    act: (member: Member) => Promise<number | null>,
  ): Promise<void> {
    const next = this.#standby!;
    this.#balancer?.turnTo(next.address);
    const expected = await act(gone);
    await next.server.serves();
    this.counts.takeovers++;
    gone.server.signal('SIGCONT');
    gone.proxy?.join();
    this.judgeEnd(gone.server, await gone.server.exited, expected);
    this.#active = next;
    this.server = next.server;
    this.#standby = await this.#launchMember(plan);
  }

  async #loseStandby(plan: FaultPlan): Promise<void> {
    await this.#whole(plan);
    await this.#standby!.server.end('SIGKILL');
    this.#standby = await this.#launchMember(plan);
  }

  /** Waits until one serves and knows of the other, though either may have ended by itself. @returns the one that serves */
  async #whole(plan: FaultPlan): Promise<Member> {
    for (;;) {
      const [active, standby] = [this.#active!, this.#standby!];
      await standby.server.says(/^standing by|serves workers$/);
      const began = performance.now();
      while (!active.server.hasExited && !knows(active, standby)) {
        if (performance.now() - began > KNOWN_MS) throw new Error('the standby is never known of');
        await sleep(LOOK_MS);
      }
      if (!active.server.hasExited) return active;
      const code = await active.server.exited;
      // On a machine that is busy enough one may be replaced for its silence.
      await this.#replace(active, plan, async () => (code === REPLACED ? REPLACED : null));
    }
  }

  async #launchMember(plan: FaultPlan | undefined): Promise<Member> {
    const opened = this.#isDatabase ? await CutProxy.open(this.#store) : undefined;
    if (opened !== undefined) this.#proxies.push(opened.proxy);
    const port = this.#isDatabase ? await freePort() : this.#port;
    const server = this.launch(plan, {
      STANDBY: 'wait',
      STORE_URL: opened?.url ?? this.#store,
      FISHTEST_PORT: `${port}`,
    });
    return { server, address: { host: HOST, port }, proxy: opened?.proxy };
  }
}
