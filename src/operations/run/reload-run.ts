/** Brings a finished run back into memory, so that it can be changed. */
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { OperationRefused } from '../refusal.js';
import { loadRunMakingRoom } from './evict-runs.js';

export type RunReader = Pick<Reader, 'run' | 'tasks' | 'spsaHistory'>;

/** The loads of this thread that wait for the store, by run. */
const underWay = new WeakMap<State, Map<string, Promise<void>>>();

/** Does nothing for a run that is in memory. Whoever asks for a run that is being loaded waits for that load. */
export async function reloadRun(state: State, reader: RunReader, runId: string, now: number): Promise<void> {
  if (state.runs.find(runId) >= 0) return;
  let loads = underWay.get(state);
  if (loads === undefined) {
    loads = new Map();
    underWay.set(state, loads);
  }
  const first = loads.get(runId);
  if (first !== undefined) return await first;
  const load = loadStored(state, reader, runId, now);
  loads.set(runId, load);
  try {
    await load;
  } finally {
    loads.delete(runId);
  }
}

async function loadStored(state: State, reader: RunReader, runId: string, now: number): Promise<void> {
  const head = await reader.run(runId);
  if (head === undefined) throw new OperationRefused('unknown', `there is no run ${runId}`);
  const history = await reader.spsaHistory(runId);
  await loadRunMakingRoom(state, head, reader.tasks(runId), history.length, now);
}
