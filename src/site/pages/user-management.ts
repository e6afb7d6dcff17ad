/** All accounts, for approvers, and how many wait (docs/spec/web-ui.md §4.14). */
import type { UserDocument } from '../../model/documents.js';
import { OperationRefused } from '../../operations/refusal.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { longDate, timeTag } from '../run-parts.js';
import { APPROVERS, type Outcome, type PageOutcome, redirect, type Visit } from '../visit.js';
import { decide, decisionForms } from './account.js';

const PAGE_SIZE = 25;
const GROUPS = {
  pending: { title: 'Pending', holds: (user: UserDocument) => user.pending },
  blocked: { title: 'Blocked', holds: (user: UserDocument) => user.blocked },
  approvers: { title: 'Approvers', holds: (user: UserDocument) => user.groups.includes(APPROVERS) },
  all: { title: 'All', holds: () => true },
} as const;
type Group = keyof typeof GROUPS;

/** A number for the menu; nothing for those who approve nobody. */
export async function pendingCount(visit: Visit): Promise<Outcome> {
  if (!visit.isApprover) return { kind: 'fragment', status: 204, body: '' };
  const { length } = await visit.parts.reader.pendingUsers();
  const body = html`${length === 0 ? NOTHING : html`<span class="count">${length}<span class="hidden"> waiting</span></span>`}`;
  return { kind: 'fragment', body };
}

/** One at a time, so that one that cannot be decided stops no other. */
export async function decideAccounts(visit: Visit): Promise<Outcome> {
  const { form } = visit;
  const names = form
    .text('names')
    .split(',')
    .filter((name) => name !== '');
  for (const name of names.slice(0, PAGE_SIZE)) {
    try {
      await decide(visit, name, form.text('decision') === 'accept');
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      visit.flash('error', error.message);
    }
  }
  return redirect('/user_management');
}

export async function accounts(visit: Visit): Promise<PageOutcome> {
  const { query } = visit;
  const asked = query.get('group') ?? 'pending';
  const group: Group = Object.hasOwn(GROUPS, asked) ? (asked as Group) : 'pending';
  const text = (query.get('q') ?? '').trim().toLowerCase();
  const counts: Record<Group, number> = { pending: 0, blocked: 0, approvers: 0, all: 0 };
  const found: UserDocument[] = [];
  for await (const user of visit.parts.reader.users()) {
    for (const name of Object.keys(GROUPS) as Group[]) if (GROUPS[name].holds(user)) counts[name]++;
    const fits = text === '' || `${user.username} ${user.email}`.toLowerCase().includes(text);
    if (fits && GROUPS[group].holds(user)) found.push(user);
  }
  found.sort((a, b) => b.registration_time - a.registration_time || (a.username < b.username ? -1 : 1));
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const page = Math.min(pages, Math.max(1, Math.trunc(Number(query.get('page'))) || 1));
  const shown = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  const address = (to: number) =>
    `/user_management?${new URLSearchParams({ group, q: text, page: String(to) })}`;
  const body = html`<div class="page-head"><h1>Users</h1></div>
<section class="card" aria-label="Accounts">
<div class="head">
<nav class="tabs" aria-label="Groups">${(Object.keys(GROUPS) as Group[]).map(
    (name) =>
      html`<a href="/user_management?group=${name}"${name === group ? html` aria-current="page"` : NOTHING}>${GROUPS[name].title} <span class="note">${counts[name]}</span></a>`,
  )}</nav>
<form method="get" action="/user_management" role="search" class="row"><input type="hidden" name="group" value="${group}"><input type="search" name="q" value="${text}" placeholder="Name or e-mail" aria-label="Name or e-mail"></form>
</div>
${shown.length === 0 ? html`<p class="empty">Nobody.</p>` : table(visit, shown)}
${
  pages === 1
    ? NOTHING
    : html`<nav class="head row" aria-label="Pages">${page > 1 ? html`<a href="${address(page - 1)}" rel="prev">Previous</a>` : NOTHING}<span class="note">page ${page} of ${pages}</span>${page < pages ? html`<a href="${address(page + 1)}" rel="next">Next</a>` : NOTHING}</nav>`
}
</section>`;
  return { kind: 'page', title: 'Users', body };
}

function table(visit: Visit, users: readonly UserDocument[]): Html {
  const token = visit.session.requireToken();
  const names = users.filter(({ pending }) => pending).map(({ username }) => username);
  return html`<div class="scroll"><table><caption class="hidden">Accounts</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Registered</th><th scope="col">Groups</th><th scope="col">E-mail</th><th scope="col">State</th></tr></thead>
<tbody>${users.map(
    (user) => html`<tr>
<td><a href="/user/${encodeURIComponent(user.username)}">${user.username}</a></td>
<td class="nowrap">${timeTag(user.registration_time, longDate(user.registration_time).slice(2))}</td>
<td>${user.groups.join(', ')}</td>
<td>${user.email}</td>
<td><div class="row">${user.blocked ? html`<span class="pill bad">blocked</span>` : NOTHING}${user.pending ? decisionForms(user.username, token) : NOTHING}</div></td>
</tr>`,
  )}</tbody></table></div>
${
  names.length < 2
    ? NOTHING
    : html`<form method="post" action="/user_management" class="head" data-confirm="Accept all ${names.length} accounts shown?">${tokenField(token)}<input type="hidden" name="names" value="${names.join()}"><input type="hidden" name="decision" value="accept"><button type="submit" class="quiet">Accept all shown</button></form>`
}`;
}
