/**
 * Start-up: memory is rebuilt from the store, and every aggregate is computed anew from the tasks, which are the truth
 * (docs/spec/scheduling.md §9).
 */

import type { BookMetadata } from '../../model/documents.js';
import { shortWorkerName } from '../../model/names.js';
import { setLegacyUsernames } from '../../protocol/configured-names.js';
import { RunWord } from '../../state/run-record.js';
import { SEEN_ADDRESSES_KEY } from '../../state/seen-addresses.js';
import type { State } from '../../state/state.js';
import { TaskWord } from '../../state/task-record.js';
import type { Reader } from '../../store/port.js';
import { logAction, markRun } from '../changes.js';
import { loadRun } from '../run/load-run.js';
import { deactivateRun, isActive, isUndecided } from '../run/transitions.js';
import { replaceTask } from '../worker/last-task.js';
import { recountRun } from './recount-run.js';

export interface Recovery {
  runs: number;
  tasks: number;
  /** What was wrong with the stored aggregates and is right now, one sentence each. */
  corrections: string[];
}

export async function recover(state: State, reader: Reader, now: number): Promise<Recovery> {
  await loadSettings(state, reader);
  const recovery: Recovery = { runs: 0, tasks: 0, corrections: [] };
  const slots: number[] = [];
  for await (const head of reader.unfinishedRuns()) {
    const history = head.args.spsa === undefined ? 0 : (await reader.spsaHistory(head._id)).length;
    const { slot, problems } = await loadRun(state, head, reader.tasks(head._id), history, now);
    for (const problem of problems) {
      const message = `run ${head._id}: ${problem}`;
      state.runs.locks.run(slot, () =>
        logAction(state, slot, now, 'log_message', { username: 'fishtest.system', message }),
      );
      recovery.corrections.push(message);
    }
    recovery.runs++;
    recovery.tasks += state.runs.word(slot, RunWord.taskCount);
    recovery.corrections.push(...state.runs.locks.run(slot, () => correctRun(state, slot, now)));
    slots.push(slot);
  }
  for (const slot of slots) rememberWorkers(state, slot, now);
  state.commits.next();
  return recovery;
}

async function loadSettings(state: State, reader: Reader): Promise<void> {
  setLegacyUsernames(((await reader.keyValue('legacy_usernames')) ?? []) as string[]);
  state.books.set(((await reader.keyValue('books')) ?? {}) as Record<string, BookMetadata>);
  for await (const user of reader.users()) state.users.set(user);
  state.seenAddresses.import(String((await reader.keyValue(SEEN_ADDRESSES_KEY)) ?? ''));
  state.seenAddresses.takeChange();
  for await (const worker of reader.blockedWorkers()) {
    const record = state.workers.record(worker.worker_name);
    state.workers.setBlock(record, worker.blocked, worker.message, worker.last_updated);
  }
  const seen = ((await reader.keyValue('worker_runs')) ?? {}) as Record<string, Record<string, unknown>>;
  for (const [name, runs] of Object.entries(seen)) {
    const { last_run: lastRun, ...others } = runs;
    state.workers.setRuns(state.workers.record(name), lastRun as string | undefined, Object.keys(others));
  }
}

/** Compares the stored aggregates with the tasks, and corrects them in the specified order. */
function correctRun(state: State, slot: number, now: number): string[] {
  const { runs, tasks } = state;
  const corrections = recountRun(state, slot, (offset) => {
    state.connections.add(
      state.workerProfiles.get(tasks.records.i32[offset + TaskWord.workerInfo]!).remote_addr,
    );
  });
  if (!isUndecided(state, slot)) {
    deactivateRun(state, slot, now);
    corrections.push(`run ${runs.id(slot)}: was decided but not finished`);
  }
  if (corrections.length > 0) markRun(state, slot);
  return corrections;
}

/** Maps workers to their active tasks again; of two active tasks of one name, the earlier one fails as stale. */
function rememberWorkers(state: State, slot: number, now: number): void {
  const { runs, tasks } = state;
  const active: { name: string; taskId: number }[] = state.runs.locks.run(slot, () => {
    const found: { name: string; taskId: number }[] = [];
    for (let taskId = 0; taskId < runs.word(slot, RunWord.taskCount); taskId++) {
      const offset = tasks.offsetOf(slot, taskId);
      if (!isActive(state, offset)) continue;
      const info = state.workerProfiles.get(tasks.records.i32[offset + TaskWord.workerInfo]!);
      found.push({ name: shortWorkerName(info), taskId });
    }
    return found;
  });
  const generation = runs.word(slot, RunWord.generation);
  state.requestTaskMutex.run(0, () => {
    for (const { name, taskId } of active) {
      replaceTask(state, state.workers.record(name), { slot, generation, taskId }, now);
    }
  });
}
