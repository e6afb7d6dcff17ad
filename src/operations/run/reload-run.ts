/** Brings a finished run back into memory, so that it can be changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RunInMemory } from '../../state/runs.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { OperationRefused } from '../refusal.js';
import { loadRunMakingRoom } from './evict-runs.js';

export type RunReader = Pick<Reader, 'run' | 'tasks' | 'spsaHistory'>;

/** The loads of this thread that wait for the store, by run. */
const underWay = new WeakMap<State, Map<string, Promise<void>>>();

/** How long a load by another thread is waited for: a run of many tasks from a slow database. */
const OTHER_THREAD_MS = 10_000;
const LOOK_MS = 5;

/** Does nothing for a run that is in memory. Whoever asks for a run that is being loaded, here or by another thread, waits for that load. */
export async function reloadRun(state: State, reader: RunReader, runId: string, now: number): Promise<void> {
  if (state.runs.find(runId) >= 0) return;
  let loads = underWay.get(state);
  if (loads === undefined) {
    loads = new Map();
    underWay.set(state, loads);
  }
  const first = loads.get(runId);
  if (first !== undefined) return await first;
  const load = loadOnce(state, reader, runId, now);
  loads.set(runId, load);
  try {
    await load;
  } finally {
    loads.delete(runId);
  }
}

async function loadOnce(state: State, reader: RunReader, runId: string, now: number): Promise<void> {
  const latest = performance.now() + OTHER_THREAD_MS;
  while (state.runs.find(runId) < 0) {
    try {
      await loadStored(state, reader, runId, now);
    } catch (error) {
      if (!(error instanceof RunInMemory)) throw error;
      if (performance.now() > latest) {
        throw new OperationRefused('conflict', `run ${runId} is still being loaded: try again`);
      }
      await sleep(LOOK_MS);
    }
  }
}

async function loadStored(state: State, reader: RunReader, runId: string, now: number): Promise<void> {
  const head = await reader.run(runId);
  if (head === undefined) throw new OperationRefused('unknown', `there is no run ${runId}`);
  const history = await reader.spsaHistory(runId);
  await loadRunMakingRoom(state, head, reader.tasks(runId), history.length, now);
}
