/** Somebody submits a run (docs/spec/scheduling.md §4.10): its document is built, loaded and logged as one change. */
import { runName } from '../../model/names.js';
import { newObjectId } from '../../model/object-id.js';
import type { NewRunForm } from '../../protocol/admin.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { type Actor, checkIsApprover, checkMayAct } from '../actor.js';
import { logAction, markRun } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import { approveRun } from './approve-run.js';
import type { Changed } from './change-run.js';
import { loadRunMakingRoom } from './evict-runs.js';
import { buildRun } from './new-run.js';
import { unknownFiles } from './unknown-files.js';

export interface CreatedRun {
  readonly runId: string;
  readonly slot: number;
}

/** @param approver approves the run in the same step; when that is refused, no run is made. */
export async function createRun(
  { state, reader }: { state: State; reader: Pick<Reader, 'user' | 'net'> },
  actor: Actor,
  form: NewRunForm,
  now: number,
  approver?: Actor,
): Promise<Changed<CreatedRun>> {
  checkMayAct(state, actor);
  if (actor.kind === 'account' && actor.name !== form.username) {
    throw new OperationRefused(
      'forbidden',
      `${actor.name} may not submit a run in the name of ${form.username}`,
    );
  }
  await checkOwner(reader, form.username);
  if (approver !== undefined) checkApprover(state, approver, form.username);
  const runId = newObjectId(now);
  const unknown = await unknownFiles(state, reader, form);
  const { tasks, bad_tasks: _bad, ...head } = buildRun(form, now, runId, unknown);
  const { slot } = await loadRunMakingRoom(state, head, tasks, 0, now, { isNew: true });
  state.runs.locks.run(slot, () => {
    markRun(state, slot);
    logAction(state, slot, now, 'new_run', {
      username: form.username,
      run_id: runId,
      run: runName(head.args.new_tag, runId),
      message: form.info ?? '',
    });
  });
  const { sequence } =
    approver === undefined ? { sequence: state.commits.next() } : approveRun(state, approver, runId, now);
  return { value: { runId, slot }, sequence };
}

function checkApprover(state: State, approver: Actor, owner: string): void {
  checkIsApprover(state, approver, 'approve a run');
  if (approver.name === owner) {
    throw new OperationRefused('forbidden', 'nobody approves a run of their own');
  }
}

async function checkOwner(reader: Pick<Reader, 'user'>, username: string): Promise<void> {
  const owner = await reader.user(username);
  if (owner === undefined) throw new OperationRefused('unknown', `there is no user ${username}`);
  if (owner.blocked || owner.pending) {
    throw new OperationRefused(
      'forbidden',
      `${username} may not submit runs: the account is blocked or pending`,
    );
  }
}
