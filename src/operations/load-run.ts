/** Brings a run from its documents into memory, under a slot of its own. */

import { knownWorkerArchs } from '../protocol/configured-names.js';
import type { TaskDocument } from '../protocol/documents.js';
import { matchArchs } from '../rules/arch-filter.js';
import { gameDuration } from '../rules/game-time.js';
import { coreLimit, hashOption } from '../rules/task-size.js';
import { freeRun, type RunTraits, writeRun } from '../state/run-document.js';
import { RunFlag, RunFloat, RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';
import { freeTask, writeTask } from '../state/task-document.js';
import type { RunHead } from '../state/write-group.js';

/** Every slot for a run is taken. */
export class RunsFull extends Error {
  constructor(runs: number) {
    super(`all ${runs - 1} slots for live runs are taken: finish or delete runs, or raise SHOAL_MAX_RUNS`);
    this.name = 'RunsFull';
  }
}

export interface LoadedRun {
  slot: number;
  /** Why args.arch_filter cannot be used: no worker passes it then. */
  filterError?: string;
}

/**
 * Loads a run with its tasks; nobody can find it before it is complete. Throws RunsFull or TasksFull, leaving nothing.
 */
export async function loadRun(
  state: State,
  head: RunHead,
  tasks: AsyncIterable<TaskDocument> | Iterable<TaskDocument>,
  historyLength: number,
  now: number,
): Promise<LoadedRun> {
  const { traits, filterError } = traitsOf(head);
  const slot = state.runs.reserve(head._id);
  if (slot < 0) throw new RunsFull(state.runs.records.count);
  writeRun(state, slot, head, traits, historyLength);
  try {
    for await (const task of tasks) writeTask(state, state.tasks.at(slot, state.tasks.append(slot)), task);
  } catch (error) {
    dropRun(state, slot);
    throw error;
  }
  state.runs.setFloat(slot, RunFloat.lastAccess, now);
  state.runs.setWord(slot, RunWord.copied, state.journal.durable.load());
  state.runs.publish(slot);
  if (!state.runs.has(slot, RunFlag.finished)) state.runs.makeReady(slot);
  return filterError === undefined ? { slot } : { slot, filterError };
}

/** Frees the run's slot and everything it refers to. Call under the run's lock once others can find it. */
export function dropRun(state: State, slot: number): void {
  for (let taskId = 0; taskId < state.runs.word(slot, RunWord.taskCount); taskId++) {
    freeTask(state, state.tasks.at(slot, taskId));
  }
  state.tasks.removeAll(slot);
  freeRun(state, slot);
  state.runs.remove(slot);
}

function traitsOf(head: RunHead): { traits: RunTraits; filterError?: string } {
  const { args } = head;
  const archs = [...knownWorkerArchs(), 'unknown'];
  const filter = matchArchs(args.arch_filter ?? '', archs);
  const mask: [number, number] = [0, 0];
  if ('matches' in filter) {
    filter.matches.forEach((matches, i) => {
      if (matches) mask[i < 32 ? 0 : 1] |= 1 << (i & 31);
    });
  }
  const traits: RunTraits = {
    gameDuration: gameDuration(args.tc),
    hashMemory: hashOption(args.new_options) + hashOption(args.base_options),
    archMask: mask,
    coreLimit: coreLimit(args.spsa?.params.length),
  };
  return 'error' in filter ? { traits, filterError: filter.error } : { traits };
}
