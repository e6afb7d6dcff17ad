/** What `shoal status` shows. */

import { readFarm } from '../../metrics/farm.js';
import type { StatusView } from '../../protocol/admin.js';
import { isStoreAway, readyState } from '../../runtime/health.js';
import { reachedLimits } from '../../runtime/limits.js';
import { type MeteredRoute, meteredRoute, type PoolMeters } from '../../runtime/meters.js';
import type { Shared } from '../../runtime/shared.js';
import { withTimeout } from '../../runtime/with-timeout.js';
import type { Reader } from '../../store/port.js';

/** How long the store may take to count users. */
const PATIENCE_MS = 2_000;

export async function makeStatus(
  shared: Shared,
  server: { version: string; began: number; store: string; workerUrl: string },
  reader: Reader,
): Promise<StatusView> {
  const { state, admission, meters } = shared;
  const { runs, workers, cores, nps, games_per_minute } = readFarm(state);
  const status: StatusView = {
    version: server.version,
    pid: process.pid,
    start_time: server.began,
    store: server.store,
    worker_url: server.workerUrl,
    draining: shared.draining.load() === 1,
    state: readyState(shared),
    users: await countUsersInTime(shared, reader),
    runs,
    workers,
    cores,
    nps,
    games_per_minute,
    gauges: {
      ...shared.counters.totals(),
      beats: answered(meters, 'beat'),
      updates: answered(meters, 'update_task'),
      task_requests: answered(meters, 'request_task'),
      locks_held: state.threads.lockTables.reduce((sum, table) => sum + table.held(), 0),
      journal_lag: state.commits.lag(),
      tokens_in_use: meters.tokensInUse.total(),
      tokens_queued: meters.tokensQueued.total(),
      admitted: admission.inUse(),
      admission_rejected: admission.rejected(),
      slab_bytes: state.slab.bytesInUse(),
      rss_bytes: process.memoryUsage.rss(),
    },
    limits: reachedLimits(shared).map(({ text }) => text),
  };
  return status;
}

/** Null: the store does not answer. What memory tells does not wait for it: this is when an operator asks. */
async function countUsersInTime(shared: Shared, reader: Reader): Promise<StatusView['users']> {
  if (isStoreAway(shared)) return null;
  try {
    return await withTimeout(countUsers(reader), PATIENCE_MS, 'the store does not answer');
  } catch {
    return null;
  }
}

async function countUsers(reader: Reader): Promise<NonNullable<StatusView['users']>> {
  const users = { total: 0, pending: 0, blocked: 0 };
  for await (const user of reader.users()) {
    users.total++;
    if (user.pending) users.pending++;
    if (user.blocked) users.blocked++;
  }
  return users;
}

/** Requests of the route that were carried out. */
function answered(meters: PoolMeters, route: MeteredRoute): number {
  return meters.statuses(meteredRoute(route)).get(200) ?? 0;
}
