/** Keys that an account's workers send in place of its password (docs/spec/web-ui.md §9). */
import type { SiteRecord } from '../../model/site-records.js';
import { createWorkerKey, revokeWorkerKey } from '../../operations/account/worker-key.js';
import { actorOf } from '../../operations/actor.js';
import { OperationRefused } from '../../operations/refusal.js';
import { textInput } from '../fields.js';
import { type Html, html } from '../html.js';
import { tokenField } from '../layout.js';
import { longDate, timeTag } from '../run-parts.js';
import { type Outcome, redirect, type Visit } from '../visit.js';
import { profilePage } from './profile.js';

export async function createKey(visit: Visit): Promise<Outcome> {
  const { parts, form, member, now } = visit;
  try {
    const name = form.text('name');
    const { value, sequence } = await createWorkerKey(parts, actorOf(member), name, now);
    visit.waitFor(sequence);
    const shown = html`<section class="card plain medium" aria-labelledby="new-key-title">
<h2 id="new-key-title">The key ${name}</h2>
<p>Copy it now: it is not shown again. A worker is given it in place of the password.</p>
<code class="secret" id="new-key">${value.secret}</code>
</section>`;
    return await profilePage(visit, {}, shown);
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

export function keysCard(
  visit: Visit,
  keys: readonly SiteRecord<'workerKey'>[],
  uses: readonly SiteRecord<'workerKeyUse'>[],
): Html {
  const token = visit.session.requireToken();
  const usedAt = new Map(uses.map(({ key, doc }) => [key, doc.usedAt]));
  const sorted = [...keys].sort((a, b) => b.doc.made - a.doc.made);
  return html`<section class="card medium" id="keys-of-workers" aria-labelledby="worker-keys-title">
<div class="head"><h2 id="worker-keys-title">Worker keys</h2><span class="note">A worker takes a key in place of your password; nobody signs in here with one.</span></div>
${sorted.length === 0 ? html`<p class="empty">No keys yet.</p>` : keyTable(sorted, usedAt, token)}
<form method="post" action="/user_keys" class="head row">${tokenField(token)}
${textInput({ name: 'name', label: 'Name of a new key', isRequired: true, maxLength: 60 })}
<button type="submit">Make a key</button></form>
</section>`;
}

function keyTable(
  keys: readonly SiteRecord<'workerKey'>[],
  usedAt: ReadonlyMap<string, number>,
  token: string,
): Html {
  return html`<div class="scroll"><table><caption class="hidden">Worker keys</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Begins with</th><th scope="col">Made</th><th scope="col">Last checked</th><th scope="col"><span class="hidden">Revoke</span></th></tr></thead>
<tbody>${keys.map(({ key, doc }) => {
    const used = usedAt.get(key);
    return html`<tr><td>${doc.name}</td><td><code>${doc.hint}…</code></td>
<td class="nowrap">${timeTag(doc.made, longDate(doc.made))}</td>
<td class="nowrap">${used === undefined ? 'never' : timeTag(used, longDate(used))}</td>
<td><form method="post" action="/user_keys/revoke" data-confirm="Revoke the key ${doc.name}? Workers that use it are refused.">${tokenField(token)}<input type="hidden" name="key" value="${key}"><button type="submit" class="danger">Revoke</button></form></td></tr>`;
  })}</tbody></table></div>`;
}
