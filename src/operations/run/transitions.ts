/**
 * The transitions of tasks and runs that several operations share (docs/spec/scheduling.md §4). Call all of them under the
 * run's lock; they mark what they change.
 */

import { longWorkerName, runName } from '../../model/names.js';
import { crashOrTimeMessage } from '../../rules/crash-or-time.js';
import { computeFlags } from '../../rules/run-progress.js';
import { readRunResults, readTaskResults, runGames, taskGames } from '../../state/results.js';
import { fixedHead } from '../../state/run-document.js';
import { RunFlag, RunFloat, RunWord, SPRT_STATES } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { dropTaskFlips } from '../../state/task-document.js';
import { TaskChange, TaskFlag, TaskFloat, TaskWord } from '../../state/task-record.js';
import { logAction, markRun, markTask } from '../changes.js';

/** A task is alive until it is complete, failed, dead, or its run is stopped. */
export function isActive(state: State, offset: number): boolean {
  return (state.tasks.records.i32[offset + TaskWord.flags]! & TaskFlag.active) !== 0;
}

/** §4.1: takes the task out of the run's workers, cores and committed games. */
export function deactivateTask(
  state: State,
  slot: number,
  taskId: number,
  offset: number,
  now: number,
): void {
  const { runs, tasks } = state;
  const { i32, f64 } = tasks.records;
  state.undoLog.saveTaskImage(taskId, offset);
  markRun(state, slot);
  if (!isActive(state, offset)) return;
  runs.setWord(slot, RunWord.workers, runs.word(slot, RunWord.workers) - 1);
  runs.order.setCores(slot, runs.order.cores(slot) - i32[offset + TaskWord.concurrency]!);
  runs.addFloat(slot, RunFloat.committedGames, taskGames(tasks, offset) - i32[offset + TaskWord.numGames]!);
  f64[offset / 2 + TaskFloat.lastUpdated] = now;
  dropTaskFlips(state, offset);
  i32[offset + TaskWord.flags]! &= ~TaskFlag.active;
  state.connections.subtract(state.workerProfiles.get(i32[offset + TaskWord.workerInfo]!).remote_addr);
  markTask(state, slot, taskId, offset, TaskChange.live | TaskChange.spsa);
}

/** §4.4: writes to the audit log when a task crashed or lost on time too often. */
export function noteCrashOrTime(
  state: State,
  slot: number,
  taskId: number,
  offset: number,
  now: number,
): void {
  const message = crashOrTimeMessage(readTaskResults(state.tasks, offset));
  if (message === undefined) return;
  logAction(state, slot, now, 'crash_or_time', { ...taskAction(state, slot, taskId, offset), message });
}

/** The members of an action about a task; its worker is the one that the task has stored. */
export function taskAction(state: State, slot: number, taskId: number, offset: number) {
  const info = state.workerProfiles.get(state.tasks.records.i32[offset + TaskWord.workerInfo]!);
  return {
    username: info.username,
    worker: longWorkerName(info),
    ...runAction(state, slot),
    task_id: taskId,
  };
}

/** The members of an action that name a run. */
export function runAction(state: State, slot: number): { run_id: string; run: string } {
  const runId = state.runs.id(slot);
  return { run_id: runId, run: runName(fixedHead(state, slot).args.new_tag, runId) };
}

/** §4.2: deactivates an active task and logs why. */
export function failTask(
  state: State,
  slot: number,
  taskId: number,
  offset: number,
  message: string,
  now: number,
): void {
  const action = taskAction(state, slot, taskId, offset);
  deactivateTask(state, slot, taskId, offset, now);
  noteCrashOrTime(state, slot, taskId, offset, now);
  logAction(state, slot, now, 'failed_task', { ...action, message });
}

/** §7.4: whether the run still needs games. @param numGames what it would be given */
export function isUndecided(
  state: State,
  slot: number,
  numGames: number = state.runs.float(slot, RunFloat.numGames),
): boolean {
  const { runs } = state;
  if (runGames(runs, slot) >= numGames) return false;
  return !runs.has(slot, RunFlag.sprt) || SPRT_STATES[runs.word(slot, RunWord.sprtState)] === '';
}

/** §7.5: is_green and is_yellow from the results. */
export function updateFlags(state: State, slot: number): void {
  const { runs } = state;
  const { green, yellow } = computeFlags({
    finished: runs.has(slot, RunFlag.finished),
    isSpsa: runs.has(slot, RunFlag.spsa),
    isSprt: runs.has(slot, RunFlag.sprt),
    sprtState: SPRT_STATES[runs.word(slot, RunWord.sprtState)],
    results: readRunResults(runs, slot),
  });
  runs.set(slot, RunFlag.green, green);
  runs.set(slot, RunFlag.yellow, yellow);
}

/** §4.5: no task of the run is alive any more, and none will be given out. */
export function deactivateRun(state: State, slot: number, now: number): void {
  const { runs, tasks } = state;
  for (let taskId = 0; taskId < runs.word(slot, RunWord.taskCount); taskId++) {
    const offset = tasks.offsetOf(slot, taskId);
    if (isActive(state, offset)) deactivateTask(state, slot, taskId, offset, now);
  }
  runs.set(slot, RunFlag.finished, true);
  runs.setFloat(slot, RunFloat.nps, 0);
  runs.setFloat(slot, RunFloat.gamesPerMinute, 0);
  runs.setFloat(slot, RunFloat.lastAccess, now);
  runs.setFloat(slot, RunFloat.stoppedAt, 0);
  updateFlags(state, slot);
  markRun(state, slot);
}

/** §4.6: the run takes games again. */
export function reviveRun(state: State, slot: number): void {
  const { runs } = state;
  runs.set(slot, RunFlag.deleted | RunFlag.failed | RunFlag.green | RunFlag.yellow | RunFlag.finished, false);
  runs.ready.add(slot);
  markRun(state, slot);
}
