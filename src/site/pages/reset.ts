/** A new password by a one-time link (docs/spec/web-ui.md §9). */
import { resetAccount, resetPassword } from '../../operations/account/reset-link.js';
import { passwordProblem } from '../account-rules.js';
import { passwordInput } from '../fields.js';
import { html } from '../html.js';
import { tokenField } from '../layout.js';
import { type Outcome, type PageOutcome, redirect, type Visit } from '../visit.js';

const VOID: Outcome = {
  kind: 'missing',
  text: 'This link was used already, or is too old. Ask an approver for another one.',
};

export async function resetForm(visit: Visit): Promise<Outcome> {
  const user = await resetAccount(visit.parts, visit.params['secret']!, visit.now);
  return user === undefined ? VOID : page(visit, user.username, {});
}

export async function reset(visit: Visit): Promise<Outcome> {
  const { parts, params, form, now, request } = visit;
  const user = await resetAccount(parts, params['secret']!, now);
  if (user === undefined) return VOID;
  const password = form.exact('password');
  const problem = await passwordProblem(password, [user.username, user.email]);
  const differs = form.exact('password2') === password ? undefined : 'The passwords are not the same.';
  if (problem !== undefined || differs !== undefined) {
    return { ...page(visit, user.username, { problem, differs }), status: 422 };
  }
  visit.requireAdmission('post', request.address);
  visit.waitFor((await resetPassword(parts, params['secret']!, password, now)).sequence);
  visit.flash('note', 'The new password is set. Sign in with it; workers need it too.');
  return redirect('/login');
}

interface ResetProblems {
  readonly problem?: string | undefined;
  readonly differs?: string | undefined;
}

function page(visit: Visit, username: string, { problem, differs }: ResetProblems): PageOutcome {
  const body = html`<section class="card plain narrow">
<h1>New password</h1>
<p>For the account <b>${username}</b>. All its sessions end.</p>
<form method="post" action="${visit.request.path}" class="fields">
${tokenField(visit.session.requireToken())}
${passwordInput({ name: 'password', label: 'New password', problem, autocomplete: 'new-password', isRequired: true, hasFocus: true })}
${passwordInput({ name: 'password2', label: 'New password again', problem: differs, autocomplete: 'new-password', isRequired: true })}
<button type="submit" class="primary">Set the password</button>
</form>
</section>`;
  return { kind: 'page', title: 'New password', body };
}
