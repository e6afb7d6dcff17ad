/** One's own account: what it is, what may be changed, where it is signed in, and its workers' keys (docs/spec/web-ui.md §2.6). */
import type { SiteRecord } from '../../model/site-record.js';
import { changeProfile, type ProfileChange } from '../../operations/account/change-profile.js';
import { withIdentityClaimed } from '../../operations/account/claim-identity.js';
import { preferencesIn } from '../../operations/account/preferences.js';
import { byName } from '../../operations/account/saved-search.js';
import { actorOf } from '../../operations/actor.js';
import { OperationRefused } from '../../operations/refusal.js';
import { accountFacts } from '../account-facts.js';
import {
  emailProblem,
  passwordProblem,
  repositoryProblem,
  tidyEmail,
  tidyRepository,
} from '../account-rules.js';
import { checkCredential } from '../check-credential.js';
import { passwordInput, textInput } from '../fields.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { longDate, timeTag } from '../run-parts.js';
import { type Outcome, type PageOutcome, redirect, type Visit } from '../visit.js';
import { preferencesCard } from './preferences-card.js';
import { searchesCard } from './saved-searches.js';
import { keysCard } from './worker-key-card.js';

type FieldName = 'old_password' | 'password' | 'password2' | 'email' | 'tests_repo';
export type ProfileProblems = Partial<Record<FieldName, string>>;

/** What the page shows of the account beside its document. */
const SHOWN = ['workerKey', 'workerKeyUse', 'session', 'savedSearch', 'preferences'] as const;

export async function profile(visit: Visit): Promise<PageOutcome> {
  return await profilePage(visit, {});
}

export async function changeProfilePage(visit: Visit): Promise<Outcome> {
  const { form, parts, session } = visit;
  const user = await parts.reader.user(visit.member.username);
  if (user === undefined) return redirect('/tests');
  const email = tidyEmail(form.has('email') ? form.text('email') : user.email);
  const repository = tidyRepository(form.has('tests_repo') ? form.text('tests_repo') : user.tests_repo);
  const password = form.exact('password');
  const problems: ProfileProblems = {};
  const note = (field: FieldName, problem: string | undefined) => {
    if (problem !== undefined) problems[field] = problem;
  };
  if (password !== '') note('password', await passwordProblem(password, [user.username, email]));
  if (form.exact('password2') !== password) note('password2', 'The passwords are not the same.');
  if (email !== user.email) note('email', emailProblem(email) ?? (await emailTaken(visit, email)));
  if (repository !== user.tests_repo) note('tests_repo', repositoryProblem(repository));
  const checked = await checkCredential(visit, user.username, form.exact('old_password'));
  if (checked.result !== 'verified') note('old_password', 'The current password is wrong.');
  if (Object.keys(problems).length > 0) return { ...(await profilePage(visit, problems)), status: 422 };
  const change: ProfileChange = {
    ...(email !== user.email && { email }),
    ...(repository !== user.tests_repo && { tests_repo: repository }),
    ...(password !== '' && { password }),
  };
  if (Object.keys(change).length === 0) {
    visit.flash('note', 'Nothing was different.');
    return redirect('/user');
  }
  try {
    const claimed = change.email === undefined ? [] : [change.email];
    const { sequence } = await withIdentityClaimed(parts, claimed, visit.now, () =>
      changeProfile(parts, actorOf(user), change, session.key ?? ''),
    );
    visit.waitFor(sequence);
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    return { ...(await profilePage(visit, { email: error.message })), status: 422 };
  }
  if (change.email !== undefined) visit.flash('note', 'The e-mail address is changed.');
  if (change.tests_repo !== undefined) visit.flash('note', 'The repository is changed.');
  if (change.password !== undefined) {
    visit.flash(
      'note',
      'The password is changed. Your other sessions are ended; workers need the new one, or a key.',
    );
  }
  return redirect('/user');
}

async function emailTaken({ parts, member }: Visit, email: string): Promise<string | undefined> {
  const other = await parts.reader.userByEmail(email);
  return other === undefined || other.username === member.username
    ? undefined
    : 'This address belongs to another account.';
}

/** Ends one session, by its key, or all others. */
export async function endSessions(visit: Visit): Promise<Outcome> {
  const { form, session, parts, member } = visit;
  if (form.text('which') === 'others') {
    session.signOutOthers();
    visit.flash('note', 'You are signed out everywhere else.');
    return redirect('/user');
  }
  if (form.text('which') === 'all') {
    session.signOutOthers();
    session.signOut();
    visit.flash('note', 'You are signed out everywhere.');
    return redirect('/login');
  }
  const record = await parts.reader.siteRecord('session', form.text('which'));
  if (record === undefined || record.owner !== member.username) {
    visit.flash('warning', 'That session has ended already.');
  } else if (record.key === session.key) return redirect('/user');
  else {
    session.end(record.key);
    visit.flash('note', 'The session is ended.');
  }
  return redirect('/user');
}

