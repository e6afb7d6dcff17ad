/** The server that chaos is done to, through all its restarts, and what befalls it from outside. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../src/swarm/seeded-random.js';
import { FATAL_LEVEL, type LogEntry, ServerChild } from '../../src/swarm/server-child.js';
import type { FaultPlan } from './fault-injectors.js';
import type { HostileClients } from './hostile-clients.js';
import type { Outages } from './outages.js';

const FAULTS = new URL('./fault-injectors.js', import.meta.url).href;
/** How long the store may be gone, in milliseconds: a worker waits for longer. */
const OUTAGE_MS = [500, 4000] as const;

export interface FaultInjectors {
  readonly plan: FaultPlan;
  readonly outages: Outages;
  readonly rude: HostileClients;
  readonly random: Random;
}

/** The server through all its restarts. */
export class ChaosTarget {
  readonly #directory: string;
  readonly #env: Record<string, string>;
  server!: ServerChild;
  readonly counts = { kills: 0, drains: 0, outages: 0, crashes: 0, deaths: 0, inside: 0, locks: 0, hangs: 0 };
  readonly problems: string[] = [];
  #starts = 0;

  constructor(directory: string, env: Record<string, string>) {
    this.#directory = directory;
    this.#env = env;
  }

  async start(plan: FaultPlan | undefined): Promise<void> {
    const faults = plan && { ...plan, seed: plan.seed + ++this.#starts * 101 };
    const env = faults && { SHOAL_CHAOS: JSON.stringify(faults), NODE_OPTIONS: `--import ${FAULTS}` };
    this.server = await ServerChild.start(this.#directory, { ...this.#env, ...env }, true);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const code = await this.server.end(signal);
    if (signal === 'SIGTERM' && code !== 0) {
      const steps = this.server.log.filter((entry) => 'step' in entry);
      const why = steps.map((entry) => `${String(entry['step'])}: ${String(entry['error'])}`).join(', ');
      this.problems.push(`SIGTERM ended the server with ${code} (${why})`);
    }
    this.#readLog(this.server.log);
  }

  #readLog(log: readonly LogEntry[]): void {
    for (const entry of log) {
      if (typeof entry['locks'] === 'number') {
        this.counts.deaths++;
        if (entry['locks'] > 0) this.counts.inside++;
        this.counts.locks += entry['locks'];
      }
      if (/ hung for /.test(entry.msg)) this.counts.hangs++;
      if (entry.level >= FATAL_LEVEL) {
        this.counts.crashes++;
        process.stderr.write(`the server ended by itself: ${entry.msg}\n`);
      }
    }
  }
}

/** Ends and restarts the server, takes its store away, and is rude to it, until told to stop. */
export async function injectFaults(
  target: ChaosTarget,
  { plan, outages, rude, random }: FaultInjectors,
  signal: AbortSignal,
): Promise<void> {
  const restart = async (kill: boolean) => {
    target.counts[kill ? 'kills' : 'drains']++;
    await target.end(kill ? 'SIGKILL' : 'SIGTERM');
    await target.start(plan);
  };
  const loseStore = async () => {
    const { pid } = target.server;
    if (!(await outages.begin(pid, random))) return;
    target.counts.outages++;
    await pause(random.between(...OUTAGE_MS), signal);
    const dies = random.chance(0.25);
    if (dies) target.server.signal('SIGKILL');
    await outages.end(pid);
    if (dies) await restart(true);
  };
  const blows = async () => {
    while (await pause(random.between(3000, 10_000), signal)) {
      await [loseStore, () => restart(true), () => restart(false)][random.weighted([4, 3, 2])]!();
    }
  };
  const hostility = async () => {
    while (await pause(random.between(100, 800), signal)) await rude.act();
  };
  await Promise.all([blows(), hostility()]);
}

async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(ms, true, { signal }).catch(() => false);
}
