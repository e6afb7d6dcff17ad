/**
 * Start-up: memory is rebuilt from the store, and every aggregate is computed anew from the tasks, which are the truth
 * (docs/spec/scheduling.md §9).
 */

import { legacyUsernamesOf, setLegacyUsernames } from '../../protocol/configured-names.js';
import { isRecord, isText, members } from '../../rules/stored-values.js';
import { RunWord } from '../../state/run-record.js';
import { SEEN_ADDRESSES_KEY } from '../../state/seen-addresses.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { readBooks } from '../book/known-books.js';
import { logAction, markRun } from '../changes.js';
import { loadRun } from '../run/load-run.js';
import { deactivateRun, isActive, isUndecided } from '../run/transitions.js';
import { replaceTask } from '../worker/last-task.js';
import { KnownWorkers } from './known-workers.js';
import { type ActiveTask, loadTasks } from './load-tasks.js';
import { recountRun } from './recount-run.js';

export interface Recovery {
  runs: number;
  tasks: number;
  /** What was wrong with the stored aggregates and is right now, one sentence each. */
  corrections: string[];
  /** When references that only the recovery held are given back. */
  forgotten: Promise<void>;
}

export interface RecoveryOptions {
  /** What a primary that stood by has learned before. */
  readonly workers?: KnownWorkers;
  /** Told when a step has ended. */
  readonly ended?: (step: 'accounts' | 'runs' | 'workers') => void;
}

export async function recover(
  state: State,
  reader: Reader,
  now: number,
  { workers = new KnownWorkers(state), ended = () => {} }: RecoveryOptions = {},
): Promise<Recovery> {
  await loadSettings(state, reader);
  ended('accounts');
  const recovery = { runs: 0, tasks: 0, corrections: [] as string[] };
  const loaded: LoadedRun[] = [];
  for await (const head of reader.unfinishedRuns()) {
    if (!isRecord(head.args)) {
      // It could not be written either.
      recovery.corrections.push(`run ${head._id} is left out: its document has no args`);
      continue;
    }
    const history = head.args.spsa === undefined ? 0 : (await reader.spsaHistory(head._id)).length;
    let active: ActiveTask[] = [];
    const { slot, problems } = await loadRun(
      state,
      head,
      async (reserved) => {
        active = await loadTasks(state, reserved, reader.taskPages(head._id, workers), workers);
      },
      history,
      now,
    );
    for (const problem of problems) {
      const message = `run ${head._id}: ${problem}`;
      state.runs.locks.run(slot, () =>
        logAction(state, slot, now, 'log_message', { username: 'fishtest.system', message }),
      );
      recovery.corrections.push(message);
    }
    recovery.runs++;
    recovery.tasks += state.runs.word(slot, RunWord.taskCount);
    recovery.corrections.push(...state.runs.locks.run(slot, () => correctRun(state, slot, active, now)));
    loaded.push({ slot, active });
  }
  ended('runs');
  for (const run of loaded) rememberWorkers(state, run, now);
  state.commits.next();
  ended('workers');
  return { ...recovery, forgotten: workers.keep(new Set()) };
}

interface LoadedRun {
  readonly slot: number;
  readonly active: readonly ActiveTask[];
}

async function loadSettings(state: State, reader: Reader): Promise<void> {
  setLegacyUsernames(legacyUsernamesOf(await reader.keyValue('legacy_usernames')));
  state.books.set(await readBooks(reader));
  for await (const user of reader.users()) state.users.setIfRoom(user);
  state.seenAddresses.import(String((await reader.keyValue(SEEN_ADDRESSES_KEY)) ?? ''));
  state.seenAddresses.takeChange();
  for await (const worker of reader.blockedWorkers()) {
    const record = state.workers.record(worker.worker_name);
    state.workers.setBlock(record, worker.blocked, worker.message, worker.last_updated);
  }
  for (const [name, runs] of Object.entries(members(await reader.keyValue('worker_runs')))) {
    const { last_run: last, ...others } = members(runs);
    const lastRun = isText(last) ? last : undefined;
    state.workers.setRuns(state.workers.record(name), lastRun, Object.keys(others));
  }
}

/** Compares the stored aggregates with the tasks, and corrects them in the specified order. */
function correctRun(state: State, slot: number, active: readonly ActiveTask[], now: number): string[] {
  const { runs } = state;
  const corrections = recountRun(state, slot);
  for (const { address } of active) state.connections.add(address);
  if (!isUndecided(state, slot)) {
    deactivateRun(state, slot, now);
    corrections.push(`run ${runs.id(slot)}: was decided but not finished`);
  }
  if (corrections.length > 0) markRun(state, slot);
  return corrections;
}

/** Maps workers to their active tasks again; of two active tasks of one name, the earlier one fails as stale. */
function rememberWorkers(state: State, { slot, active }: LoadedRun, now: number): void {
  const { runs, tasks } = state;
  const playing = runs.locks.run(slot, () =>
    active.filter(({ taskId }) => isActive(state, tasks.offsetOf(slot, taskId))),
  );
  const generation = runs.word(slot, RunWord.generation);
  state.requestTaskMutex.run(0, () => {
    for (const { name, taskId } of playing) {
      replaceTask(state, state.workers.record(name), { slot, generation, taskId }, now);
    }
  });
}
