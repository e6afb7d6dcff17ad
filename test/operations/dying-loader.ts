/** A thread that ends while it loads a run: behind some of its tasks, or under the run's lock, just before it is published. */
import { workerData } from 'node:worker_threads';
import { loadRun } from '../../src/operations/run/load-run.js';
import { reloadRun } from '../../src/operations/run/reload-run.js';
import { Shared, type ThreadData } from '../../src/runtime/shared.js';
import { lateReader } from './late-reader.js';
import { freshRun } from './world.js';

export interface DyingLoaderData extends ThreadData {
  readonly runId: string;
  readonly where: 'between tasks' | 'under the lock';
}

const { runId, where, ...data } = workerData as DyingLoaderData;
const { state } = Shared.attach(data, 'loader', true);
if (where === 'between tasks') {
  let calls = 0;
  const die = async () => {
    if (++calls === 40) process.exit(3);
  };
  await reloadRun(state, lateReader(runId, 64, die), runId, Date.now());
} else {
  const { tasks, bad_tasks: _bad, ...head } = freshRun(runId, {});
  await loadRun(state, head, tasks, 0, Date.now(), { announce: () => process.exit(3) });
}
