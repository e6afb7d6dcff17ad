/**
 * Calls about a run that is not in memory. All unfinished runs are, so this one is finished or unknown: the store tells
 * which, and what the answer is follows without bringing the run back.
 */
import {
  accept,
  type Context,
  type Outcome,
  type Reply,
  refuse,
  type WorkerCall,
} from '../operations/context.js';
import type { OperationName } from '../operations/operation-names.js';
import { assignTask } from '../operations/worker/request-task.js';
import { checkOwner } from '../operations/worker/resolve-task.js';
import { checkReport } from '../operations/worker/update-task.js';
import { storePgn } from '../operations/worker/upload-pgn.js';
import { logAboutTask } from '../operations/worker/worker-log.js';
import * as texts from '../protocol/texts.js';
import type { Reader, RunHead } from '../store/port.js';

export async function answerFromStore(
  context: Context,
  reader: Reader,
  name: OperationName,
  call: WorkerCall,
): Promise<Outcome> {
  const { run_id: runId, task_id: taskId } = call.request;
  if (runId === undefined) return refuse(call, 400, texts.MISSING_RUN_ID);
  const head = await reader.run(runId);
  if (head === undefined) return refuse(call, 400, texts.invalidRunId(runId));
  if (taskId !== undefined) {
    const task = await reader.task(runId, taskId);
    if (task === undefined) return refuse(call, 400, texts.invalidTaskId(runId, taskId));
    const refusal = checkOwner(call, task.worker_info ?? {});
    if (refusal !== undefined) return refusal;
  }
  if (name === 'request_task') return assignTask(context.state, call);
  if (name === 'upload_pgn') return storePgn(context.state, call);
  if (name === 'stop_run') return refuse(call, 401, texts.alreadyFinished(runId));
  if (taskId === undefined) {
    return refuse(call, 400, name === 'worker_log' ? texts.LOG_WITHOUT_TASK_ID : texts.MISSING_TASK_ID);
  }
  if (name === 'worker_log') return logAboutTask(context.state, call, head.args.new_tag);
  return answerInactive(name, call, head, taskId);
}

function answerInactive(name: OperationName, call: WorkerCall, head: RunHead, taskId: number): Reply {
  if (name === 'beat') return accept({ task_alive: false });
  if (name === 'update_task') {
    const refusal = checkReport(call, head.args.spsa !== undefined);
    if (refusal !== undefined) return refusal;
    return accept({ task_alive: false, info: texts.taskNotActive('Update_task', head._id, taskId) });
  }
  if (name === 'request_spsa') {
    if (head.args.spsa === undefined) return refuse(call, 500, texts.notSpsa(head._id));
    return accept({ task_alive: false, info: texts.taskNotActive('request_spsa_data', head._id, taskId) });
  }
  return accept({ task_alive: false, info: texts.taskNotActive('Failed_task', head._id, taskId) });
}
