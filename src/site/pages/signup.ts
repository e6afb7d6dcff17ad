/** Signing up (docs/spec/web-ui.md §2.5): all faults at once, each at its field; a person approves the account. */
import { createAccount } from '../../operations/account/change-account.js';
import { withIdentityClaimed } from '../../operations/account/claim-identity.js';
import { dummyVerify } from '../../operations/account/password.js';
import { commitSystem, pushItem } from '../../operations/changes.js';
import { OperationRefused } from '../../operations/refusal.js';
import {
  emailProblem,
  passwordProblem,
  repositoryProblem,
  takesMail,
  tidyEmail,
  tidyRepository,
  usernameProblem,
} from '../account-rules.js';
import { fieldError, passwordInput, textInput } from '../fields.js';
import type { Form } from '../forms.js';
import { html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { checkNonce, DECOY, isSolved, makePuzzle } from '../signup-guard.js';
import { type Outcome, type PageOutcome, redirect, type Visit } from '../visit.js';

type FieldName = 'username' | 'password' | 'password2' | 'email' | 'tests_repo' | 'form';
type Problems = Partial<Record<FieldName, string>>;

const TAKEN = 'This name or e-mail address is already registered.';
const WITHOUT_SCRIPT = 'signed up without solving the puzzle, as a browser without scripts does';

export async function signupForm(visit: Visit): Promise<Outcome> {
  if (visit.account !== undefined) return redirect('/tests');
  if (!visit.parts.settings.signupIsOpen) return closed(200);
  return await signupPage(visit, {});
}

export async function signup(visit: Visit): Promise<Outcome> {
  const { form, parts, now, request } = visit;
  if (visit.account !== undefined) return redirect('/tests');
  if (!parts.settings.signupIsOpen) return closed(403);
  const { secret } = parts.settings;
  const nonce = checkNonce(form.exact('nonce'), secret, now);
  const problems = await findProblems(visit, form);
  if ('problem' in nonce) problems.form = nonce.problem;
  else if (form.exact(DECOY) !== '')
    problems.form = 'The form was filled in by a program. Please send it again.';
  else if ((await parts.reader.siteRecord('usedOnce', nonce.key)) !== undefined) {
    problems.form = 'This form was sent before. Please send it again.';
  }
  if (Object.keys(problems).length > 0 || 'problem' in nonce) return await refused(visit, problems);
  visit.requireAdmission('signup', request.address);
  const username = form.text('username');
  const isByBrowser = await isSolved(form.exact('puzzle'), form.exact('nonce'), secret);
  try {
    const account = {
      username,
      password: form.exact('password'),
      email: tidyEmail(form.text('email')),
      tests_repo: tidyRepository(form.text('tests_repo')),
    };
    const made = await withIdentityClaimed(parts, [username, account.email], now, () =>
      createAccount(parts, undefined, account, now),
    );
    visit.waitFor(made.sequence);
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    // As long as an account takes whose name is free.
    await dummyVerify();
    return await refused(visit, { username: TAKEN });
  }
  const sequence = commitSystem(parts.state, (slot) => {
    const used = {
      kind: 'usedOnce',
      key: nonce.key,
      owner: '',
      expires: nonce.expires,
      doc: { made: now },
    } as const;
    pushItem(parts.state, slot, { kind: 'siteRecord', write: { write: 'put', record: used } });
    if (isByBrowser) return;
    const doc = { made: now, note: WITHOUT_SCRIPT };
    const note = { kind: 'signupNote', key: username, owner: username, expires: 0, doc } as const;
    pushItem(parts.state, slot, { kind: 'siteRecord', write: { write: 'put', record: note } });
  });
  visit.waitFor(sequence);
  visit.flash(
    'note',
    `The account ${username} is made. A person looks at it before you can sign in, which takes some hours.`,
  );
  return redirect('/login');
}

async function findProblems({ parts }: Visit, form: Form): Promise<Problems> {
  const [username, email] = [form.text('username'), form.text('email')];
  const password = form.exact('password');
  const found: Problems = {};
  const note = (field: FieldName, problem: string | undefined) => {
    if (problem !== undefined) found[field] = problem;
  };
  note('username', usernameProblem(username));
  note('password', await passwordProblem(password, [username, email]));
  if (form.exact('password2') !== password) note('password2', 'The passwords are not the same.');
  note('email', emailProblem(email));
  note('tests_repo', repositoryProblem(tidyRepository(form.text('tests_repo'))));
  if (found.email === undefined && parts.settings.checksMailDomain && !(await takesMail(email))) {
    note('email', 'The domain of this address takes no mail. Look whether it is written right.');
  }
  return found;
}

async function refused(visit: Visit, problems: Problems): Promise<PageOutcome> {
  return { ...(await signupPage(visit, problems)), status: 422 };
}

async function signupPage(visit: Visit, problems: Problems): Promise<PageOutcome> {
  const { form, parts, now } = visit;
  const { nonce, challenge } = await makePuzzle(parts.settings.secret, now);
  const body = html`<section class="card plain narrow">
<h1>Sign up</h1>
<p class="note">A person looks at each new account, mostly within some hours. If yours waits for more than two days, ask in the project's chat.</p>
${problems.form === undefined ? NOTHING : fieldError('form-problem', problems.form)}
<form method="post" action="/signup" class="fields">
${tokenField(visit.session.requireToken())}
<input type="hidden" name="nonce" value="${nonce}">
<input type="hidden" name="puzzle" id="puzzle" data-challenge="${challenge}">
${textInput({ name: 'username', label: 'Name', value: form.text('username'), hint: 'Letters A to Z and digits.', problem: problems.username, autocomplete: 'username', isRequired: true })}
${passwordInput({ name: 'password', label: 'Password', problem: problems.password, autocomplete: 'new-password', isRequired: true })}
${passwordInput({ name: 'password2', label: 'Password again', problem: problems.password2, autocomplete: 'new-password', isRequired: true })}
${textInput({ name: 'email', label: 'E-mail', type: 'email', value: form.text('email'), hint: 'Seen by you and by approvers only.', problem: problems.email, autocomplete: 'email', isRequired: true })}
${textInput({ name: 'tests_repo', label: 'Your repository (optional)', value: form.text('tests_repo'), hint: 'https://github.com/<owner>/<name>, where your branches are.', problem: problems.tests_repo })}
<div class="decoy" aria-hidden="true"><label for="${DECOY}">Leave this empty</label><input id="${DECOY}" name="${DECOY}" tabindex="-1" autocomplete="off"></div>
<p class="note" id="puzzle-state" role="status"></p>
<button type="submit" class="primary">Sign up</button>
</form>
<p class="note">You have an account? <a href="/login">Sign in</a>.</p>
</section>`;
  return { kind: 'page', title: 'Sign up', body, scripts: ['puzzle'] };
}

function closed(status: number): PageOutcome {
  const body = html`<section class="card plain narrow"><h1>Sign up</h1>
<p>Nobody can sign up on this server at the moment. Ask its operator for an account.</p></section>`;
  return { kind: 'page', status, title: 'Sign up', body };
}
