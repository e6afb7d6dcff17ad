/** Gives a farm new runs as its runs end: workers that wait for work show little. */
import { setTimeout as sleep } from 'node:timers/promises';
import { addApprovedRuns } from '../../src/swarm/demo-runs.js';
import type { Call } from '../../src/swarm/verify.js';

const EVERY_MS = 2000;
/** As many as are added at once: one of each kind. */
const FEWEST = 3;

export async function keepRuns(call: Call, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const { status } = await call('status', {});
      if (status.runs.active + status.runs.paused < FEWEST) await addApprovedRuns(call);
    } catch {
      // The server is down or its store away: the next look finds out what was added.
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
  }
}
