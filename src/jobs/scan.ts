/** Looks at all tasks or all workers while holding each lock for a short piece only, so that requests pass between. */
import { RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';

/** Tasks looked at under one hold of their run's lock: some tens of microseconds. */
const TASKS_A_HOLD = 512;
/** Workers looked at under one hold of the request-task mutex. */
const WORKERS_A_HOLD = 64;

/**
 * Visits every task of an unfinished run, those that come while it looks included. False when the run ended or left
 * its slot meanwhile: then not all tasks were visited.
 */
export function scanTasks(state: State, slot: number, visit: (taskId: number, at: number) => void): boolean {
  const { runs, tasks } = state;
  const generation = runs.word(slot, RunWord.generation);
  for (let taskId = 0; ; ) {
    const isComplete = runs.locks.run(slot, (): boolean | undefined => {
      if (!isSameRun(state, slot, generation)) return false;
      const count = runs.word(slot, RunWord.taskCount);
      for (const end = Math.min(count, taskId + TASKS_A_HOLD); taskId < end; taskId++) {
        visit(taskId, tasks.offsetOf(slot, taskId));
      }
      return taskId >= count ? true : undefined;
    });
    if (isComplete !== undefined) return isComplete;
  }
}

/** Does something under the run's lock, if the run is unfinished. */
export function withUnfinished<T>(state: State, slot: number, act: () => T): T | undefined {
  return state.runs.locks.run(slot, () => {
    return state.runs.isUnfinished(slot) ? act() : undefined;
  });
}

/** Visits every worker that is remembered now. Only the jobs forget workers, so their records stay meanwhile. */
export function scanWorkers(state: State, visit: (worker: number) => void): void {
  const workers = [...state.workers.table.entries()];
  for (let i = 0; i < workers.length; ) {
    state.requestTaskMutex.run(0, () => {
      for (const end = Math.min(workers.length, i + WORKERS_A_HOLD); i < end; i++) visit(workers[i]!);
    });
  }
}

function isSameRun({ runs }: State, slot: number, generation: number): boolean {
  return runs.isUnfinished(slot) && runs.word(slot, RunWord.generation) === generation;
}
