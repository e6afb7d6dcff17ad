/** What every change of a run by a person begins with: the run is in memory, its lock held, the person allowed to. */
import { fixedHead } from '../../state/run-document.js';
import type { State } from '../../state/state.js';
import { type Actor, checkMayAct, mayChange } from '../actor.js';
import { OperationRefused } from '../refusal.js';

/** A change that was made, and the number of the commit sequence with which it is durable. */
export interface Changed<T = undefined> {
  readonly value: T;
  readonly sequence: number;
}

/** Changes a run under its lock. Parks: not for a thread that serves sockets. */
export function changeRun<T>(
  state: State,
  actor: Actor,
  runId: string,
  change: (slot: number) => T,
): Changed<T> {
  const { runs } = state;
  checkMayAct(state, actor);
  const slot = runs.find(runId);
  if (slot < 0) throw notInMemory(runId);
  const value = runs.locks.run(slot, () => {
    if (!runs.holds(slot, runId)) throw notInMemory(runId);
    return change(slot);
  });
  return { value, sequence: state.commits.next() };
}

/** As `changeRun`, for what only the run's owner and approvers may do. */
export function changeOwnRun<T>(
  state: State,
  actor: Actor,
  runId: string,
  change: (slot: number) => T,
): Changed<T> {
  return changeRun(state, actor, runId, (slot) => {
    checkMayChange(state, actor, slot);
    return change(slot);
  });
}

/** Call under the run's lock. */
export function checkMayChange(state: State, actor: Actor, slot: number): void {
  const { username: owner } = fixedHead(state, slot).args;
  if (mayChange(actor, owner)) return;
  const what = `run ${state.runs.id(slot)} belongs to ${owner}`;
  throw new OperationRefused('forbidden', `${what}: only its owner and approvers may change it`);
}

function notInMemory(runId: string): OperationRefused {
  return new OperationRefused('unknown', `there is no run ${runId} in memory`);
}
