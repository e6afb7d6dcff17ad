/**
 * What the writer copies of a run in one go: everything that changed since the last batch, consistent at one instant.
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
import type { RunWrite, TaskWrite, WriteBatch } from './write-batch.js';

export function emptyBatch(): WriteBatch {
  return {
    runs: [],
    actions: [],
    pgns: [],
    users: [],
    workers: [],
    nets: [],
    keyValues: [],
    contributors: [],
    removedUsers: [],
    siteRecords: [],
    gitHubAnswers: [],
  };
}

/** What nobody waits for stays with its run until its turn. */
export interface Deferrals {
  isDue(slot: number): boolean;
  defer(slot: number): void;
}

/**
 * Takes what all marked runs have to write. Only the writer calls this.
 * @param deferred when given, aggregates and beats of a run that is not due are left with it, and the run is deferred
 */
export function collectBatch(state: State, deferred?: Deferrals): WriteBatch {
  const batch = emptyBatch();
  for (const slot of state.dirtyRuns.takeMarks()) {
    state.runs.locks.run(slot, () => {
      takeRun(state, slot, batch, deferred);
    });
  }
  batch.actions = batch.actions.map(validAction);
  return batch;
}

export function isEmptyBatch(batch: WriteBatch): boolean {
  return Object.values(batch).every((part: readonly unknown[] | undefined) => (part?.length ?? 0) === 0);
}

function takeRun(state: State, slot: number, batch: WriteBatch, deferred?: Deferrals): void {
  const write: RunWrite = {
    runId: slot === SYSTEM_SLOT ? '' : state.runs.id(slot),
    tasks: [],
    badTasks: [],
    spsaHistory: [],
  };
  for (const item of state.outbox.take(slot)) {
    if (item.kind === 'action') batch.actions.push(item.action as ActionDocument);
    else if (item.kind === 'badTask') write.badTasks.push(item.badTask);
    else if (item.kind === 'spsaHistory') write.spsaHistory.push(item.entry);
    else if (item.kind === 'user') batch.newUsers = [...(batch.newUsers ?? []), item.user];
    else if (item.kind === 'userChange') batch.userChanges = [...(batch.userChanges ?? []), item.change];
    else if (item.kind === 'worker') batch.workers.push(item.worker);
    else if (item.kind === 'contributors') {
      batch.contributorEntries = [...(batch.contributorEntries ?? []), ...item.writes];
    } else if (item.kind === 'net') batch.nets.push(item.net);
    else if (item.kind === 'netRemoved') batch.removedNets = [...(batch.removedNets ?? []), item.net];
    else if (item.kind === 'netTest') batch.netTests = [...(batch.netTests ?? []), item.test];
    else if (item.kind === 'masterNet') batch.masterNets = [...(batch.masterNets ?? []), item.net];
    else if (item.kind === 'pgn') batch.pgns.push(item.pgn);
    else if (item.kind === 'removeUser') {
      // The name is free, and may be taken again in the same batch.
      const isOther = ({ username }: { username: string }) => username !== item.username;
      batch.newUsers = batch.newUsers?.filter(isOther) ?? [];
      batch.userChanges = batch.userChanges?.filter(isOther) ?? [];
      batch.removedUsers = [...(batch.removedUsers ?? []), item.username];
    } else if (item.kind === 'siteRecord') batch.siteRecords = [...(batch.siteRecords ?? []), item.write];
    else if (item.kind === 'gitHubAnswer') batch.gitHubAnswers?.push(item.write);
    else if (item.kind === 'download') batch.downloads = [...(batch.downloads ?? []), item.net];
    else batch.keyValues.push({ key: item.key, value: item.value });
  }
  if (slot === SYSTEM_SLOT || !state.runs.inUse(slot)) return;
  const { runs } = state;
  runs.setWord(slot, RunWord.lastCollected, state.commits.issued.load());
  const takesAll = deferred === undefined || deferred.isDue(slot);
  const takesAggregates = takesAll || runs.has(slot, RunFlag.isNew | RunFlag.flushNow);
  if (runs.has(slot, RunFlag.isNew)) write.insert = readHead(state, slot);
  else if (takesAggregates && runs.has(slot, RunFlag.aggregatesDirty)) write.live = readLive(state, slot);
  if (runs.has(slot, RunFlag.dirtySpsa)) {
    const block = new SpsaBlock(state.slab, runs.word(slot, RunWord.spsa) >>> 0);
    write.spsa = { iter: block.iter, theta: block.thetas() };
  }
  if (takesAggregates) runs.set(slot, RunFlag.aggregatesDirty, false);
  runs.set(slot, RunFlag.isNew | RunFlag.flushNow | RunFlag.dirtySpsa, false);
  write.tasks = takeTasks(state, slot, takesAll);
  const isDeferred = runs.has(slot, RunFlag.aggregatesDirty) || runs.word(slot, RunWord.dirtyBeats) !== 0;
  if (isDeferred) deferred?.defer(slot);
  if (
    write.insert ||
    write.live ||
    write.spsa ||
    write.tasks.length + write.badTasks.length + write.spsaHistory.length > 0
  ) {
    batch.runs.push(write);
  }
}

/** In the order in which they changed; then, if wanted, those that only gave a sign of life. */
function takeTasks(state: State, slot: number, withBeats: boolean): TaskWrite[] {
  const { runs, tasks } = state;
  const { i32 } = tasks.records;
  const writes: TaskWrite[] = [];
  for (let next = runs.word(slot, RunWord.dirtyTasks); next !== 0; ) {
    const offset = tasks.offsetOf(slot, next - 1);
    writes.push(takeTask(state, next - 1, offset, withBeats ? 0 : TaskChange.beat));
    next = i32[offset + TaskWord.nextDirty]!;
  }
  runs.setWord(slot, RunWord.dirtyTasks, 0);
  writes.reverse();
  if (!withBeats) return writes;
  for (let next = runs.word(slot, RunWord.dirtyBeats); next !== 0; ) {
    const offset = tasks.offsetOf(slot, next - 1);
    // One that had changed as well has been taken just now.
    if (i32[offset + TaskWord.changed] !== 0) writes.push(takeTask(state, next - 1, offset, 0));
    next = i32[offset + TaskWord.nextBeat]!;
  }
  runs.setWord(slot, RunWord.dirtyBeats, 0);
  return writes;
}

/** @param kept bits of TaskChange that stay */
function takeTask(state: State, taskId: number, offset: number, kept: number): TaskWrite {
  const { i32 } = state.tasks.records;
  const changed = i32[offset + TaskWord.changed]!;
  i32[offset + TaskWord.changed] = changed & kept;
  const isNew = (changed & TaskChange.isNew) !== 0;
  const write: TaskWrite = { taskId, isNew, ...readTaskCounts(state, offset) };
  // A description is decoded only where the store needs it.
  if (isNew || (changed & TaskChange.workerInfo) !== 0) write.worker_info = readTaskWorker(state, offset);
  if ((changed & TaskChange.spsa) !== 0) write.spsa_params = readTaskSpsa(state, offset) ?? null;
  return write;
}
