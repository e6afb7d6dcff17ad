/** People approve, stop, modify, purge and delete tests (docs/spec/web-ui.md §6); what each of them may, the operations check. */
import { followRun, unfollowRuns } from '../../operations/account/follow.js';
import { preferencesOf } from '../../operations/account/preferences.js';
import { type Actor, actorOf, mayChange } from '../../operations/actor.js';
import { netsOf, unknownNets } from '../../operations/network/unknown-nets.js';
import { OperationRefused } from '../../operations/refusal.js';
import { approveRun } from '../../operations/run/approve-run.js';
import type { Changed } from '../../operations/run/change-run.js';
import { deleteRun, purgeByHand, stopRun, undeleteRun } from '../../operations/run/close-run.js';
import { lostNets, lostNetsText } from '../../operations/run/lost-nets.js';
import { type Modification, modifyRun } from '../../operations/run/modify-run.js';
import type { Purge } from '../../operations/run/purge-run.js';
import { reloadRun } from '../../operations/run/reload-run.js';
import { undoStop } from '../../operations/run/undo-stop.js';
import type { State } from '../../state/state.js';
import type { RunHead } from '../../store/port.js';
import { visibleText } from '../lists/info-text.js';
import { safePath } from '../safe-path.js';
import { findRun, runIdOf } from '../test-page/find-run.js';
import { problemsOf, readChanges } from '../test-page/modify-form.js';
import { type Outcome, redirect, type Visit } from '../visit.js';
import { approveSeveral } from './approve-several.js';
import { noSuchTest, testPage } from './view-test.js';

/** Pages of tests, to which a visitor is led back after a change that was made on them. */
const PLACES = /^\/tests(?:\/finished|\/user\/[^/]+|\/view\/[^/]+)?$/;

type Act<T> = (state: State, actor: Actor, runId: string, now: number) => Changed<T> | Promise<Changed<T>>;

export async function approveTest(visit: Visit): Promise<Outcome> {
  if (!visit.isApprover) {
    visit.flash('error', 'Only approvers may approve a test.');
    return redirect('/login');
  }
  if (visit.form.has('several')) return await approveSeveral(visit, visit.form.values('run-id'));
  return await change(visit, approveRun, async (_value, head) => {
    visit.flash('note', `${nameOf(head)} is approved.`);
    const missing = await unknownNets(visit.parts.reader, netsOf(head.args));
    if (missing.length > 0)
      visit.flash('error', `The server does not know ${missing.join(', ')}: upload what is missing.`);
  });
}

export async function stopTest(visit: Visit): Promise<Outcome> {
  const reason = visit.form.text('reason');
  const stop: Act<undefined> = (state, actor, id, now) => stopRun(state, actor, id, now, reason);
  return await change(visit, stop, (_value, head) => {
    visit.flash('note', `${nameOf(head)} is stopped.`, { stopped: head._id });
    unfollowOwn(visit, head);
  });
}

export async function unstopTest(visit: Visit): Promise<Outcome> {
  const { parts, member, now } = visit;
  const undo: Act<undefined> = (_state, actor, id) => undoStop(parts, actor, id, now);
  return await change(visit, undo, async (_value, head) => {
    visit.flash('note', `${nameOf(head)} goes on: its stop is undone.`);
    // Who stops a test of their own follows it no more.
    if (member.username !== head.args.username) return;
    if (!(await preferencesOf(parts, member.username)).followsOwn) return;
    const run = { id: head._id, tag: head.args.new_tag };
    visit.waitFor((await followRun(parts, actorOf(member), run, now)).sequence);
  });
}

export async function purgeTest(visit: Visit): Promise<Outcome> {
  let lost: string[] = [];
  const purge: Act<Purge> = async (state, actor, id, now) => {
    lost = await lostNets(visit.parts, id);
    return purgeByHand(state, actor, id, now, { lost });
  };
  return await change(visit, purge, (value, head) => {
    if (value.purged && value.needsGames) {
      visit.flash(
        'warning',
        `${nameOf(head)} is purged and needs games, but stays finished: ${lostNetsText(lost)}.`,
      );
    } else if (value.purged) visit.flash('note', `${nameOf(head)} is purged.`);
    else visit.flash('warning', `${nameOf(head)} is not purged: ${value.reason}.`);
  });
}

