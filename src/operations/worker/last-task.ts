/** The task that a worker was given last: it has one at a time. */
import { RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import type { TaskReference } from '../../state/workers.js';
import { failTask, isActive } from '../run/transitions.js';

/**
 * Gives the worker a task. Its earlier one, if it is still active, was abandoned by it: it fails (docs/spec/scheduling.md §2.6).
 * Call under the request-task mutex.
 */
export function replaceTask(state: State, worker: number, task: TaskReference, now: number): void {
  withLastTask(state, worker, ({ slot, taskId, offset }) => {
    if (isActive(state, offset)) failTask(state, slot, taskId, offset, 'Stale active task', now);
  });
  state.workers.setTask(worker, task);
}

/** Looks at the worker's latest task under its run's lock; undefined when it has none in memory. */
export function withLastTask<T>(
  state: State,
  worker: number,
  look: (task: TaskReference & { offset: number }) => T,
): T | undefined {
  const reference = state.workers.task(worker);
  if (reference === undefined) return undefined;
  const { runs } = state;
  const { slot, generation, taskId } = reference;
  return runs.locks.run(slot, () => {
    if (!runs.inUse(slot) || runs.word(slot, RunWord.generation) !== generation) return undefined;
    return look({ ...reference, offset: state.tasks.offsetOf(slot, taskId) });
  });
}
