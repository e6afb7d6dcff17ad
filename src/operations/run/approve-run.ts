/** An approver lets a run be played (docs/spec/scheduling.md §4.7, docs/spec/web-ui.md §6.4). */
import { fixedHead, setBlobText } from '../../state/run-document.js';
import { RunFlag, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { type Actor, checkIsApprover } from '../actor.js';
import { logAction, markRun, pushItem } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import { type Changed, changeRun } from './change-run.js';
import { runAction } from './transitions.js';

const ENDED = [
  [RunFlag.deleted, 'deleted'],
  [RunFlag.finished, 'already finished'],
] as const;

/** The networks of the run get their first and last test in the same step. */
export function approveRun(state: State, actor: Actor, runId: string, now: number): Changed {
  return changeRun(state, actor, runId, (slot) => {
    checkIsApprover(state, actor, 'approve a run');
    const { username: owner, new_nets: nets } = fixedHead(state, slot).args;
    if (actor.name === owner) {
      throw new OperationRefused('forbidden', `Run ${runId}: Self approval is disabled!`);
    }
    if (state.runs.has(slot, RunFlag.approved)) {
      throw new OperationRefused('conflict', `Run ${runId} already approved!`);
    }
    for (const [flag, what] of ENDED) {
      if (state.runs.has(slot, flag)) throw new OperationRefused('conflict', `Run ${runId} is ${what}`);
    }
    setApproval(state, slot, true, actor.name, now);
    // Old documents may lack their networks.
    for (const net of new Set(nets ?? [])) {
      pushItem(state, slot, { kind: 'netTest', test: { net, runId, date: now } });
    }
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
