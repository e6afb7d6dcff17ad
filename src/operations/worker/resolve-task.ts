/**
 * Steps 5–7 of the validation order (spec: worker-api.md §3): the run exists, the task exists, and it is this worker's.
 */
import * as texts from '../../protocol/texts.js';
import { RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { TaskWord } from '../../state/task-record.js';
import {
  type Context,
  NOT_IN_MEMORY,
  type Outcome,
  type Reply,
  refuse,
  WOULD_BLOCK,
  type WorkerCall,
} from '../context.js';

/** A task whose run is locked by this thread. */
export interface ResolvedTask {
  slot: number;
  taskId: number;
  /** Where the task's record begins. */
  offset: number;
}

/** Locks the run of the call. Returns its slot, or what to do instead. */
export function lockRun(context: Context, runId: string): number | typeof WOULD_BLOCK | typeof NOT_IN_MEMORY {
  const { runs } = context.state;
  const slot = runs.find(runId);
  if (slot < 0) return !context.mayBlock ? WOULD_BLOCK : NOT_IN_MEMORY;
  if (!context.mayBlock) {
    if (!runs.locks.tryAcquire(slot)) return WOULD_BLOCK;
  } else {
    runs.locks.acquire(slot);
  }
  if (runs.holds(slot, runId)) return slot;
  runs.locks.release(slot);
  return !context.mayBlock ? WOULD_BLOCK : NOT_IN_MEMORY;
}

/** Checks the task that the call names, if it names one. Call under the run's lock. Returns the refusal, if any. */
export function checkTask(state: State, slot: number, call: WorkerCall): Reply | undefined {
  const { run_id: runId, task_id: taskId } = call.request;
  if (taskId === undefined || runId === undefined) return undefined;
  const offset = state.tasks.offsetOf(slot, taskId);
  if (offset < 0) return refuse(call, 400, texts.invalidTaskId(runId, taskId));
  const { workerProfiles } = state;
  const entry = state.tasks.records.i32[offset + TaskWord.workerInfo]!;
  return workerProfiles.isOf(entry, call.request.worker_info)
    ? undefined
    : checkOwner(call, workerProfiles.get(entry));
}

export function checkOwner(
  call: WorkerCall,
  stored: { unique_key?: string; username?: string },
): Reply | undefined {
  const { run_id: runId, task_id: taskId, worker_info: info } = call.request;
  if (runId === undefined || taskId === undefined) return undefined;
  if (stored.unique_key !== info.unique_key) return refuse(call, 400, texts.invalidUniqueKey(runId, taskId));
  if (stored.username !== info.username) {
    return refuse(call, 400, texts.invalidTaskUsername(runId, taskId, info.username));
  }
  return undefined;
}

/** Runs steps 5–7 for a call that needs nothing more of the run. Returns the refusal, if any. */
export function checkReferences(context: Context, call: WorkerCall): Outcome | undefined {
  const { run_id: runId } = call.request;
  if (runId === undefined) return undefined;
  const slot = lockRun(context, runId);
  if (typeof slot !== 'number') return slot;
  try {
    return checkTask(context.state, slot, call);
  } finally {
    context.state.runs.locks.release(slot);
  }
}

/** Does something with the task that the call must name, under its run's lock. */
export function withResolvedTask(
  context: Context,
  call: WorkerCall,
  act: (task: ResolvedTask) => Outcome,
): Outcome {
  const { run_id: runId, task_id: taskId } = call.request;
  if (runId === undefined) return refuse(call, 400, texts.MISSING_RUN_ID);
  const slot = lockRun(context, runId);
  if (typeof slot !== 'number') return slot;
  try {
    const refusal = checkTask(context.state, slot, call);
    if (refusal !== undefined) return refusal;
    if (taskId === undefined) return refuse(call, 400, texts.MISSING_TASK_ID);
    const offset = context.state.tasks.offsetOf(slot, taskId);
    context.state.undoLog.saveTaskImage(taskId, offset);
    return act({ slot, taskId, offset });
  } finally {
    context.state.runs.locks.release(slot);
  }
}

/** Number of tasks of the run. */
export function taskCount(state: State, slot: number): number {
  return state.runs.word(slot, RunWord.taskCount);
}
