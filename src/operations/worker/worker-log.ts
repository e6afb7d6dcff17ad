/** A worker's message for the audit log (spec: worker-api.md §4.9). */

import { longWorkerName, runName } from '../../model/names.js';
import * as texts from '../../protocol/texts.js';
import { fixedHead } from '../../state/run-document.js';
import type { State } from '../../state/state.js';
import { logAction, withSystem } from '../changes.js';
import { accept, type Context, type Outcome, refuse, WOULD_BLOCK, type WorkerCall } from '../context.js';
import { checkTask, lockRun } from './resolve-task.js';

export function workerLog(context: Context, call: WorkerCall): Outcome {
  if (!context.mayBlock) return WOULD_BLOCK;
  const { state } = context;
  const { run_id: runId, task_id: taskId } = call.request;
  if (runId === undefined) return logWithoutRun(state, call);
  const slot = lockRun(context, runId);
  if (typeof slot !== 'number') return slot;
  let newTag: string;
  try {
    const refusal = checkTask(state, slot, call);
    if (refusal !== undefined) return refusal;
    newTag = fixedHead(state, slot).args.new_tag;
  } finally {
    state.runs.locks.release(slot);
  }
  return taskId === undefined
    ? refuse(call, 400, texts.LOG_WITHOUT_TASK_ID)
    : logAboutTask(state, call, newTag);
}

/** For a task that passed the checks, wherever its run is kept. */
export function logAboutTask(state: State, call: WorkerCall, newTag: string): Outcome {
  const { run_id: runId, task_id: taskId } = call.request;
  return write(state, call, { run_id: runId!, run: runName(newTag, runId!), task_id: taskId! });
}

function logWithoutRun(state: State, call: WorkerCall): Outcome {
  return write(state, call, {});
}

function write(
  state: State,
  call: WorkerCall,
  where: { run_id?: string; run?: string; task_id?: number },
): Outcome {
  const { worker_info: info, message = '' } = call.request;
  const fields = { username: info.username, worker: longWorkerName(info), message, ...where };
  withSystem(state, (slot) => logAction(state, slot, call.now, 'worker_log', fields));
  return accept({}, state.commits.next());
}
