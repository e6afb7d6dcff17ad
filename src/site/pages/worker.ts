/** Blocked workers: the list for everybody, and one of them for its owner and approvers (docs/spec/web-ui.md §4.13). */
import type { WorkerDocument } from '../../model/documents.js';
import { setWorkerBlock } from '../../operations/account/block-worker.js';
import { actorOf, mayChange } from '../../operations/actor.js';
import { OperationRefused } from '../../operations/refusal.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { agoTag } from '../lists/ago.js';
import { blockedList } from '../lists/blocked-workers.js';
import { type Outcome, redirect, type Visit } from '../visit.js';
import { blockEvents, blockHistory, historyCard } from './block-history.js';

const LIST = '/workers/show';
const NAME = /^[^-]+-\d+cores-[a-zA-Z0-9]{2,8}$/;
const LONGEST = 500;

export async function worker(visit: Visit): Promise<Outcome> {
  const name = visit.params['name']!;
  if (name === 'show') return await blockedList(visit);
  const refusal = refused(visit, name);
  if (refusal !== undefined) return refusal;
  const known = await visit.parts.reader.worker(name);
  return await editPage(visit, name, {
    message: known?.message ?? '',
    isBlocked: known?.blocked === true,
    known,
  });
}

export async function changeWorker(visit: Visit): Promise<Outcome> {
  const { form, parts, member, now } = visit;
  const name = visit.params['name']!;
  const refusal = refused(visit, name);
  if (refusal !== undefined) return refusal;
  if (form.text('submit') !== 'Submit') return redirect(LIST);
  const isBlocked = form.has('blocked');
  const given = form.exact('message').replaceAll('\r\n', '\n').trimEnd();
  const message = [...given].slice(0, LONGEST).join('');
  const known = await parts.reader.worker(name);
  const problem = await problemOf(visit, name, known, isBlocked, message);
  if (problem !== undefined) {
    return { ...(await editPage(visit, name, { message: given, isBlocked, known, problem })), status: 422 };
  }
  try {
    const { sequence } = setWorkerBlock(parts.state, actorOf(member), name, { isBlocked, message }, now);
    visit.waitFor(sequence);
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    visit.flash('error', error.message);
    return redirect(LIST);
  }
  if (message !== given) visit.flash('warning', `The message is cut to ${LONGEST} characters.`);
  const isChanged = isBlocked !== (known?.blocked === true);
  visit.flash(
    'note',
    isChanged
      ? `The worker ${name} is ${isBlocked ? 'blocked' : 'unblocked'}.`
      : `The message for ${name} is saved.`,
  );
  return redirect(LIST);
}

/** Where one is led who may not see the worker's page. */
function refused(visit: Visit, name: string): Outcome | undefined {
  const { account } = visit;
  if (!NAME.test(name)) {
    visit.flash('error', `${name.slice(0, 60)} is no worker’s name: it is written <user>-<n>cores-<key>.`);
    return redirect(LIST);
  }
  if (account === undefined) {
    visit.flash('note', 'Please sign in.');
    return redirect(`/login?next=${encodeURIComponent(`/workers/${name}`)}`);
  }
  if (mayChange(actorOf(account), ownerOf(name))) return undefined;
  visit.flash('error', `${name} is another’s worker: only its owner and approvers may block it.`);
  return redirect(LIST);
}

function ownerOf(name: string): string {
  return name.slice(0, name.indexOf('-'));
}

async function problemOf(
  visit: Visit,
  name: string,
  known: WorkerDocument | undefined,
  isBlocked: boolean,
  message: string,
): Promise<string | undefined> {
  if (isBlocked && message.trim() === '') return 'Say why: the worker’s owner reads it.';
  if (isBlocked || known?.blocked !== true || visit.isApprover) return undefined;
  const [last] = await blockEvents(visit, name);
  return last !== undefined && last.by !== ownerOf(name)
    ? `${last.by} has blocked it: ask an approver to unblock it.`
    : undefined;
}

interface Edit {
  readonly message: string;
  readonly isBlocked: boolean;
  readonly known: WorkerDocument | undefined;
  readonly problem?: string;
}

async function editPage(visit: Visit, name: string, { message, isBlocked, known, problem }: Edit) {
  const events = await blockEvents(visit, name);
  const [last] = events;
  const history = await blockHistory(visit, ownerOf(name), name, events);
  const body: Html = html`<div class="page-head medium"><h1>Worker <span class="code">${name}</span></h1>${known?.blocked === true ? html`<span class="pill bad">blocked</span>` : NOTHING}</div>
<section class="card plain medium" aria-label="Block list">
<dl><dt>Last changed</dt><dd>${known === undefined ? 'never' : agoTag(known.last_updated, visit.now)}${last === undefined ? NOTHING : ` · ${last.what} by ${last.by}`}</dd>
<dt>Events</dt><dd><a href="${eventsUrl(name)}">of this worker</a></dd></dl>
<form method="post" action="/workers/${encodeURIComponent(name)}">${tokenField(visit.session.requireToken())}
<div class="fields">
<label class="check"><input type="checkbox" name="blocked"${isBlocked ? html` checked` : NOTHING}> Blocked: it gets no tasks</label>
<div class="field${problem === undefined ? '' : ' wrong'}"><label for="message">Message to its owner</label>
<textarea id="message" name="message" rows="6"${problem === undefined ? NOTHING : html` aria-invalid="true" aria-describedby="message-problem"`}>${message}</textarea>
<p class="hint">At most ${LONGEST} characters; the worker shows it when it asks for work.</p>
${problem === undefined ? NOTHING : html`<p class="problem" id="message-problem">${problem}</p>`}</div>
</div>
<div class="row"><button type="submit" name="submit" value="Submit" class="primary">Save</button><button type="submit" name="submit" value="Cancel" class="quiet" formnovalidate>Cancel</button></div>
</form></section>
${historyCard(history)}`;
  return { kind: 'page', title: name, body } as const;
}

function eventsUrl(name: string): string {
  return `/actions?text=${encodeURIComponent(`"${name}"`)}`;
}
