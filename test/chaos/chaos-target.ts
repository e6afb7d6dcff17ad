/** The server that chaos is done to, through all its restarts, and what befalls it from outside. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/swarm/seeded-random.js';
import { FATAL_LEVEL, type LogEntry } from '../../src/swarm/server-child.js';
import { StandbyProcess } from '../server/standby-process.js';
import type { FaultPlan } from './fault-injectors.js';
import type { HostileClients } from './hostile-clients.js';
import type { Outages } from './outages.js';

const FAULTS = new URL('./fault-injectors.js', import.meta.url).href;
/** The exit code of a primary that another one has replaced. */
export const REPLACED = 71;
/** How long the store may be gone, in milliseconds: a worker waits for longer. */
const OUTAGE_MS = [500, 4000] as const;

export interface FaultInjectors {
  readonly plan: FaultPlan;
  readonly outages: Outages;
  readonly rude: HostileClients;
  readonly random: Random;
}

/** One thing that befalls the server, and how often compared with the others. */
export type Blow = readonly [weight: number, strike: () => Promise<void>];

/** The server through all its restarts. */
export class ChaosTarget {
  readonly #env: Record<string, string>;
  server!: StandbyProcess;
  readonly counts = {
    kills: 0,
    drains: 0,
    outages: 0,
    crashes: 0,
    deaths: 0,
    inside: 0,
    locks: 0,
    hangs: 0,
    handovers: 0,
    takeovers: 0,
  };
  readonly problems: string[] = [];
  #starts = 0;

  constructor(env: Record<string, string>) {
    this.#env = env;
  }

  /** Resolves when workers are served. */
  async start(plan: FaultPlan | undefined): Promise<void> {
    this.server = this.launch(plan, { STANDBY: 'refuse' });
    await this.server.serves();
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.endOne(this.server, signal);
  }

  /** What may befall it from outside. */
  blows({ plan, outages, random }: FaultInjectors, signal: AbortSignal): Blow[] {
    const restart = async (kill: boolean) => {
      this.counts[kill ? 'kills' : 'drains']++;
      await this.end(kill ? 'SIGKILL' : 'SIGTERM');
      await this.start(plan);
    };
    const loseStore = async () => {
      const { pid } = this.server;
      if (!(await outages.begin(pid, random))) return;
      this.counts.outages++;
      await pause(random.between(...OUTAGE_MS), signal);
      const dies = random.chance(0.25);
      if (dies) this.server.signal('SIGKILL');
      await outages.end(pid);
      if (dies) await restart(true);
    };
    return [
      [4, loseStore],
      [3, () => restart(true)],
      [2, () => restart(false)],
    ];
  }

  /** A process of the server, with faults of its own. */
  protected launch(plan: FaultPlan | undefined, env: Record<string, string>): StandbyProcess {
    const faults = plan && { ...plan, seed: plan.seed + ++this.#starts * 101 };
    const inside = faults && { SHOAL_CHAOS: JSON.stringify(faults), NODE_OPTIONS: `--import ${FAULTS}` };
    return new StandbyProcess({ ...this.#env, ...env, ...inside });
  }

  protected async endOne(server: StandbyProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.judgeEnd(server, await server.end(signal), signal === 'SIGTERM' ? 0 : null);
  }

  /** @param expected the code with which it had to end */
  protected judgeEnd(server: StandbyProcess, code: number | null, expected: number | null): void {
    if (expected !== null && code !== expected) {
      const steps = server.log.filter((entry) => 'step' in entry);
      const why = steps.map((entry) => `${String(entry['step'])}: ${String(entry['error'])}`).join(', ');
      this.problems.push(`the server ended with ${code}, not ${expected} (${why})`);
    }
    this.#readLog(server.log, expected);
  }

  #readLog(log: readonly LogEntry[], expected: number | null): void {
    for (const entry of log) {
      if (typeof entry['locks'] === 'number') {
        this.counts.deaths++;
        if (entry['locks'] > 0) this.counts.inside++;
        this.counts.locks += entry['locks'];
      }
      if (/ hung for /.test(entry.msg)) this.counts.hangs++;
      // One that another has replaced says so.
      if (entry.level >= FATAL_LEVEL && expected !== REPLACED) {
        this.counts.crashes++;
        process.stderr.write(`the server ended by itself: ${entry.msg}\n`);
      }
    }
  }
}

/** Does to the target what may befall it, and is rude to it, until told to stop. */
export async function injectFaults(
  target: ChaosTarget,
  injectors: FaultInjectors,
  signal: AbortSignal,
): Promise<void> {
  const { rude, random } = injectors;
  const blows = target.blows(injectors, signal);
  const strike = async () => {
    while (await pause(random.between(3000, 10_000), signal)) {
      await blows[random.weighted(blows.map(([weight]) => weight))]![1]();
    }
  };
  const hostility = async () => {
    while (await pause(random.between(100, 800), signal)) await rude.act();
  };
  await Promise.all([strike(), hostility()]);
}

async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(ms, true, { signal }).catch(() => false);
}
