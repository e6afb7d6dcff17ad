/** What takes the store away from a running server: a file system that takes nothing more, a database out of reach. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Random } from '../../src/swarm/seeded-random.js';
import { CutProxy } from './cut-proxy.js';

const run = promisify(execFile);

/** Ways to lose the store. */
export interface Outages {
  /** What the server is to be started with instead of the store's own URL. */
  readonly storeUrl: string;
  /** The store of the server in process `pid` is gone; resolves to false where that cannot be had. */
  begin(pid: number, random: Random): Promise<boolean>;
  /** The store is back, for that process if it is still there. */
  end(pid: number): Promise<void>;
  close(): Promise<void>;
}

/** @param storeUrl of one host when it is a MongoDB's */
export async function makeOutages(storeUrl: string): Promise<Outages> {
  return storeUrl.startsWith('mongodb:') ? await unreachable(storeUrl) : fullDisk(storeUrl);
}

async function unreachable(storeUrl: string): Promise<Outages> {
  const { proxy, url } = await CutProxy.open(storeUrl);
  return {
    storeUrl: url,
    async begin(_pid, random) {
      if (random.chance(0.5)) proxy.stall();
      else proxy.cut();
      return true;
    },
    async end() {
      proxy.join();
    },
    close: () => proxy.close(),
  };
}

/** The kernel refuses every write to a file of the process that goes past its first byte, as a full disk does (Linux only). */
function fullDisk(storeUrl: string): Outages {
  const limit = (pid: number, bytes: string) => run('prlimit', ['--pid', `${pid}`, `--fsize=${bytes}:`]);
  return {
    storeUrl,
    begin: (pid) =>
      limit(pid, '1').then(
        () => true,
        () => false,
      ),
    end: (pid) =>
      limit(pid, 'unlimited').then(
        () => {},
        // It was killed in the meantime.
        () => {},
      ),
    close: async () => {},
  };
}
