/** A worker's message for the audit log (docs/spec/worker-api.md §4.9). */

import { longWorkerName, runName } from '../../model/names.js';
import * as texts from '../../protocol/texts.js';
import { fixedHead } from '../../state/run-document.js';
import type { State } from '../../state/state.js';
import type { RunHead } from '../../state/write-batch.js';
import { commitSystem, logAction } from '../changes.js';
import { accept, type Context, type Outcome, type Reply, refuse, type WorkerCall } from '../context.js';
import { checkTask, withRun } from './resolve-task.js';

export function workerLog(context: Context, call: WorkerCall): Outcome {
  const { state } = context;
  const { run_id: runId } = call.request;
  if (runId === undefined) return logWithoutRun(state, call);
  // The event belongs to no run: it is written when the run's lock is free again.
  const checked = withRun(context, runId, (slot) => {
    const refusal = checkTask(state, slot, call);
    return refusal ?? fixedHead(state, slot).args.new_tag;
  });
  return typeof checked === 'string' ? logAboutRun(state, call, checked) : checked;
}

export function answerFinished(state: State, call: WorkerCall, run: RunHead): Reply {
  return logAboutRun(state, call, run.args.new_tag);
}

/** For a run and task that passed the checks, wherever they are stored. */
function logAboutRun(state: State, call: WorkerCall, newTag: string): Reply {
  const { run_id: runId, task_id: taskId } = call.request;
  if (taskId === undefined) return refuse(call, 400, texts.LOG_WITHOUT_TASK_ID);
  return write(state, call, { run_id: runId!, run: runName(newTag, runId!), task_id: taskId });
}

function logWithoutRun(state: State, call: WorkerCall): Reply {
  return write(state, call, {});
}

function write(
  state: State,
  call: WorkerCall,
  where: { run_id?: string; run?: string; task_id?: number },
): Reply {
  const { worker_info: info, message = '' } = call.request;
  const fields = { username: info.username, worker: longWorkerName(info), message, ...where };
  return accept(
    {},
    commitSystem(state, (slot) => logAction(state, slot, call.now, 'worker_log', fields)),
  );
}
