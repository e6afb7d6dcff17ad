/** An approver lets several tests be played in one step (docs/spec/web-ui.md §6.4): each by the rules of one, and all told in a sentence or two. */
import { actorOf } from '../../operations/actor.js';
import { netsOf, unknownNets } from '../../operations/network/unknown-nets.js';
import { OperationRefused } from '../../operations/refusal.js';
import { approveRun } from '../../operations/run/approve-run.js';
import { reloadRun } from '../../operations/run/reload-run.js';
import type { RunHead } from '../../store/port.js';
import { visibleText } from '../lists/info-text.js';
import { findRun, runIdOf } from '../test-page/find-run.js';
import { type Outcome, redirect, type Visit } from '../visit.js';

const LIST = '/tests';

/** One that cannot be approved keeps none of the others back. */
export async function approveSeveral(visit: Visit, ids: readonly string[]): Promise<Outcome> {
  const approved: RunHead[] = [];
  const left: string[] = [];
  for (const id of ids.map(runIdOf)) {
    const head = await findRun(visit, id);
    const problem = head === undefined ? 'there is no such test' : await approveOne(visit, id);
    if (head !== undefined && problem === undefined) approved.push(head);
    else left.push(`${head === undefined ? id : nameOf(head)} (${problem})`);
  }
  if (ids.length === 0) visit.flash('warning', 'Tick the tests that are to be approved.');
  if (approved.length > 0) visit.flash('note', `Approved: ${approved.map(nameOf).join(', ')}.`);
  if (left.length > 0) visit.flash('warning', `Not approved: ${left.join(', ')}.`);
  const nets = approved.flatMap(({ args }) => netsOf(args));
  const missing = await unknownNets(visit.parts.reader, nets);
  if (missing.length > 0)
    visit.flash('error', `The server does not know ${missing.join(', ')}: upload what is missing.`);
  return redirect(LIST);
}

/** @returns why not */
async function approveOne(visit: Visit, id: string): Promise<string | undefined> {
  const { parts, member, now } = visit;
  try {
    await reloadRun(parts.state, parts.reader, id, now);
    visit.waitFor(approveRun(parts.state, actorOf(member), id, now).sequence);
    return undefined;
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    return visibleText(error.message);
  }
}

function nameOf({ args }: RunHead): string {
  return visibleText(args.new_tag);
}
