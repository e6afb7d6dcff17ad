/** What `shoal status` shows. */

import type { Shared } from '../../pool/shared.js';
import type { StatusView } from '../../protocol/admin.js';
import { RunFlag, RunFloat, RunWord } from '../../state/run-record.js';
import type { Reader } from '../../store/port.js';

export async function makeStatus(
  shared: Shared,
  server: { version: string; began: number; store: string },
  reader: Reader,
): Promise<StatusView> {
  const { state, admission } = shared;
  const { runs } = state;
  const status: StatusView = {
    version: server.version,
    pid: process.pid,
    start_time: server.began,
    store: server.store,
    draining: shared.draining.load() === 1,
    users: { total: 0, pending: 0, blocked: 0 },
    runs: { active: 0, paused: 0, pending: 0 },
    workers: 0,
    cores: 0,
    nps: 0,
    games_per_minute: 0,
    gauges: {
      ...shared.counters.totals(),
      journal_lag: state.journal.lag(),
      admitted: admission.inUse(),
      admission_rejected: admission.rejected(),
      slab_bytes: state.slab.bytesInUse(),
      rss_bytes: process.memoryUsage.rss(),
    },
  };
  for await (const user of reader.users()) {
    status.users.total++;
    if (user.pending) status.users.pending++;
    if (user.blocked) status.users.blocked++;
  }
  for (const slot of runs.unfinished()) {
    const workers = runs.word(slot, RunWord.workers);
    const kind = workers > 0 ? 'active' : runs.has(slot, RunFlag.approved) ? 'paused' : 'pending';
    status.runs[kind]++;
    status.workers += workers;
    status.cores += runs.word(slot, RunWord.cores);
    status.nps += runs.float(slot, RunFloat.nps);
    status.games_per_minute += runs.float(slot, RunFloat.gamesPerMinute);
  }
  return status;
}
