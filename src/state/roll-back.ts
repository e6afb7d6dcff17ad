/** Rolls back what a dead thread had changed under a run's lock. Call before anyone else can take the lock. */
import { ORDER, ORDER_WORDS } from './run-order.js';
import { RUN, RunWord } from './run-record.js';
import { UndoWord } from './run-undo.js';
import { SYSTEM_SLOT } from './runs.js';
import type { State } from './state.js';
import { TASK, TASK_WORDS, TaskWord } from './task-record.js';

/** What the dead thread was about when it held the run's lock. */
export interface RollBack {
  /** True when a change was rolled back. */
  rolledBack: boolean;
  /** True when the run was being stopped, and a part of that is final. */
  stopping: boolean;
}

/** @param dead slot of the thread. */
export function rollBack(state: State, run: number, dead: number): RollBack {
  const { words } = state.undoLog;
  const row = state.undoLog.rowOf(dead);
  const stopping = words[row + UndoWord.stopping] === 2;
  words[row + UndoWord.stopping] = 0;
  if (words[row + UndoWord.run] !== run + 1) return { rolledBack: false, stopping };
  const image = row + UndoWord.runImage;
  unlinkOutbox(state, run, words[image + RunWord.outboxTail]! >>> 0);
  if (run !== SYSTEM_SLOT) rollBackTask(state, run, row);
  const spsa = state.runs.word(run, RunWord.spsa) >>> 0;
  if (spsa !== 0 && spsa !== words[image + RunWord.spsa]! >>> 0) state.slab.free(spsa);
  const order = row + UndoWord.orderImage;
  const { records } = state.runs.order;
  records.i32.set(words.subarray(order, order + ORDER.used), run * ORDER_WORDS);
  state.runs.records.i32.set(words.subarray(image, image + RUN.used), state.runs.at(run));
  words[row + UndoWord.run] = 0;
  return { rolledBack: true, stopping };
}

/** Frees what the dead thread had added to the run's list: its last item was `tail` before. */
function unlinkOutbox(state: State, run: number, tail: number): void {
  const before = state.runs.word(run, RunWord.outbox) >>> 0;
  state.outbox.cut(tail, before);
}

function rollBackTask(state: State, run: number, row: number): void {
  const { words } = state.undoLog;
  const { i32 } = state.tasks.records;
  const kept = words[row + UndoWord.task]!;
  const countBefore = words[row + UndoWord.runImage + RunWord.taskCount]!;
  const added = state.runs.word(run, RunWord.taskCount) > countBefore;
  const taskId = added ? countBefore : kept - 1;
  if (taskId < 0) return;
  const offset = state.tasks.offsetOf(run, taskId);
  const image = row + UndoWord.taskImage;
  const was = (word: number) => (added ? 0 : words[image + word]!);
  rollBackConnection(state, row, added ? i32[offset + TaskWord.workerInfo]! : was(TaskWord.workerInfo));
  const info = i32[offset + TaskWord.workerInfo]!;
  if (info !== was(TaskWord.workerInfo)) state.workerProfiles.release(info);
  const flips = i32[offset + TaskWord.spsaFlips]! >>> 0;
  if (flips !== 0 && flips !== was(TaskWord.spsaFlips) >>> 0) state.slab.free(flips);
  if (added) i32.fill(0, offset, offset + TASK_WORDS);
  else i32.set(words.subarray(image, image + TASK.used), offset);
}

function rollBackConnection(state: State, row: number, info: number): void {
  const { words } = state.undoLog;
  const change = words[row + UndoWord.connections]!;
  words[row + UndoWord.connections] = 0;
  if (change === 0) return;
  const address = state.workerProfiles.get(info).remote_addr;
  if (change > 0) state.connections.subtract(address);
  else state.connections.add(address);
}
