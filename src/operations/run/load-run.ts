/** Brings a run from its documents into memory, under a slot of its own. */

import type { TaskDocument } from '../../model/documents.js';
import { knownWorkerArchs } from '../../protocol/configured-names.js';
import { LARGEST_COUNT } from '../../protocol/schema-parts.js';
import { matchArchs } from '../../rules/arch-filter.js';
import { gameDuration } from '../../rules/game-time.js';
import { unplayable, usableRun } from '../../rules/stored-run.js';
import { coreLimit, hashOption } from '../../rules/task-size.js';
import { type DerivedFields, freeRun, writeRun } from '../../state/run-document.js';
import { RunFlag, RunFloat, RunWord } from '../../state/run-record.js';
import type { Submission } from '../../state/runs.js';
import type { State } from '../../state/state.js';
import { freeTask, writeTask } from '../../state/task-document.js';
import type { RunHead } from '../../state/write-batch.js';

/** A run has more cores than this from the start, so that it is never given out. */
const NO_CORES = -1;

/** Every slot for a run is taken. */
export class RunsFull extends Error {
  constructor(runs: number) {
    super(
      `all ${runs - 1} slots for live runs are taken: stop runs, or raise SHOAL_MAX_RUNS and start again`,
    );
    this.name = 'RunsFull';
  }
}

export interface LoadedRun {
  slot: number;
  /** What of its args cannot be used, in sentences; no worker gets a task of the run then. */
  problems: readonly string[];
}

/** How a run that the store does not have comes into memory. */
export interface NewRunLoad {
  /** Called under the run's lock, just before others can find the run: marks it and logs it. */
  readonly announce: (slot: number) => void;
  readonly submission?: Submission | undefined;
}

/** A run's tasks, or what appends them to the run in this slot. */
export type TaskSource =
  | AsyncIterable<TaskDocument>
  | Iterable<TaskDocument>
  | ((slot: number) => Promise<void>);

/**
 * Loads a run with its tasks; nobody can find it before it is complete. Throws RunsFull or TasksFull, leaving nothing.
 * @throws SubmittedTwice
 */
export async function loadRun(
  state: State,
  head: RunHead,
  tasks: TaskSource,
  historyLength: number,
  now: number,
  newRun?: NewRunLoad,
): Promise<LoadedRun> {
  const usable = usableRun(head);
  const { derived, problems } = derivedFieldsOf(usable, head.args);
  const { runs } = state;
  const slot = runs.reserve(head._id, newRun?.submission);
  if (slot < 0) throw new RunsFull(runs.records.count);
  try {
    writeRun(state, slot, usable, derived, historyLength);
    if (typeof tasks === 'function') await tasks(slot);
    else {
      for await (const task of tasks)
        writeTask(state, state.tasks.offsetOf(slot, state.tasks.append(slot)), task);
    }
    runs.setFloat(slot, RunFloat.lastAccess, now);
    runs.setWord(slot, RunWord.lastCollected, state.commits.durable.load());
    if (newRun === undefined) publish(state, slot);
  } catch (error) {
    dropRun(state, slot);
    throw error;
  }
  if (newRun !== undefined) {
    // Set before anybody can find it, so that it cannot leave memory before the store has it.
    runs.set(slot, RunFlag.isNew, true);
    runs.locks.run(slot, () => {
      try {
        newRun.announce(slot);
        publish(state, slot);
      } catch (error) {
        dropLoading(state, slot);
        throw error;
      }
    });
  }
  return { slot, problems };
}

function publish(state: State, slot: number): void {
  state.runs.publish(slot);
  if (!state.runs.has(slot, RunFlag.finished)) state.runs.ready.add(slot);
}

/** Forgets a run that nobody could find yet: neither the run without its event, nor the event without its run. Call under its lock. */
export function dropLoading(state: State, slot: number): void {
  state.outbox.take(slot);
  dropRun(state, slot);
}

/** Frees the run's slot and everything it refers to. Call under the run's lock once others can find it. */
export function dropRun(state: State, slot: number): void {
  for (let taskId = 0; taskId < state.runs.word(slot, RunWord.taskCount); taskId++) {
    freeTask(state, state.tasks.offsetOf(slot, taskId));
  }
  state.tasks.removeAll(slot);
  freeRun(state, slot);
  state.runs.remove(slot);
}

/** @param stored the args as the store has them, which may not be what memory makes of them */
function derivedFieldsOf(
  head: RunHead,
  stored: RunHead['args'],
): { derived: DerivedFields; problems: string[] } {
  const { args } = head;
  const problems: string[] = [];
  const filter = matchArchs(args.arch_filter ?? '', [...knownWorkerArchs(), 'unknown']);
  const mask: [number, number] = [0, 0];
  if ('matches' in filter) {
    filter.matches.forEach((matches, i) => {
      if (matches) mask[i < 32 ? 0 : 1] |= 1 << (i & 31);
    });
  } else {
    problems.push(`arch_filter cannot be used, no worker passes it: ${filter.error}`);
  }
  const duration = durationOf(args.tc);
  if (duration === undefined)
    problems.push(`tc ${JSON.stringify(stored?.tc)} cannot be read, no worker gets a task`);
  const misfits = [...numbersThatMisfit(stored ?? {}), ...unplayable(stored)];
  for (const text of misfits) problems.push(`${text} cannot be, no worker gets a task`);
  const isGiven = duration !== undefined && misfits.length === 0;
  const derived: DerivedFields = {
    gameDuration: duration ?? 0,
    hashMemory: hashOption(args.new_options) + hashOption(args.base_options),
    archMask: mask,
    coreLimit: isGiven ? coreLimit(args.spsa?.params.length) : NO_CORES,
  };
  return { derived, problems };
}

/** What memory has words of 32 bits for, and a database may hold anything: earlier versions bounded none of it. */
function numbersThatMisfit({ threads = 1, sprt, num_games: games }: RunHead['args']): string[] {
  const isWord = (value: unknown) =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= LARGEST_COUNT;
  const shown = (value: unknown) => (typeof value === 'number' ? `${value}` : JSON.stringify(value));
  return [
    ...(isWord(threads) ? [] : [`threads ${shown(threads)}`]),
    ...(isWord(sprt?.batch_size ?? 1) ? [] : [`a batch_size of ${shown(sprt?.batch_size)}`]),
    ...(Number.isFinite(games) ? [] : [`num_games ${shown(games)}`]),
  ];
}

/** Seconds a game; undefined where the text says none, which old documents may hold. */
function durationOf(tc: string): number | undefined {
  try {
    const seconds = gameDuration(tc);
    return Number.isFinite(seconds) ? seconds : undefined;
  } catch {
    return undefined;
  }
}
