/** A worker gives its task up (docs/spec/scheduling.md §4.2). Games already reported stay counted. */
import * as texts from '../../protocol/texts.js';
import { accept, type Context, type Outcome, type Reply, type WorkerCall } from '../context.js';
import { failTask, isActive } from '../run/transitions.js';
import { aboutTask } from './finished-call.js';
import { withResolvedTask } from './resolve-task.js';

export function failedTask(context: Context, call: WorkerCall): Outcome {
  const { state } = context;
  return withResolvedTask(context, call, ({ slot, taskId, offset }) => {
    if (!isActive(state, offset)) {
      return notActive(state.runs.id(slot), taskId);
    }
    failTask(state, slot, taskId, offset, call.request.message ?? '', call.now);
    return accept({}, state.commits.next());
  });
}

export const answerFinished = aboutTask((_call, run, taskId) => notActive(run._id, taskId));

function notActive(runId: string, taskId: number): Reply {
  return accept({ task_alive: false, info: texts.taskNotActive('Failed_task', runId, taskId) });
}
