/**
 * Ends a run (spec: scheduling.md §6): because it is decided, because a worker's owner with enough contributions says
 * so, or because an operator does. An automatic purge may revive it. Call `stopRun` under the run's lock, in the pool:
 * it looks at every task.
 */
import * as texts from '../../protocol/texts.js';
import { fixedHead } from '../../state/run-document.js';
import { RunFlag, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { logAction, markRun } from '../changes.js';
import { accept, type Context, type Outcome, refuse, WOULD_BLOCK, type WorkerCall } from '../context.js';
import { AUTO_PURGE, purgeRun } from '../run/purge-run.js';
import { deactivateRun, deactivateTask, runAction, taskAction } from '../run/transitions.js';
import { noteInvalidRun } from '../run/validate-run.js';
import { checkTask, lockRun } from './resolve-task.js';

/** CPU hours that a user must have contributed to stop a run (spec: worker-api.md §4.7). */
const HOURS_TO_STOP = 1000;

export function stopRun(state: State, slot: number, now: number): void {
  const { runs } = state;
  state.undoLog.stopping();
  deactivateRun(state, slot, now);
  noteInvalidRun(state, slot, now);
  if (!runs.has(slot, RunFlag.autoPurge) || runs.has(slot, RunFlag.spsa)) return;
  const refusal = purgeRun(state, slot, AUTO_PURGE, now);
  const message = refusal === '' ? 'Auto purge' : `Auto purge (not performed): ${refusal}`;
  const { username } = fixedHead(state, slot).args;
  logAction(state, slot, now, 'purge_run', { username, ...runAction(state, slot), message });
}

/** @param cpuHours of the calling user; undefined when the user has no entry among the contributors. */
export function requestStop(context: Context, call: WorkerCall, cpuHours: number | undefined): Outcome {
  if (!context.mayBlock) return WOULD_BLOCK;
  const { state } = context;
  const { run_id: runId, worker_info: info } = call.request;
  if (runId === undefined) return refuse(call, 400, texts.MISSING_RUN_ID);
  const slot = lockRun(context, runId);
  if (typeof slot !== 'number') return slot;
  try {
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
    stopRun(state, slot, call.now);
    return accept({}, state.commits.next());
  } finally {
    state.runs.locks.release(slot);
  }
}
