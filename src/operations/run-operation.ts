/** Which operation serves which endpoint. */

import type { Context, Outcome, WorkerCall } from './context.js';
import { WOULD_BLOCK } from './context.js';
import type { OperationName } from './operation-names.js';
import { beat } from './worker/beat.js';
import { failedTask } from './worker/failed-task.js';
import { requestSpsa } from './worker/request-spsa.js';
import { requestTask } from './worker/request-task.js';
import { updateTask } from './worker/update-task.js';
import { uploadPgn } from './worker/upload-pgn.js';
import { workerLog } from './worker/worker-log.js';

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
export function runOperation(context: Context, name: OperationName, call: WorkerCall): Outcome {
  return name === 'stop_run' ? WOULD_BLOCK : OPERATION_OF[name](context, call);
}
