/**
 * Steps 5–7 of the validation order (spec: worker-api.md §3): the run exists, the task exists, and it is this worker's.
 */
import * as texts from '../../protocol/texts.js';
import { RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { TaskWord } from '../../state/task-record.js';
import {
  type Context,
  NEEDS_POOL,
  NOT_IN_MEMORY,
  type Outcome,
  type Reply,
  refuse,
  type WorkerCall,
} from '../context.js';

/** A task whose run is locked by this thread. */
export interface Located {
  slot: number;
  taskId: number;
  /** Where the task's record begins. */
  at: number;
}

/** Locks the run of the call. Returns its slot, or what to do instead. */
export function lockRun(context: Context, runId: string): number | typeof NEEDS_POOL | typeof NOT_IN_MEMORY {
  const { runs } = context.state;
  const slot = runs.find(runId);
  if (slot < 0) return context.onFront ? NEEDS_POOL : NOT_IN_MEMORY;
  if (context.onFront) {
    if (!runs.locks.tryAcquire(slot)) return NEEDS_POOL;
  } else {
    runs.locks.acquire(slot);
  }
  if (runs.holds(slot, runId)) return slot;
  runs.locks.release(slot);
  return context.onFront ? NEEDS_POOL : NOT_IN_MEMORY;
}

/** Checks the task that the call names, if it names one. Call under the run's lock. Returns the refusal, if any. */
export function checkTask(state: State, slot: number, call: WorkerCall): Reply | undefined {
  const { run_id: runId, task_id: taskId } = call.request;
  if (taskId === undefined || runId === undefined) return undefined;
  const at = state.tasks.at(slot, taskId);
  if (at < 0) return refuse(call, 400, texts.invalidTaskId(runId, taskId));
  const { workerInfos } = state;
  const entry = state.tasks.records.i32[at + TaskWord.workerInfo]!;
  return workerInfos.isOf(entry, call.request.worker_info)
    ? undefined
    : checkOwner(call, workerInfos.get(entry));
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
export function withTask(context: Context, call: WorkerCall, act: (task: Located) => Outcome): Outcome {
  const { run_id: runId, task_id: taskId } = call.request;
  if (runId === undefined) return refuse(call, 400, texts.MISSING_RUN_ID);
  const slot = lockRun(context, runId);
  if (typeof slot !== 'number') return slot;
  try {
    const refusal = checkTask(context.state, slot, call);
    if (refusal !== undefined) return refusal;
    if (taskId === undefined) return refuse(call, 400, texts.MISSING_TASK_ID);
    const at = context.state.tasks.at(slot, taskId);
    context.state.sections.touch(taskId, at);
    return act({ slot, taskId, at });
  } finally {
    context.state.runs.locks.release(slot);
  }
}

/** Number of tasks of the run. */
export function taskCount(state: State, slot: number): number {
  return state.runs.word(slot, RunWord.taskCount);
}
