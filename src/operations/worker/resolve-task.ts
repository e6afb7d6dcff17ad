/**
 * Steps 5–7 of the validation order (docs/spec/worker-api.md §3): the run exists, the task exists, and it is this worker's.
 */
import { BUSY } from '../../memory/locks/lock-table.js';
import * as texts from '../../protocol/texts.js';
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

/** Does something with a run under its lock, or says where else the call must go. */
export function withRun<T>(
  context: Context,
  runId: string,
  act: (slot: number) => T,
): T | typeof WOULD_BLOCK | typeof NOT_IN_MEMORY {
  const { runs } = context.state;
  const slot = runs.find(runId);
  if (slot < 0) return elsewhere(context);
  return enter(context, slot, () => (runs.holds(slot, runId) ? act(slot) : elsewhere(context)));
}

/** The run is not in memory, or its slot was given to another run before its lock was taken. */
function elsewhere({ mayBlock }: Context): typeof WOULD_BLOCK | typeof NOT_IN_MEMORY {
  return mayBlock ? NOT_IN_MEMORY : WOULD_BLOCK;
}

/** Works under the run's lock, which is waited for only where the thread may. */
function enter<T>({ state, mayBlock }: Context, slot: number, work: () => T): T | typeof WOULD_BLOCK {
  if (mayBlock) return state.runs.locks.run(slot, work);
  const outcome = state.runs.locks.tryRun(slot, work);
  return outcome === BUSY ? WOULD_BLOCK : outcome;
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
  return withRun(context, runId, (slot) => checkTask(context.state, slot, call));
}

/** Does something with the task that the call must name, under its run's lock. */
export function withResolvedTask(
  context: Context,
  call: WorkerCall,
  act: (task: ResolvedTask) => Outcome,
): Outcome {
  const { run_id: runId, task_id: taskId } = call.request;
  if (runId === undefined) return refuse(call, 400, texts.MISSING_RUN_ID);
  const { state } = context;
  const slot = state.runs.find(runId);
  if (slot < 0) return elsewhere(context);
  // Every beat comes through here: one closure, where `withRun` would make another.
  return enter(context, slot, () => {
    if (!state.runs.holds(slot, runId)) return elsewhere(context);
    const refusal = checkTask(state, slot, call);
    if (refusal !== undefined) return refusal;
    if (taskId === undefined) return refuse(call, 400, texts.MISSING_TASK_ID);
    const offset = state.tasks.offsetOf(slot, taskId);
    state.undoLog.saveTaskImage(taskId, offset);
    return act({ slot, taskId, offset });
  });
}
