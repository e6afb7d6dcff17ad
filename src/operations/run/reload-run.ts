/** Brings a finished run back into memory, so that it can be changed. */
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { OperationRefused } from '../refusal.js';
import { loadRun } from './load-run.js';

export type RunReader = Pick<Reader, 'run' | 'tasks' | 'spsaHistory'>;

/** Does nothing for a run that is in memory. */
export async function reloadRun(state: State, reader: RunReader, runId: string, now: number): Promise<void> {
  if (state.runs.find(runId) >= 0) return;
  const head = await reader.run(runId);
  if (head === undefined) throw new OperationRefused('unknown', `there is no run ${runId}`);
  const history = await reader.spsaHistory(runId);
  await loadRun(state, head, reader.tasks(runId), history.length, now);
}
