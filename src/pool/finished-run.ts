/**
 * Calls about a run that is not in memory. All unfinished runs are, so this one is finished or unknown: the store tells
 * which, and the verb answers without bringing the run back.
 */
import { type Context, type Reply, refuse, type WorkerCall } from '../operations/context.js';
import { checkOwner } from '../operations/worker/resolve-task.js';
import { type OperationName, WORKER_ROUTES } from '../operations/worker/worker-routes.js';
import * as texts from '../protocol/texts.js';
import type { Reader } from '../store/port.js';

export async function answerFromStore(
  { state }: Context,
  reader: Pick<Reader, 'run' | 'task'>,
  name: OperationName,
  call: WorkerCall,
): Promise<Reply> {
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
  return WORKER_ROUTES[name].answerFinished(state, call, head);
}
