/** A thread that has finished runs brought back into memory and lets them leave it, and counts those that it finds half. */
import { parentPort, workerData } from 'node:worker_threads';
import { evictRuns } from '../../src/operations/run/evict-runs.js';
import { reloadRun } from '../../src/operations/run/reload-run.js';
import { Shared, type ThreadData } from '../../src/runtime/shared.js';
import { RunWord } from '../../src/state/run-record.js';
import { lateReader } from './late-reader.js';

export interface ReloadThreadData extends ThreadData {
  readonly rounds: number;
  readonly runIds: readonly string[];
  readonly taskCount: number;
}

/** How often a run was found whole, half and in two slots. */
export interface ReloadReport {
  whole: number;
  half: number;
  twice: number;
}

const { rounds, runIds, taskCount, ...data } = workerData as ReloadThreadData;
const { state } = Shared.attach(data, 'reload', true);
const { runs } = state;
const report: ReloadReport = { whole: 0, half: 0, twice: 0 };
for (let round = 0; round < rounds; round++) {
  const id = runIds[round % runIds.length]!;
  await reloadRun(state, lateReader(id, taskCount), id, Date.now());
  const slot = runs.find(id);
  if (slot >= 0) {
    runs.locks.run(slot, () => {
      if (!runs.holds(slot, id)) return;
      if (runs.word(slot, RunWord.taskCount) === taskCount) report.whole++;
      else report.half++;
    });
  }
  if (runs.slots().filter((each) => runs.id(each) === id).length > 1) report.twice++;
  evictRuns(state, Date.now(), 0);
}
state.threads.leave();
parentPort!.postMessage(report);
