/** The card of an account's worker keys on its profile: what there is, and the form for one more. */
import type { SiteRecord } from '../../model/site-record.js';
import { textInput } from '../fields.js';
import { type Html, html } from '../html.js';
import { tokenField } from '../layout.js';
import { longDate, timeTag } from '../run-parts.js';
import type { Visit } from '../visit.js';

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
