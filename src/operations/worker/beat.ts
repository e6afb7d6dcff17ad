/** A worker says that it is still at its task (docs/spec/scheduling.md §4.3). Never worth waiting for the store. */
import { TaskFloat } from '../../state/task-record.js';
import { markBeat } from '../changes.js';
import type { Context, Outcome, WorkerCall } from '../context.js';
import { isActive } from '../run/transitions.js';
import { aboutTask } from './finished-call.js';
import { withResolvedTask } from './resolve-task.js';

const ALIVE = { status: 200, json: '{"task_alive":true}' };
const NOT_ALIVE = { status: 200, json: '{"task_alive":false}' };

export function beat(context: Context, call: WorkerCall): Outcome {
  const { state } = context;
  return withResolvedTask(context, call, ({ slot, taskId, offset }) => {
    if (!isActive(state, offset)) return NOT_ALIVE;
    state.tasks.records.f64[offset / 2 + TaskFloat.lastUpdated] = call.now;
    markBeat(state, slot, taskId, offset);
    return ALIVE;
  });
}

export const answerFinished = aboutTask(() => NOT_ALIVE);
