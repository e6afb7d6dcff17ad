/** What a pool thread and a page thread have alike: their place in shared memory, a reader of the store, a liveness tick. */
import { workerData } from 'piscina';
import type { GitHubAccess } from '../github/github-messages.js';
import { measureReader } from '../runtime/measure-reader.js';
import { Shared, type ThreadData } from '../runtime/shared.js';
import type { SiteSettings } from '../site/site-settings.js';
import { openStore } from '../store/open-store.js';
import type { Reader } from '../store/port.js';

export interface PoolThreadData extends ThreadData {
  storeUrl: string;
  /** Most connections of this thread to a database server. */
  storeConnections: number;
  /** False on a secondary, whose memory holds no runs, and of accounts only what it has just read. */
  isPrimary: boolean;
  site: SiteSettings;
  /** By how much the priority of a page thread is lower than that of the others. */
  pageNice: number;
  netsDirectory: string;
  github: GitHubAccess;
}

export interface ThreadParts {
  readonly data: PoolThreadData;
  readonly shared: Shared;
  readonly reader: Reader;
}

/** How often a thread says that its event loop turns. */
const TICK_MS = 250;

/** Call once, when all of the thread's modules are loaded: its first tick says that it has started. */
export async function openThread(role: 'pool' | 'page'): Promise<ThreadParts> {
  const data = workerData as PoolThreadData;
  const shared = Shared.attach(data, role, true);
  const { threads } = shared.state;
  shared.state.recordUndo();
  const store = openStore(data.storeUrl, { connections: data.storeConnections });
  const reader = measureReader(await store.openReader(), shared.meters.readTime, threads);
  threads.tickLiveness();
  setInterval(() => threads.tickLiveness(), TICK_MS).unref();
  return { data, shared, reader };
}
