/**
 * What is done for a thread that died: its locks are found, what they guard is repaired, they are handed on, and its
 * slot is free again. Runs on a thread that holds no lock and may park.
 */
import { recoverLocks } from '../../memory/locks/recover-locks.js';
import { rollBack } from '../../state/roll-back.js';
import { RunFlag, RunWord } from '../../state/run-record.js';
import { UndoWord } from '../../state/run-undo.js';
import { SYSTEM_SLOT } from '../../state/runs.js';
import type { State } from '../../state/state.js';
import { markRun } from '../changes.js';
import { endRun } from '../run/end-run.js';
import { dropLoading } from '../run/load-run.js';
import { isActive, isUndecided } from '../run/transitions.js';
import { replaceTask } from '../worker/last-task.js';
import { recountRun } from './recount-run.js';

/** Prepares this thread for reaping others; `clock` says the time in milliseconds since the epoch. */
export function installRepair(state: State, clock: () => number): void {
  state.runs.locks.repair = (slot, dead) => repairRun(state, slot, dead, clock());
  state.requestTaskMutex.repair = (_, dead) => repairAssignment(state, dead, clock());
  // A lock that a repair needs may itself belong to a dead thread.
  state.threads.onLivenessCheck = (owner) => {
    if (state.threads.dead().includes(owner)) recoverLocks(state.threads, owner);
  };
}

/** Returns how many locks the thread in `slot` held. Call `installRepair` before. */
export function reapThread(state: State, slot: number): number {
  const locks = recoverLocks(state.threads, slot);
  // Without a lock it may have loaded runs, which nobody would complete and nobody else may load.
  for (const run of state.runs.loadedBy(slot)) state.runs.locks.run(run, () => dropLoading(state, run));
  // The mutex may have been free already while its assignment intent still stood.
  state.undoLog.forget(slot);
  state.threads.reap(slot);
  // A stop waits for what is numbered, and threads that end then held nothing.
  if (locks > 0) state.commits.next();
  return locks;
}

/** A change of the dead thread is rolled back; what it had made final of a stop is done to its end. */
function repairRun(state: State, slot: number, dead: number, now: number): void {
  const { runs } = state;
  const { stopping } = rollBack(state, slot, dead);
  if (slot === SYSTEM_SLOT || !runs.isComplete(slot)) return;
  if (recountRun(state, slot).length > 0) markRun(state, slot);
  const finished = runs.has(slot, RunFlag.finished);
  // The scheduler may have dropped the run while the dead thread's change said that it had finished.
  if (!finished) runs.ready.add(slot);
  if (stopping || (!finished && !isUndecided(state, slot))) endRun(state, slot, now);
}

/** The worker gets the task that was made for it: when it asks again, the task fails as stale. */
function repairAssignment(state: State, dead: number, now: number): void {
  const { words } = state.undoLog;
  const offset = state.undoLog.rowOf(dead) + UndoWord.assignment;
  const [run, generation, taskId, worker] = words.slice(offset, offset + 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  if (run === 0) return;
  words[offset] = 0;
  const task = { slot: run - 1, generation, taskId };
  const known = state.workers.task(worker);
  if (known?.slot === task.slot && known.generation === generation && known.taskId === taskId) return;
  if (isOut(state, task)) replaceTask(state, worker, task, now);
}

function isOut(
  state: State,
  { slot, generation, taskId }: { slot: number; generation: number; taskId: number },
) {
  const { runs } = state;
  return runs.locks.run(slot, () => {
    if (!runs.inUse(slot) || runs.word(slot, RunWord.generation) !== generation) return false;
    const offset = state.tasks.offsetOf(slot, taskId);
    return offset >= 0 && isActive(state, offset);
  });
}