/** A worker key that this request has made: the store's readers do not find it before the answer is on its way. */
export interface MadeKey {
  readonly record: SiteRecord<'workerKey'>;
  /** Shows it, on top of the page. */
  readonly card: Html;
}

export async function profilePage(
  visit: Visit,
  problems: ProfileProblems,
  made?: MadeKey,
): Promise<PageOutcome> {
  const { parts, member, form } = visit;
  const user = (await parts.reader.user(member.username)) ?? member;
  const typed = (name: 'email' | 'tests_repo') => (form.has(name) ? form.text(name) : user[name]);
  const hours = await parts.reader.cpuHours(user.username);
  const records = await parts.reader.siteRecordsOfKinds(SHOWN, user.username);
  const keys = [
    ...records.workerKey.filter(({ key }) => key !== made?.record.key),
    ...(made === undefined ? [] : [made.record]),
  ];
  const body = html`<div class="page-head medium"><h1>${user.username}</h1></div>
${made === undefined ? NOTHING : made.card}
<section class="card plain medium" aria-labelledby="account-title">
<h2 id="account-title">Account</h2>
${accountFacts(user, hours)}
<form method="post" action="/user" class="fields">
${tokenField(visit.session.requireToken())}
<input type="hidden" name="user" value="${user.username}">
<div class="fields two">
${textInput({ name: 'email', label: 'E-mail', type: 'email', value: typed('email'), hint: 'Seen by you and by approvers only.', problem: problems.email, autocomplete: 'email', isRequired: true })}
${textInput({ name: 'tests_repo', label: 'Your repository', value: typed('tests_repo'), hint: 'Where the branches of your tests are.', problem: problems.tests_repo })}
${passwordInput({ name: 'password', label: 'New password', hint: 'Empty: it stays as it is.', problem: problems.password, autocomplete: 'new-password' })}
${passwordInput({ name: 'password2', label: 'New password again', problem: problems.password2, autocomplete: 'new-password' })}
${passwordInput({ name: 'old_password', label: 'Current password', hint: 'Needed for any change.', problem: problems.old_password, autocomplete: 'current-password', isRequired: true })}
</div>
<button type="submit" class="primary">Save</button>
</form>
<p class="note"><a href="/user/export">What is kept of this account, as JSON</a></p>
</section>
${preferencesCard(visit, preferencesIn(records.preferences[0]))}
${searchesCard(visit, byName(records.savedSearch))}
${keysCard(visit, keys, records.workerKeyUse)}
${sessionsCard(visit, records.session)}`;
  return { kind: 'page', title: user.username, body };
}

function sessionsCard(visit: Visit, records: readonly SiteRecord<'session'>[]): Html {
  const { now, session } = visit;
  const token = session.requireToken();
  const live = records
    .filter(({ expires }) => expires > now)
    .sort((a, b) => Number(b.key === session.key) - Number(a.key === session.key) || b.doc.seen - a.doc.seen);
  return html`<section class="card medium" aria-labelledby="sessions-title">
<div class="head"><h2 id="sessions-title">Where you are signed in</h2></div>
<div class="scroll"><table><caption class="hidden">Sessions</caption>
<thead><tr><th scope="col">Browser</th><th scope="col">Since</th><th scope="col">Last seen</th><th scope="col"><span class="hidden">End</span></th></tr></thead>
<tbody>${live.map(
    ({ key, doc }) => html`<tr>
<td>${browserName(doc.browser)}${key === session.key ? html` <span class="pill good">this one</span>` : NOTHING}</td>
<td class="nowrap">${timeTag(doc.made, longDate(doc.made))}</td>
<td class="nowrap">${timeTag(doc.seen, longDate(doc.seen))}</td>
<td>${key === session.key ? NOTHING : endForm(token, key, 'Sign out')}</td></tr>`,
  )}</tbody></table></div>
<div class="head row">${endForm(token, 'others', 'Sign out everywhere else')}${endForm(token, 'all', 'Sign out everywhere')}</div>
</section>`;
}

function endForm(token: string, which: string, label: string): Html {
  return html`<form method="post" action="/user_sessions">${tokenField(token)}<input type="hidden" name="which" value="${which}"><button type="submit" class="quiet">${label}</button></form>`;
}

/** What a person knows a browser by. */
function browserName(userAgent: string): string {
  const name = ['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari'].find((each) => userAgent.includes(`${each}/`));
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Macintosh', 'Linux'].find((each) =>
    userAgent.includes(each),
  );
  const shown = name === 'Edg' ? 'Edge' : name === 'OPR' ? 'Opera' : name;
  return [shown ?? 'A browser', system].filter((part) => part !== undefined).join(' on ');
}
