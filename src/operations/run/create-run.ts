/**
 * Somebody submits a run (docs/spec/scheduling.md §4.10): its document is built, loaded and logged as one change. The one
 * implementation for the web application, the command line and the admin API.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UserDocument } from '../../model/documents.js';
import { runName } from '../../model/names.js';
import { newObjectId } from '../../model/object-id.js';
import type { NewRunForm } from '../../protocol/admin.js';
import { newRunMessage } from '../../rules/new-run-message.js';
import { type Submission, SubmittedTwice } from '../../state/runs.js';
import type { State } from '../../state/state.js';
import type { RunHead, UserChange } from '../../state/write-batch.js';
import type { Reader } from '../../store/port.js';
import { type Actor, checkIsApprover, checkMayAct } from '../actor.js';
import { logAction, markRun, pushUserChange } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import { approveRun } from './approve-run.js';
import type { Changed } from './change-run.js';
import { loadRunMakingRoom } from './evict-runs.js';
import { buildRun } from './new-run.js';
import { unknownFiles } from './unknown-files.js';

/** Between the two moments in which a slot has a run and in which others can find it. */
const PUBLISHED_WITHIN_MS = 2_000;
const LOOK_MS = 10;

export interface CreatedRun {
  readonly runId: string;
  readonly slot: number;
  /** False: the same form came a moment ago, and this is what it made. */
  readonly isNew: boolean;
}

export interface SubmissionOptions {
  /** Approves the run in the same step; when that is refused, no run is made. */
  readonly approver?: Actor | undefined;
  /** The form as it was sent, with what tells it from another with the same content: sent again, it makes nothing. */
  readonly sentForm?: string;
}

type Parts = { state: State; reader: Pick<Reader, 'user' | 'knownNets'> };

export async function createRun(
  { state, reader }: Parts,
  actor: Actor,
  form: NewRunForm,
  now: number,
  { approver, sentForm }: SubmissionOptions = {},
): Promise<Changed<CreatedRun>> {
  checkMayAct(state, actor);
  if (actor.kind === 'account' && actor.name !== form.username) {
    throw new OperationRefused(
      'forbidden',
      `${actor.name} may not submit a run in the name of ${form.username}`,
    );
  }
  const owner = await ownerOf(reader, form.username);
  if (approver !== undefined) checkApprover(state, approver, form.username);
  const runId = newObjectId(now);
  const unknown = await unknownFiles(state, reader, form);
  const { tasks, bad_tasks: _bad, ...head } = buildRun(form, now, runId, unknown);
  const account = actor.kind === 'account' ? withRepository(owner, head) : undefined;
  const submission = sentForm === undefined ? undefined : digestOf(actor.name, sentForm);
  const announce = (slot: number) => {
    logAction(state, slot, now, 'new_run', {
      username: form.username,
      run_id: runId,
      run: runName(head.args.new_tag, runId),
      message: newRunMessage(head.args),
    });
    if (account !== undefined) pushUserChange(state, slot, owner, account);
    markRun(state, slot);
  };
  try {
    const { slot } = await loadRunMakingRoom(state, head, tasks, 0, now, { announce, submission });
    const { sequence } =
      approver === undefined ? { sequence: state.commits.next() } : approveRun(state, approver, runId, now);
    return { value: { runId, slot, isNew: true }, sequence };
  } catch (error) {
    if (error instanceof SubmittedTwice) return await firstOf(state, error.runId);
    throw error;
  }
}

/** The run that the form made when it came first. */
async function firstOf(state: State, runId: string): Promise<Changed<CreatedRun>> {
  for (const latest = performance.now() + PUBLISHED_WITHIN_MS; performance.now() < latest; ) {
    const slot = state.runs.find(runId);
    // Numbered after the run was found, so that waiting for the number waits for the run.
    if (slot >= 0) return { value: { runId, slot, isNew: false }, sequence: state.commits.next() };
    await sleep(LOOK_MS);
  }
  throw new OperationRefused('conflict', 'the same form came a moment ago and is still being worked on');
}

/** What changes of the account, when its tests come from another repository than it says. A run of somebody else's, sent again, says nothing. */
function withRepository(
  owner: UserDocument,
  { args, rescheduled_from: from }: Omit<RunHead, 'tasks'>,
): UserChange['members'] | undefined {
  if (from !== undefined || owner.tests_repo === args.tests_repo) return undefined;
  return { tests_repo: args.tests_repo };
}

function digestOf(name: string, sentForm: string): Submission {
  const bytes = createHash('sha256').update(`${name}\0${sentForm}`).digest();
  // 0 is for runs that come from the store.
  return [bytes.readInt32LE(0) || 1, bytes.readInt32LE(4)];
}

function checkApprover(state: State, approver: Actor, owner: string): void {
  checkIsApprover(state, approver, 'approve a run');
  if (approver.name === owner) {
    throw new OperationRefused('forbidden', 'nobody approves a run of their own');
  }
}

async function ownerOf(reader: Pick<Reader, 'user'>, username: string): Promise<UserDocument> {
  const owner = await reader.user(username);
  if (owner === undefined) throw new OperationRefused('unknown', `there is no user ${username}`);
  if (owner.blocked || owner.pending) {
    throw new OperationRefused(
      'forbidden',
      `${username} may not submit runs: the account is blocked or pending`,
    );
  }
  return owner;
}
