/** A worker asks that its run be stopped (docs/spec/worker-api.md §4.7): taken from users who have contributed enough. */
import * as texts from '../../protocol/texts.js';
import { RunFlag, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import type { RunHead } from '../../state/write-batch.js';
import { logAction, markRun } from '../changes.js';
import { accept, type Context, type Outcome, type Reply, refuse, type WorkerCall } from '../context.js';
import { endRun } from '../run/end-run.js';
import { deactivateTask, taskAction } from '../run/transitions.js';
import { checkTask, withRun } from './resolve-task.js';

/** CPU hours that a user must have contributed to stop a run (docs/spec/worker-api.md §4.7). */
const HOURS_TO_STOP = 1000;

/** @param cpuHours of the calling user; undefined when the user has no entry among the contributors. */
export function requestStop(context: Context, call: WorkerCall, cpuHours?: number): Outcome {
  const { state } = context;
  const { run_id: runId, worker_info: info } = call.request;
  if (runId === undefined) return refuse(call, 400, texts.MISSING_RUN_ID);
  return withRun(context, runId, (slot) => {
    const refusal = checkTask(state, slot, call);
    if (refusal !== undefined) return refusal;
    if (state.runs.has(slot, RunFlag.finished)) return refuse(call, 401, texts.alreadyFinished(runId));
    const { task_id: taskId } = call.request;
    if (taskId === undefined) return refuse(call, 400, texts.MISSING_TASK_ID);
    const offset = state.tasks.offsetOf(slot, taskId);
    const authorised = (cpuHours ?? -1) >= HOURS_TO_STOP;
    const message = (call.request.message ?? '') + (authorised ? '' : texts.NOT_AUTHORIZED_SUFFIX);
    const action = { ...taskAction(state, slot, taskId, offset), username: info.username, message };
    logAction(state, slot, call.now, 'stop_run', action);
    if (!authorised) {
      deactivateTask(state, slot, taskId, offset, call.now);
      return { ...refuse(call, 401, texts.tooFewGames(info.username)), sequence: state.commits.next() };
    }
    state.runs.set(slot, RunFlag.failed, true);
    state.runs.setWord(slot, RunWord.failures, state.runs.word(slot, RunWord.failures) + 1);
    markRun(state, slot);
    endRun(state, slot, call.now);
    return accept({}, state.commits.next());
  });
}

export function answerFinished(_state: State, call: WorkerCall, run: RunHead): Reply {
  return refuse(call, 401, texts.alreadyFinished(run._id));
}
