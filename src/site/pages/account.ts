/** Another's account, for approvers (docs/spec/web-ui.md §2.7). */
import { acceptAccount, setAccountBlocked } from '../../operations/account/change-account.js';
import { rejectAccount } from '../../operations/account/change-profile.js';
import { createResetLink } from '../../operations/account/reset-link.js';
import { actorOf } from '../../operations/actor.js';
import { OperationRefused } from '../../operations/refusal.js';
import { accountFacts } from '../account-facts.js';
import { repositoryProblem } from '../account-rules.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { type Outcome, redirect, type Visit } from '../visit.js';

export async function account(visit: Visit): Promise<Outcome> {
  return await accountPage(visit, NOTHING);
}

/** `blocked` 1 or 0, or `pending` 0: accepted, anything else: rejected. */
export async function changeAccount(visit: Visit): Promise<Outcome> {
  const { form, params } = visit;
  const username = params['name']!;
  if ((await visit.parts.reader.user(username)) === undefined) return unknown(username);
  try {
    if (form.has('pending')) await decide(visit, username, form.text('pending') === '0');
    else if (form.has('blocked')) await block(visit, username, form.text('blocked') === '1');
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    visit.flash('error', error.message);
  }
  return redirect('/user_management');
}

export async function createReset(visit: Visit): Promise<Outcome> {
  const { parts, params, member, now, request } = visit;
  const username = params['name']!;
  if ((await parts.reader.user(username)) === undefined) return unknown(username);
  const { value, sequence } = await createResetLink(parts, actorOf(member), username, now);
  visit.waitFor(sequence);
  return await accountPage(
    visit,
    html`<section class="card plain medium" aria-labelledby="link-title">
<h2 id="link-title">A link for a new password</h2>
<p>Give it to ${username} by a way that only ${username} reads. It works once, within a day, and is not shown again.</p>
<code class="secret" id="reset-link">${request.scheme}://${request.host}/reset/${value}</code></section>`,
  );
}

/** Accepts or rejects an account that waits. @throws OperationRefused */
export async function decide(visit: Visit, username: string, isAccepted: boolean): Promise<void> {
  const { parts, member, now } = visit;
  const act = isAccepted ? acceptAccount : rejectAccount;
  visit.waitFor((await act(parts, actorOf(member), username, now)).sequence);
  visit.flash(
    'note',
    isAccepted ? `${username} is accepted.` : `${username} is rejected, and the account deleted.`,
  );
}

async function block(visit: Visit, username: string, isBlocked: boolean): Promise<void> {
  const { parts, member, now } = visit;
  const { sequence } = await setAccountBlocked(parts, actorOf(member), username, isBlocked, now);
  visit.waitFor(sequence);
  visit.flash('note', `${username} is ${isBlocked ? 'blocked' : 'not blocked'}.`);
}

async function accountPage(visit: Visit, shown: Html | ''): Promise<Outcome> {
  const { parts, params, session, member } = visit;
  const username = params['name']!;
  const user = await parts.reader.user(username);
  if (user === undefined) return unknown(username);
  const note = await parts.reader.siteRecord('signupNote', username);
  const hours = await parts.reader.cpuHours(username);
  const token = session.requireToken();
  const hasRepository = user.tests_repo !== '' && repositoryProblem(user.tests_repo) === undefined;
  const body = html`<div class="page-head medium"><h1>${username}</h1>
${user.pending ? html`<span class="pill amber">waits for approval</span>` : NOTHING}${user.blocked ? html`<span class="pill bad">blocked</span>` : NOTHING}</div>
${shown}
<section class="card plain medium" aria-labelledby="account-title">
<h2 id="account-title">Account</h2>
${accountFacts(user, hours)}
<dl><dt>E-mail</dt><dd><a href="mailto:${encodeURIComponent(user.email)}">${user.email}</a></dd>
<dt>Repository</dt><dd>${hasRepository ? html`<a href="${user.tests_repo}" rel="noopener noreferrer nofollow">${user.tests_repo}</a>` : user.tests_repo || 'none'}</dd></dl>
${note === undefined ? NOTHING : html`<p class="problem">${username} ${note.doc.note}.</p>`}
<div class="row">
${user.pending ? decisionForms(username, token) : blockForm(username, user.blocked, token, username === member.username)}
<form method="post" action="/user/${encodeURIComponent(username)}/reset" data-confirm="Make a link with which its bearer chooses a new password for ${username}?">${tokenField(token)}<button type="submit" class="quiet">Link for a new password</button></form>
</div>
</section>`;
  return { kind: 'page', title: username, body };
}

export function decisionForms(username: string, token: string): Html {
  const action = `/user/${encodeURIComponent(username)}`;
  return html`<form method="post" action="${action}">${tokenField(token)}<input type="hidden" name="user" value="${username}"><input type="hidden" name="pending" value="0"><button type="submit">Accept</button></form>
<form method="post" action="${action}" data-confirm="Reject ${username}? The account is deleted.">${tokenField(token)}<input type="hidden" name="user" value="${username}"><input type="hidden" name="pending" value="1"><button type="submit" class="danger">Reject</button></form>`;
}

function blockForm(username: string, isBlocked: boolean, token: string, isOwn: boolean): Html {
  if (isOwn) return html`<p class="note">Nobody blocks an account of their own.</p>`;
  const question = isBlocked
    ? NOTHING
    : html` data-confirm="Block ${username}? Its sessions end and its workers are refused."`;
  return html`<form method="post" action="/user/${encodeURIComponent(username)}"${question}>${tokenField(token)}<input type="hidden" name="user" value="${username}"><input type="hidden" name="blocked" value="${isBlocked ? '0' : '1'}"><button type="submit"${isBlocked ? NOTHING : html` class="danger"`}>${isBlocked ? 'Unblock' : 'Block'}</button></form>`;
}

function unknown(username: string): Outcome {
  return { kind: 'missing', text: `There is no account ${username}.` };
}