export async function deleteTest(visit: Visit): Promise<Outcome> {
  return await change(visit, deleteRun, (_value, head) => {
    visit.flash('note', `${nameOf(head)} is deleted.`);
    unfollowOwn(visit, head);
  });
}

export async function undeleteTest(visit: Visit): Promise<Outcome> {
  return await change(visit, undeleteRun, (_value, head) =>
    visit.flash('note', `${nameOf(head)} is back in the lists.`),
  );
}

/** What is wrong with what was typed is told beside it; whoever may not change the test is not told what would be wrong. */
export async function modifyTest(visit: Visit): Promise<Outcome> {
  const { parts, form, member, now } = visit;
  const id = runIdOf(form.text('run'));
  const head = await findRun(visit, id);
  if (head === undefined) return noSuchTest();
  const actor = actorOf(member);
  const { changes, problems } = readChanges(form);
  if (mayChange(actor, head.args.username) && Object.keys(problems).length > 0) {
    return { ...(await testPage(visit, head, problems)), status: 422 };
  }
  try {
    await reloadRun(parts.state, parts.reader, id, now);
    const lost = await lostNets(parts, id);
    const { value, sequence } = modifyRun(parts.state, actor, id, changes, now, { lost });
    visit.waitFor(sequence);
    tellModified(visit, head, value);
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    if (error.code === 'invalid')
      return { ...(await testPage(visit, head, problemsOf(error.message))), status: 422 };
    return refused(visit, id, error);
  }
  return redirect(placeOf(visit, id));
}

function tellModified(
  visit: Visit,
  head: RunHead,
  { differences, isApprovalWithdrawn, hasEnded }: Modification,
): void {
  const name = nameOf(head);
  if (hasEnded) visit.flash('note', `${name} is modified and has ended: it needs no more games.`);
  else if (isApprovalWithdrawn) visit.flash('warning', `${name} is modified, but has to be approved again.`);
  else if (differences.length === 0) visit.flash('note', `Nothing of ${name} changed.`);
  else if (!head.approved) visit.flash('note', `${name} is modified. It waits for approval.`);
  else visit.flash('note', `${name} is modified.`);
}

/** Nobody is told of what they did themselves. */
function unfollowOwn(visit: Visit, { _id: id }: RunHead): void {
  visit.waitFor(unfollowRuns(visit.parts.state, actorOf(visit.member), [id]).sequence);
}

async function change<T>(
  visit: Visit,
  act: Act<T>,
  tell: (value: T, head: RunHead) => void | Promise<void>,
): Promise<Outcome> {
  const { parts, form, member, now } = visit;
  const id = runIdOf(form.text('run-id'));
  const head = await findRun(visit, id);
  if (head === undefined) return noSuchTest();
  try {
    await reloadRun(parts.state, parts.reader, id, now);
    const { value, sequence } = await act(parts.state, actorOf(member), id, now);
    visit.waitFor(sequence);
    await tell(value, head);
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    return refused(visit, id, error);
  }
  return redirect(placeOf(visit, id));
}

function refused(visit: Visit, id: string, { code, message }: OperationRefused): Outcome {
  if (code === 'unknown') return noSuchTest();
  visit.flash(code === 'conflict' ? 'warning' : 'error', `${visibleText(message)}.`.replace(/[.!]\.$/, '.'));
  return redirect(placeOf(visit, id));
}

function placeOf({ request }: Visit, id: string): string {
  const { referer } = request.headers;
  const own = `/tests/view/${id}`;
  if (!URL.canParse(referer)) return own;
  const { host, pathname, search } = new URL(referer);
  return host === request.host && PLACES.test(pathname) ? (safePath(`${pathname}${search}`) ?? own) : own;
}

function nameOf({ args }: RunHead): string {
  return visibleText(args.new_tag);
}
