/** Which bounds the server has reached: memory that was reserved at the start, and descriptors. Read without any lock. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Shared } from './shared.js';

/** A bound that is reached. */
export interface ReachedLimit {
  /** Of what there is no more, for people. */
  readonly what: string;
  readonly setting: string;
  readonly text: string;
}

const REFUSED = 'what needs more of it is refused';
const IN_STORE = 'further accounts are looked up in the store each time';
/** Descriptors that a busy moment takes. */
const DESCRIPTOR_SHARE = 0.95;

export function reachedLimits(shared: Pick<Shared, 'state'>): ReachedLimit[] {
  return [...memoryLimits(shared), ...descriptorLimit()];
}

function memoryLimits({ state }: Pick<Shared, 'state'>): ReachedLimit[] {
  const { sizes, runs, tasks, workers, workerProfiles, connections, users, slab } = state;
  const infos = Math.max(workerProfiles.size(), workerProfiles.profileCount());
  const bounds: [string, string, number, number][] = [
    // One slot is no run's.
    ['runs', 'SHOAL_MAX_RUNS', runs.slots().length, sizes.runs - 1],
    ['tasks', 'SHOAL_MAX_TASKS', tasks.hasRoom() ? 0 : sizes.tasks, sizes.tasks],
    ["tasks' workers", 'SHOAL_MAX_TASKS', infos, sizes.tasks],
    ['workers', 'SHOAL_MAX_WORKERS', workers.table.size(), sizes.workers],
    ["workers' addresses", 'SHOAL_MAX_WORKERS', connections.size(), sizes.workers],
    ['users', 'SHOAL_MAX_USERS', users.size(), sizes.users],
    ['texts', 'SHARED_MEMORY_MB', slab.isNearlyFull() ? 1 : 0, 1],
  ];
  return bounds
    .filter(([, , inUse, most]) => inUse >= most)
    .map(([what, setting]) => ({
      what: `memory for ${what}`,
      setting,
      text: `the memory for ${what} is full, and ${what === 'users' ? IN_STORE : REFUSED}: raise ${setting} and start again`,
    }));
}

function descriptorLimit(): ReachedLimit[] {
  const what = 'descriptors';
  const setting = 'LimitNOFILE';
  const advice = `no further connection is accepted: raise ${setting} in the systemd unit, or ulimit -n, and start again`;
  try {
    const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
    const open = readdirSync('/proc/self/fd').length;
    if (!(open >= limit * DESCRIPTOR_SHARE)) return [];
    return [{ what, setting, text: `${open} of ${limit} descriptors are open; at the limit ${advice}` }];
  } catch (error) {
    // Looking takes a descriptor by itself. Elsewhere than on Linux there is nothing to look at.
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EMFILE' ? [{ what, setting, text: `all descriptors are open: ${advice}` }] : [];
  }
}

/** Says once when a bound is reached, and again only after it was not for a while. */
export class LimitWatch {
  readonly #shared: Pick<Shared, 'state'>;
  readonly #quietLooks: number;
  readonly #said = new Map<string, number>();

  /** @param quietLooks looks without it after which a bound is told again */
  constructor(shared: Pick<Shared, 'state'>, quietLooks: number) {
    this.#shared = shared;
    this.#quietLooks = quietLooks;
  }

  /** What is reached and was not told yet. */
  look(): ReachedLimit[] {
    const reached = reachedLimits(this.#shared);
    const news = reached.filter(({ what }) => !this.#said.has(what));
    for (const [what, quiet] of this.#said) {
      if (quiet >= this.#quietLooks) this.#said.delete(what);
      else this.#said.set(what, quiet + 1);
    }
    for (const { what } of reached) this.#said.set(what, 0);
    return news;
  }
}
