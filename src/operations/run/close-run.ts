/**
 * People stop, purge and delete runs (docs/spec/scheduling.md §4.8, §5.2, §6, docs/spec/web-ui.md §6): the owner, an approver, or
 * the operator.
 */

import { MANUAL_PURGE, type PurgeRule } from '../../rules/purge-choice.js';
import { RunFlag, RunFloat } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { type Actor, checkIsApprover } from '../actor.js';
import { logAction, markRun } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import { type Changed, changeOwnRun, changeRun } from './change-run.js';
import { endRun } from './end-run.js';
import { type Purge, purgeRun } from './purge-run.js';
import { deactivateRun, runAction } from './transitions.js';
import { noteInvalidRun } from './validate-run.js';

export const LONGEST_REASON = 200;
const DAY_MS = 86_400_000;
const UNDELETE_DAYS = 30;

/** @param reason for the log of events, on one line; what is too long is cut, since a stop must not wait for words. */
export function stopRun(
  state: State,
  actor: Actor,
  runId: string,
  now: number,
  reason: string = '',
): Changed {
  return changeOwnRun(state, actor, runId, (slot) => {
    if (state.runs.has(slot, RunFlag.finished)) {
      throw new OperationRefused('conflict', `Run ${runId} is already finished`);
    }
    const message = stopMessage(reason);
    logAction(state, slot, now, 'stop_run', { username: actor.name, ...runAction(state, slot), message });
    endRun(state, slot, now);
    state.runs.setFloat(slot, RunFloat.stoppedAt, now);
    return undefined;
  });
}

function stopMessage(reason: string): string {
  const line = reason.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  const text = [...line].slice(0, LONGEST_REASON).join('').trim();
  return text === '' ? 'User stop' : `User stop: ${text}`;
}

/**
 * A purge may revive the run.
 * @param lost the run's networks that the store does not know (lost-nets.ts): with any, it stays finished
 */
export function purgeByHand(
  state: State,
  actor: Actor,
  runId: string,
  now: number,
  { rule = MANUAL_PURGE, lost = [] }: { readonly rule?: PurgeRule; readonly lost?: readonly string[] } = {},
): Changed<Purge> {
  return changeOwnRun(state, actor, runId, (slot) => {
    // A purge may revive the run: what was deleted on purpose does not come back by the way.
    if (state.runs.has(slot, RunFlag.deleted)) {
      throw new OperationRefused('conflict', `Run ${runId} is deleted`);
    }
    if (!state.runs.has(slot, RunFlag.finished)) {
      throw new OperationRefused('conflict', `Run ${runId} is not finished: only then it can be purged`);
    }
    const purge = purgeRun(state, slot, rule, now, lost.length === 0);
    const message = purge.purged ? 'Manual purge' : `Manual purge (not performed): ${purge.reason}`;
    logAction(state, slot, now, 'purge_run', { username: actor.name, ...runAction(state, slot), message });
    return purge;
  });
}

/** The run stops, leaves the lists, and stays in the store. */
export function deleteRun(state: State, actor: Actor, runId: string, now: number): Changed {
  return changeOwnRun(state, actor, runId, (slot) => {
    if (state.runs.has(slot, RunFlag.deleted)) {
      throw new OperationRefused('conflict', `Run ${runId} is already deleted`);
    }
    deactivateRun(state, slot, now);
    state.runs.set(slot, RunFlag.deleted, true);
    noteInvalidRun(state, slot, now);
    markRun(state, slot);
    logAction(state, slot, now, 'delete_run', { username: actor.name, ...runAction(state, slot) });
    return undefined;
  });
}

/** Back into the lists, as it was stopped. Who may modify it may then let it go on. */
export function undeleteRun(state: State, actor: Actor, runId: string, now: number): Changed {
  return changeRun(state, actor, runId, (slot) => {
    checkIsApprover(state, actor, 'bring back a deleted run');
    if (!state.runs.has(slot, RunFlag.deleted)) {
      throw new OperationRefused('conflict', `Run ${runId} is not deleted`);
    }
    const days = Math.floor((now - state.runs.float(slot, RunFloat.startTime)) / DAY_MS);
    if (days > UNDELETE_DAYS) {
      const text = `Run ${runId} began ${days} days ago: after ${UNDELETE_DAYS} it stays deleted`;
      throw new OperationRefused('conflict', text);
    }
    state.runs.set(slot, RunFlag.deleted, false);
    markRun(state, slot);
    const { run } = runAction(state, slot);
    logAction(state, slot, now, 'log_message', {
      username: actor.name,
      message: `undeleted run ${run} (${runId})`,
    });
    return undefined;
  });
}
