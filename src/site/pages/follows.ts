/** Tests that somebody follows, and what became of them (docs/spec/web-ui.md §4.18). */
import type { ActionDocument } from '../../model/documents.js';
import { isObjectId } from '../../model/object-id.js';
import {
  type FollowedRun,
  followRun,
  followsOf,
  MOST_FOLLOWED,
  unfollowRuns,
} from '../../operations/account/follow.js';
import { actorOf } from '../../operations/actor.js';
import { OperationRefused } from '../../operations/refusal.js';
import { shownMessage } from '../lists/event-parts.js';
import { visibleText } from '../lists/info-text.js';
import { findRun, runIdOf } from '../test-page/find-run.js';
import { type Outcome, redirect, type Visit } from '../visit.js';
import { noSuchTest } from './view-test.js';

const ENDS = ['finished_run', 'stop_run', 'delete_run'] as const;
/** An event has whole microseconds, a record whole milliseconds. */
const ROUNDING_S = 0.001;

interface Followed {
  readonly id: string;
  readonly tag: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** For the script: what is followed, and how it ended. A visitor's browser keeps its own list, and asks by ids. */
export async function follows(visit: Visit): Promise<Outcome> {
  const { account, parts, query } = visit;
  const followed: Followed[] =
    account === undefined
      ? idsOf(query.get('ids') ?? '').map((id) => ({ id, tag: '', since: 0 }))
      : (await followsOf(parts, account.username)).map(({ doc }) => ({
          id: doc.runId,
          tag: doc.tag,
          since: doc.made,
        }));
  const ends = await endsOf(visit, followed);
  const body = JSON.stringify(
    followed.map(({ id, tag }) => {
      const end = ends.get(id);
      return { id, tag, ...(end !== undefined && { tag: tag || tagOf(end), end: endText(end) }) };
    }),
  );
  return { kind: 'fragment', contentType: 'application/json', body };
}

export async function follow(visit: Visit): Promise<Outcome> {
  const { form } = visit;
  const head = await findRun(visit, runIdOf(form.text('run-id')));
  if (head === undefined) return noSuchTest();
  try {
    await followTest(visit, { id: head._id, tag: head.args.new_tag });
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    visit.flash('error', `${error.message}.`);
  }
  return answer(visit, head._id);
}

/** @throws OperationRefused */
export async function followTest(visit: Visit, run: FollowedRun): Promise<void> {
  const { parts, member, now } = visit;
  const { value, sequence } = await followRun(parts, actorOf(member), run, now);
  visit.waitFor(sequence);
  for (const { doc } of value) {
    visit.flash('note', `You follow ${MOST_FOLLOWED} tests at the most: no more ${visibleText(doc.tag)}.`);
  }
}

export function unfollow(visit: Visit): Outcome {
  const { parts, form, member } = visit;
  const ids = idsOf(form.text('run-id'));
  if (ids.length === 0) return noSuchTest();
  const { sequence } = unfollowRuns(parts.state, actorOf(member), ids);
  visit.waitFor(sequence);
  return answer(visit, ids[0]!);
}

/** A script needs no page. */
function answer(visit: Visit, id: string): Outcome {
  return visit.wantsFragment
    ? { kind: 'fragment', body: '', contentType: 'application/json' }
    : redirect(`/tests/view/${id}`);
}

function idsOf(text: string): string[] {
  return text.split(',').map(runIdOf).filter(isObjectId).slice(0, MOST_FOLLOWED);
}

/** The newest end of each that has one since it is followed. A run that goes on in memory has none: it was brought back. */
async function endsOf({ parts }: Visit, followed: readonly Followed[]): Promise<Map<string, ActionDocument>> {
  const { runs } = parts.state;
  const goesOn = (id: string) => {
    const slot = parts.isPrimary ? runs.find(id) : -1;
    return slot >= 0 && runs.isUnfinished(slot);
  };
  const asked = followed.filter(({ id }) => !goesOn(id));
  const ends = new Map<string, ActionDocument>();
  if (asked.length === 0) return ends;
  const actions = await parts.reader.actions({
    kinds: [...ENDS],
    runIds: asked.map(({ id }) => id),
    limit: ENDS.length * MOST_FOLLOWED,
  });
  for (const { id, since } of asked) {
    const end = actions.find((each) => each.run_id === id && each.time >= since / 1_000 - ROUNDING_S);
    if (end !== undefined) ends.set(id, end);
  }
  return ends;
}

function tagOf({ run, run_id: runId }: ActionDocument): string {
  return run ?? runId ?? '';
}

function endText(event: ActionDocument): string {
  const { action, username } = event;
  const message = shownMessage(event);
  const what = action === 'finished_run' ? 'finished' : action === 'stop_run' ? 'stopped' : 'deleted';
  const by = action === 'finished_run' || username === undefined ? '' : ` by ${username}`;
  const result = message === '' || action !== 'finished_run' ? '' : `: ${message}`;
  return `${what}${visibleText(by)}${result}`;
}
