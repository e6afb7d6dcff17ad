/**
 * The reaper's thread: repairs and releases the locks of threads that died, as a robust mutex does after its owner's death.
 *
 * It does nothing else, so that it holds no lock and may park when a repair must wait for another. It waits for a liveness
 * check that somebody asked for, or for its round. Its death ends the process: the next dead owner would hold its locks
 * for ever.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { installRepair, reapThread } from '../../operations/recovery/reap-thread.js';
import { Shared, type ThreadData } from '../../runtime/shared.js';
import type { ReapReport } from './reaper-messages.js';

/** How often it looks for threads that ended without anybody's telling. */
const ROUND_MS = 250;

const shared = Shared.attach(workerData as ThreadData, 'reaper', true);
const { state } = shared;
installRepair(state, Date.now);
for (;;) {
  const seen = state.threads.livenessChecks();
  for (const slot of state.threads.dead()) {
    const role = state.threads.list().find((thread) => thread.slot === slot)?.role ?? '';
    const began = performance.now();
    const locks = reapThread(state, slot);
    // A pool that closes ends its threads.
    if (locks === 0 && shared.draining.load() === 1) continue;
    shared.counters.add('threadDeaths');
    shared.counters.add('locksRecovered', locks);
    parentPort!.postMessage({ role, slot, locks, ms: performance.now() - began } satisfies ReapReport);
  }
  state.threads.awaitLivenessCheck(seen, ROUND_MS);
}
