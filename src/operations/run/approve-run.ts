/** An approver lets a run be played (docs/spec/scheduling.md §4.7). */
import { fixedHead, setBlobText } from '../../state/run-document.js';
import { RunFlag, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { type Actor, checkIsApprover } from '../actor.js';
import { logAction, markRun } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import { type Changed, changeRun } from './change-run.js';
import { runAction } from './transitions.js';

export function approveRun(state: State, actor: Actor, runId: string, now: number): Changed {
  return changeRun(state, actor, runId, (slot) => {
    checkIsApprover(state, actor, 'approve a run');
    if (actor.name === fixedHead(state, slot).args.username) {
      throw new OperationRefused('forbidden', `Run ${runId}: Self approval is disabled!`);
    }
    if (state.runs.has(slot, RunFlag.approved)) {
      throw new OperationRefused('conflict', `Run ${runId} already approved!`);
    }
    setApproval(state, slot, true, actor.name, now);
    return undefined;
  });
}

/** Gives or withdraws the approval, in the name of `by`. Call under the run's lock. */
export function setApproval(state: State, slot: number, isApproved: boolean, by: string, now: number): void {
  state.runs.set(slot, RunFlag.approved, isApproved);
  setBlobText(state, slot, RunWord.approver, isApproved ? by : '');
  markRun(state, slot);
  const message = isApproved ? 'approved' : 'unapproved';
  logAction(state, slot, now, 'approve_run', { username: by, ...runAction(state, slot), message });
}
