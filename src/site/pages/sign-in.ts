/** Signing in and out (docs/spec/web-ui.md §2.4). */
import { parseCookie, stringifySetCookie } from 'cookie';
import { hashPassword } from '../../operations/account/password.js';
import { pushItem, withSystem } from '../../operations/changes.js';
import { checkCredential } from '../check-credential.js';
import { fieldError, passwordInput, textInput } from '../fields.js';
import { html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { safePath } from '../safe-path.js';
import { type Outcome, type PageOutcome, redirect, type Visit } from '../visit.js';

const REMEMBER = 'login_remember_me';
const YEAR_S = 34_560_000;
const WRONG = 'The name or the password is wrong.';
const REFUSED = {
  refused: WRONG,
  blocked: 'This account is blocked.',
  pending: 'This account waits until a person approves it, which takes some hours.',
} as const;

/** To whoever comes with a session that is not there any more: an old form, or a page that needs an account. */
export const SESSION_ENDED =
  'Your session has ended, as all others do when a password is changed. Nothing was saved: please sign in again.';

export interface LoginFields {
  readonly next: string;
  readonly username: string;
  readonly problem?: string;
}

export function loginForm(visit: Visit): Outcome {
  if (visit.account !== undefined) return redirect('/tests');
  return loginPage(visit, { next: nextOf(visit), username: '' });
}

/** Password first, then blocked, then pending: nobody learns of an account's state without its password. */
export async function login(visit: Visit): Promise<Outcome> {
  const { form } = visit;
  const username = form.text('username');
  const next = safePath(form.exact('next')) ?? '/tests';
  const remembers = form.exact('stay_logged_in') !== '0';
  const password = form.exact('password');
  const checked = await checkCredential(visit, username, password);
  if (checked.result !== 'verified') {
    const problem = REFUSED[checked.result];
    return { ...loginPage(visit, { next, username, problem }), status: 422 };
  }
  const { user } = checked;
  const { settings, state } = visit.parts;
  if (settings.rehashes && !user.password.startsWith('$')) {
    const members = { password: await hashPassword(password) };
    // The clear text may have given way to another password meanwhile.
    const change = { username: user.username, members, ifPassword: user.password };
    withSystem(state, (slot) => pushItem(state, slot, { kind: 'userChange', change }));
    visit.waitFor(state.commits.next());
  }
  visit.session.signIn(user.username, remembers);
  visit.setCookie(
    stringifySetCookie({
      name: REMEMBER,
      value: remembers ? '1' : '0',
      path: '/',
      sameSite: 'lax',
      maxAge: YEAR_S,
    }),
  );
  return redirect(next === '/login' ? '/tests' : next);
}

export function logout(visit: Visit): Outcome {
  visit.session.signOut();
  visit.flash('note', 'You are signed out.');
  return redirect('/tests');
}

export function loginPage(visit: Visit, { next, username, problem }: LoginFields): PageOutcome {
  const remembers = parseCookie(visit.request.headers.cookie)[REMEMBER] !== '0';
  const body = html`<section class="card plain narrow">
<h1>Sign in</h1>
${problem === undefined ? NOTHING : fieldError('login-problem', problem)}
<form method="post" action="/login" class="fields">
${tokenField(visit.session.requireToken())}
<input type="hidden" name="next" value="${next}">
${textInput({ name: 'username', label: 'Name', value: username, autocomplete: 'username', isRequired: true, hasFocus: true })}
${passwordInput({ name: 'password', label: 'Password', autocomplete: 'current-password', isRequired: true })}
<input type="hidden" name="stay_logged_in" value="0">
<label class="check"><input type="checkbox" name="stay_logged_in" value="1"${remembers ? html` checked` : NOTHING}> Stay signed in</label>
<button type="submit" class="primary">Sign in</button>
</form>
<p class="note">No account yet? <a href="/signup">Sign up</a>. Password forgotten? An approver can make you a link to choose a new one.</p>
</section>`;
  return { kind: 'page', title: 'Sign in', body };
}

/** 403, for a form without the session's token: nothing was changed. */
export function foreignForm(visit: Visit): PageOutcome {
  const text = 'The form is from another session or another site, or too old. Please try again.';
  visit.flash('error', visit.session.hasEnded ? SESSION_ENDED : text);
  return { ...loginPage(visit, { next: '', username: '' }), status: 403 };
}

/** Where the visitor wanted to go, else where he came from. */
function nextOf(visit: Visit): string {
  const given = visit.query.get('next');
  if (given !== null) return safePath(given) ?? '/tests';
  const { referer } = visit.request.headers;
  if (!URL.canParse(referer) || new URL(referer).host !== visit.request.host) return '/tests';
  const { pathname, search } = new URL(referer);
  return safePath(`${pathname}${search}`) ?? '/tests';
}
