/**
 * What the writer copies of a run in one go: everything that changed since the last group, consistent at one instant.
 */
import type { ActionDocument } from '../model/documents.js';
import { validAction } from '../protocol/valid-action.js';
import { readHead, readLive } from './run-document.js';
import { RunFlag, RunWord } from './run-record.js';
import { SYSTEM_SLOT } from './runs.js';
import { SpsaBlock } from './spsa-block.js';
import type { State } from './state.js';
import { readTaskCounts, readTaskSpsa, readTaskWorker } from './task-document.js';
import { TaskChange, TaskWord } from './task-record.js';
import type { RunWrite, TaskWrite, WriteGroup } from './write-batch.js';

export function emptyGroup(): WriteGroup {
  return {
    runs: [],
    actions: [],
    pgns: [],
    users: [],
    workers: [],
    nets: [],
    keyValues: [],
    contributors: [],
  };
}

/** What nobody waits for stays with its run until its turn. */
export interface Owed {
  isDue(slot: number): boolean;
  owe(slot: number): void;
}

/**
 * Takes what all marked runs have to write. Only the writer calls this.
 * @param owed when given, sums and beats of a run that is not due are left with it, and the run is owed
 */
export function collectGroup(state: State, owed?: Owed): WriteGroup {
  const group = emptyGroup();
  for (const slot of state.journal.takeMarks()) {
    state.runs.locks.acquire(slot);
    try {
      takeRun(state, slot, group, owed);
    } finally {
      state.runs.locks.release(slot);
    }
  }
  group.actions = group.actions.map(validAction);
  return group;
}

export function isEmptyGroup(group: WriteGroup): boolean {
  return Object.values(group).every((part: readonly unknown[] | undefined) => (part?.length ?? 0) === 0);
}

function takeRun(state: State, slot: number, group: WriteGroup, owed?: Owed): void {
  const write: RunWrite = {
    runId: slot === SYSTEM_SLOT ? '' : state.runs.id(slot),
    tasks: [],
    badTasks: [],
    spsaHistory: [],
  };
  for (const item of state.outbox.take(slot)) {
    if (item.kind === 'action') group.actions.push(item.action as ActionDocument);
    else if (item.kind === 'badTask') write.badTasks.push(item.badTask);
    else if (item.kind === 'spsaHistory') write.spsaHistory.push(item.entry);
    else if (item.kind === 'user') group.users.push(item.user);
    else if (item.kind === 'worker') group.workers.push(item.worker);
    else if (item.kind === 'net') group.nets.push(item.net);
    else if (item.kind === 'pgn') group.pgns.push(item.pgn);
    else if (item.kind === 'download') group.downloads = [...(group.downloads ?? []), item.net];
    else group.keyValues.push({ key: item.key, value: item.value });
  }
  if (slot === SYSTEM_SLOT || !state.runs.inUse(slot)) return;
  const { runs } = state;
  runs.setWord(slot, RunWord.copied, state.journal.appended.load());
  const takesAll = owed === undefined || owed.isDue(slot);
  const takesSums = takesAll || runs.has(slot, RunFlag.isNew | RunFlag.dirtyNow);
  if (runs.has(slot, RunFlag.isNew)) write.insert = readHead(state, slot);
  else if (takesSums && runs.has(slot, RunFlag.dirtyLive)) write.live = readLive(state, slot);
  if (runs.has(slot, RunFlag.dirtySpsa)) {
    const block = new SpsaBlock(state.slab, runs.word(slot, RunWord.spsa) >>> 0);
    write.spsa = { iter: block.iter, theta: block.thetas() };
  }
  if (takesSums) runs.set(slot, RunFlag.dirtyLive, false);
  runs.set(slot, RunFlag.isNew | RunFlag.dirtyNow | RunFlag.dirtySpsa, false);
  write.tasks = takeTasks(state, slot, takesAll);
  const isOwed = runs.has(slot, RunFlag.dirtyLive) || runs.word(slot, RunWord.dirtyBeats) !== 0;
  if (isOwed) owed?.owe(slot);
  if (
    write.insert ||
    write.live ||
    write.spsa ||
    write.tasks.length + write.badTasks.length + write.spsaHistory.length > 0
  ) {
    group.runs.push(write);
  }
}

/** In the order in which they changed; then, if wanted, those that only gave a sign of life. */
function takeTasks(state: State, slot: number, withBeats: boolean): TaskWrite[] {
  const { runs, tasks } = state;
  const { i32 } = tasks.records;
  const writes: TaskWrite[] = [];
  for (let next = runs.word(slot, RunWord.dirtyTasks); next !== 0; ) {
    const at = tasks.at(slot, next - 1);
    writes.push(takeTask(state, next - 1, at, withBeats ? 0 : TaskChange.beat));
    next = i32[at + TaskWord.nextDirty]!;
  }
  runs.setWord(slot, RunWord.dirtyTasks, 0);
  writes.reverse();
  if (!withBeats) return writes;
  for (let next = runs.word(slot, RunWord.dirtyBeats); next !== 0; ) {
    const at = tasks.at(slot, next - 1);
    // One that had changed as well has been taken just now.
    if (i32[at + TaskWord.changed] !== 0) writes.push(takeTask(state, next - 1, at, 0));
    next = i32[at + TaskWord.nextBeat]!;
  }
  runs.setWord(slot, RunWord.dirtyBeats, 0);
  return writes;
}

/** @param kept bits of TaskChange that stay */
function takeTask(state: State, taskId: number, at: number, kept: number): TaskWrite {
  const { i32 } = state.tasks.records;
  const changed = i32[at + TaskWord.changed]!;
  i32[at + TaskWord.changed] = changed & kept;
  const isNew = (changed & TaskChange.isNew) !== 0;
  const write: TaskWrite = { taskId, isNew, ...readTaskCounts(state, at) };
  // A description is decoded only where the store needs it.
  if (isNew || (changed & TaskChange.workerInfo) !== 0) write.worker_info = readTaskWorker(state, at);
  if ((changed & TaskChange.spsa) !== 0) write.spsa_params = readTaskSpsa(state, at) ?? null;
  return write;
}
