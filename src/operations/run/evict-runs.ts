/** Finished runs leave memory: the store has them, and a change of one brings it back. */
import { RunFlag, RunFloat, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { OperationRefused } from '../refusal.js';
import { dropRun, type LoadedRun, loadRun, RunsFull } from './load-run.js';

const EVICT_AFTER_MS = 300_000;
/** Whoever brought a run back into memory has changed it by then. */
const LEAST_IDLE_MS = 1000;

/**
 * Call while holding no run's lock.
 * @param idleMs for how long nobody has asked for the run
 * @returns how many left
 */
export function evictRuns(state: State, now: number, idleMs: number = EVICT_AFTER_MS): number {
  let evicted = 0;
  const { runs } = state;
  for (const slot of runs.slots()) {
    // Far in the future, where the clock stepped back since, is long ago.
    const idle = Math.abs(now - runs.float(slot, RunFloat.lastAccess));
    if (!runs.has(slot, RunFlag.finished) || idle < idleMs) continue;
    runs.locks.run(slot, () => {
      const pending =
        runs.word(slot, RunWord.dirtyTasks) !== 0 ||
        runs.word(slot, RunWord.dirtyBeats) !== 0 ||
        runs.word(slot, RunWord.outbox) !== 0 ||
        runs.has(slot, RunFlag.isNew | RunFlag.aggregatesDirty | RunFlag.dirtySpsa) ||
        !state.commits.isDurable(runs.word(slot, RunWord.lastCollected));
      // It may have left meanwhile, and be on its way back: whoever loads a run holds no lock of it.
      if (pending || !runs.isComplete(slot) || !runs.has(slot, RunFlag.finished)) return;
      dropRun(state, slot);
      evicted++;
    });
  }
  return evicted;
}

/** As `loadRun`; when every slot is taken, finished runs leave theirs at once. @throws OperationRefused when none can */
export async function loadRunMakingRoom(
  ...[state, head, tasks, history, now, newRun]: Parameters<typeof loadRun>
): Promise<LoadedRun> {
  for (let isRetry = false; ; isRetry = true) {
    try {
      return await loadRun(state, head, tasks, history, now, newRun);
    } catch (error) {
      if (!(error instanceof RunsFull)) throw error;
      if (isRetry || evictRuns(state, now, LEAST_IDLE_MS) === 0) {
        throw new OperationRefused('conflict', error.message);
      }
    }
  }
}
