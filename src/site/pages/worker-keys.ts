/** Keys that an account's workers send in place of its password (docs/spec/web-ui.md §9). */
import { createWorkerKey, revokeWorkerKey } from '../../operations/account/worker-key.js';
import { actorOf } from '../../operations/actor.js';
import { OperationRefused } from '../../operations/refusal.js';
import { html } from '../html.js';
import { type Outcome, redirect, type Visit } from '../visit.js';
import { profilePage } from './profile.js';

export async function createKey(visit: Visit): Promise<Outcome> {
  const { parts, form, member, now } = visit;
  try {
    const name = form.text('name');
    const { value, sequence } = await createWorkerKey(parts, actorOf(member), name, now);
    visit.waitFor(sequence);
    const card = html`<section class="card plain medium" aria-labelledby="new-key-title">
<h2 id="new-key-title">The key ${name}</h2>
<p>Copy it now: it is not shown again. A worker is given it in place of the password.</p>
<code class="secret" id="new-key">${value.secret}</code>
</section>`;
    return await profilePage(visit, {}, { record: value.record, card });
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    visit.flash('error', error.message);
    return redirect('/user');
  }
}

export async function revokeKey(visit: Visit): Promise<Outcome> {
  const { parts, form, member } = visit;
  try {
    const { value, sequence } = await revokeWorkerKey(parts, actorOf(member), form.text('key'));
    visit.waitFor(sequence);
    visit.flash('note', `The key ${value.doc.name} is revoked.`);
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    visit.flash('warning', error.message);
  }
  return redirect('/user');
}
