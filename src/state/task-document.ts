/** Task documents between the store and shared memory. Call everything here under the run's lock. */
import type { TaskDocument, TaskSpsaParams, TaskWorkerInfo } from '../model/documents.js';
import { usableTask, usableWorkerInfo } from '../rules/stored-task.js';
import { readTaskResults, writeTaskResults } from './results.js';
import type { State } from './state.js';
import { TaskFlag, TaskFloat, TaskWord } from './task-record.js';

const EMPTY_INFO = 0;

/** Fills a fresh task record from a document; old documents may lack stats and worker_info, or hold what is none. */
export function writeTask(state: State, offset: number, task: TaskDocument): void {
  writeTaskCounts(state, offset, task);
  const info = usableWorkerInfo(task.worker_info);
  const entry = info === undefined ? EMPTY_INFO : state.workerProfiles.retain(info);
  writeTaskWorker(state, offset, entry, info?.concurrency ?? 0, info?.nps ?? 0);
}

/** All but the worker's description. */
export function writeTaskCounts(
  state: State,
  offset: number,
  document: Omit<TaskDocument, 'worker_info'>,
): void {
  const { i32, f64 } = state.tasks.records;
  const task = usableTask(document);
  i32[offset + TaskWord.flags] =
    (task.active ? TaskFlag.active : 0) |
    (task.bad ? TaskFlag.bad : 0) |
    (task.stats === undefined ? TaskFlag.trinomial : 0);
  i32[offset + TaskWord.numGames] = task.num_games;
  i32[offset + TaskWord.start] = task.start;
  f64[offset / 2 + TaskFloat.lastUpdated] = task.last_updated;
  if (task.stats !== undefined) writeTaskResults(state.tasks, offset, task.stats);
  if (task.spsa_params !== undefined)
    setTaskFlips(state, offset, task.spsa_params.iter, task.spsa_params.packed_flips);
}

/** @param entry of the description, to which the task holds a reference already */
export function writeTaskWorker(
  state: State,
  offset: number,
  entry: number,
  concurrency: number,
  nps: number,
): void {
  const { i32, f64 } = state.tasks.records;
  i32[offset + TaskWord.workerInfo] = entry;
  i32[offset + TaskWord.concurrency] = concurrency;
  f64[offset / 2 + TaskFloat.nps] = nps;
}

export function readTask(state: State, offset: number): TaskDocument {
  const { num_games, active, bad, ...others } = readTaskCounts(state, offset);
  const task: TaskDocument = { num_games, active, worker_info: readTaskWorker(state, offset), ...others };
  if (bad) task.bad = true;
  const spsa = readTaskSpsa(state, offset);
  if (spsa !== undefined) task.spsa_params = spsa;
  return task;
}

/** What changes with nearly every request. */
export function readTaskCounts(state: State, offset: number) {
  const { i32, f64 } = state.tasks.records;
  const flags = i32[offset + TaskWord.flags]!;
  return {
    num_games: i32[offset + TaskWord.numGames]!,
    active: (flags & TaskFlag.active) !== 0,
    bad: (flags & TaskFlag.bad) !== 0,
    last_updated: f64[offset / 2 + TaskFloat.lastUpdated]!,
    start: i32[offset + TaskWord.start]!,
    stats: readTaskResults(state.tasks, offset),
  };
}

export function readTaskWorker(state: State, offset: number): TaskWorkerInfo {
  const { i32, f64 } = state.tasks.records;
  const info = state.workerProfiles.get(i32[offset + TaskWord.workerInfo]!);
  // Old documents may lack it.
  return ('nps' in info ? { ...info, nps: f64[offset / 2 + TaskFloat.nps]! } : info) as TaskWorkerInfo;
}

export function readTaskSpsa(state: State, offset: number): TaskSpsaParams | undefined {
  const flips = taskFlips(state, offset);
  const iter = state.tasks.records.i32[offset + TaskWord.spsaIter]!;
  return flips === undefined ? undefined : { iter, packed_flips: flips };
}

/** Frees what the record refers to. */
export function freeTask(state: State, offset: number): void {
  dropTaskFlips(state, offset);
  const info = state.tasks.records.i32[offset + TaskWord.workerInfo]!;
  state.tasks.records.i32[offset + TaskWord.workerInfo] = EMPTY_INFO;
  state.workerProfiles.release(info);
}

/** The packed flips handed out and not answered yet. */
export function taskFlips(state: State, offset: number): Uint8Array | undefined {
  const { i32 } = state.tasks.records;
  const handle = i32[offset + TaskWord.spsaFlips]! >>> 0;
  if (handle === 0) return undefined;
  return Uint8Array.from(state.slab.copy(handle).subarray(0, i32[offset + TaskWord.spsaFlipCount]));
}

export function setTaskFlips(state: State, offset: number, iter: number, packedFlips: Uint8Array): void {
  const { i32 } = state.tasks.records;
  // A tune without parameters has no flips, but its request is out all the same: the blob is never empty.
  const flips = state.slab.put(packedFlips.length === 0 ? new Uint8Array(1) : packedFlips);
  dropTaskFlips(state, offset);
  i32[offset + TaskWord.spsaIter] = iter;
  i32[offset + TaskWord.spsaFlips] = flips;
  i32[offset + TaskWord.spsaFlipCount] = packedFlips.length;
}

export function dropTaskFlips(state: State, offset: number): void {
  const { i32 } = state.tasks.records;
  const handle = i32[offset + TaskWord.spsaFlips]! >>> 0;
  i32[offset + TaskWord.spsaFlips] = 0;
  if (handle !== 0) state.undoLog.deferUntilRelease(() => state.slab.free(handle));
}
