/** Which operation serves which endpoint. */
import { beat } from '../operations/beat.js';
import type { Context, Outcome, WorkerCall } from '../operations/context.js';
import { NEEDS_POOL } from '../operations/context.js';
import { failedTask } from '../operations/failed-task.js';
import { requestSpsa } from '../operations/request-spsa.js';
import { requestTask } from '../operations/request-task.js';
import { updateTask } from '../operations/update-task.js';
import { uploadPgn } from '../operations/upload-pgn.js';
import { workerLog } from '../operations/worker-log.js';
import type { OperationName } from './calls.js';

type Operation = (context: Context, call: WorkerCall) => Outcome;

const OPERATION_OF: Readonly<Record<Exclude<OperationName, 'stop_run'>, Operation>> = {
  request_task: requestTask,
  update_task: updateTask,
  beat,
  request_spsa: requestSpsa,
  failed_task: failedTask,
  upload_pgn: uploadPgn,
  worker_log: workerLog,
};

/** stop_run needs the store before it needs state: a pool thread calls it by itself. */
export function operate(context: Context, name: OperationName, call: WorkerCall): Outcome {
  return name === 'stop_run' ? NEEDS_POOL : OPERATION_OF[name](context, call);
}
