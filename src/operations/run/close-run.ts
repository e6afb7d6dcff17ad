/** People stop, purge and delete runs (docs/spec/scheduling.md §4.8, §5.2, §6): the owner, an approver, or the operator. */
import { RunFlag } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import type { Actor } from '../actor.js';
import { logAction, markRun } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import { type Changed, changeOwnRun } from './change-run.js';
import { endRun } from './end-run.js';
import { MANUAL_PURGE, type Purge, type PurgeRule, purgeRun } from './purge-run.js';
import { deactivateRun, runAction } from './transitions.js';
import { noteInvalidRun } from './validate-run.js';

export function stopRun(state: State, actor: Actor, runId: string, now: number): Changed {
  return changeOwnRun(state, actor, runId, (slot) => {
    if (state.runs.has(slot, RunFlag.finished)) {
      throw new OperationRefused('conflict', `Run ${runId} is already finished`);
    }
    logAction(state, slot, now, 'stop_run', { username: actor.name, ...runAction(state, slot), message: '' });
    endRun(state, slot, now);
    return undefined;
  });
}

/** A purge may revive the run. */
export function purgeByHand(
  state: State,
  actor: Actor,
  runId: string,
  now: number,
  rule: PurgeRule = MANUAL_PURGE,
): Changed<Purge> {
  return changeOwnRun(state, actor, runId, (slot) => {
    // A purge may revive the run: what was deleted on purpose does not come back by the way.
    if (state.runs.has(slot, RunFlag.deleted)) {
      throw new OperationRefused('conflict', `Run ${runId} is deleted`);
    }
    const purge = purgeRun(state, slot, rule, now);
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
