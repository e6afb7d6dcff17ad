/** Appends a run's tasks to memory as the store has them, page by page. */
import { shortWorkerName } from '../../model/names.js';
import type { State } from '../../state/state.js';
import { writeTaskCounts, writeTaskWorker } from '../../state/task-document.js';
import type { LoadedTask } from '../../store/port.js';
import { describeWorker, type KnownWorker, type KnownWorkers } from './known-workers.js';

/** Somebody is playing it. */
export interface ActiveTask {
  readonly taskId: number;
  readonly name: string;
  readonly address: string;
}

/** Call for a reserved run that nobody can find yet. @returns its active tasks, in order */
export async function loadTasks(
  state: State,
  slot: number,
  pages: AsyncIterable<readonly LoadedTask[]>,
  workers: KnownWorkers,
): Promise<ActiveTask[]> {
  const active: ActiveTask[] = [];
  for await (const page of pages) {
    for (const { task, worker: described, nps } of page) {
      const taskId = state.tasks.append(slot);
      const offset = state.tasks.offsetOf(slot, taskId);
      writeTaskCounts(state, offset, task);
      const worker = workerOf(state, described, workers);
      writeTaskWorker(state, offset, worker.entry, worker.concurrency, Number.isFinite(nps) ? nps : 0);
      if (task.active === true) active.push({ taskId, name: nameOf(state, worker), address: worker.address });
    }
  }
  return active;
}

/** With a reference more to its description. */
function workerOf(state: State, described: LoadedTask['worker'], workers: KnownWorkers): KnownWorker {
  if (typeof described !== 'number') return describeWorker(state, described);
  const known = workers.get(described);
  state.workerProfiles.retainHeld(known.entry);
  return known;
}

function nameOf(state: State, { entry, name }: KnownWorker): string {
  return name ?? shortWorkerName(state.workerProfiles.get(entry));
}
