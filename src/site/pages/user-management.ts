/** All accounts, for approvers, and how many wait (docs/spec/web-ui.md §4.14). */
import type { ActionDocument, UserDocument } from '../../model/documents.js';
import { OperationRefused } from '../../operations/refusal.js';
import {
  ACCOUNT_GROUPS,
  type AccountGroup,
  type Approvals,
  MOST_APPROVALS,
  MOST_SEARCHED_ACCOUNTS,
} from '../../store/queries.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { agoTag } from '../lists/ago.js';
import { addressOf, pageLinks, pageNumber, paging } from '../lists/paging.js';
import { longDate, timeTag } from '../run-parts.js';
import { type Outcome, type PageOutcome, redirect, type Visit } from '../visit.js';
import { decide, decisionForms } from './account.js';

const PATH = '/user_management';
const PAGE_SIZE = 25;
const LONGEST = 100;
const DAY_S = 86_400;
const RECENT_DAYS = 30;
/** What approvers did is the same for all, and asked of the store for each of them. */
const ACTIVITY_KEPT_MS = 10_000;
/** Events of an approver that are looked at for the last of a person: those of workers have the name of their owner, too. */
const EVENTS_LOOKED_AT = 50;
const TITLES: Readonly<Record<AccountGroup, string>> = {
  pending: 'Pending',
  blocked: 'Blocked',
  approvers: 'Approvers',
  idle: 'Idle',
  all: 'All',
};

/** A number for the menu; nothing for those who approve nobody. */
export async function pendingCount(visit: Visit): Promise<Outcome> {
  if (!visit.isApprover) return { kind: 'fragment', status: 204, body: '' };
  const { pending: length } = await visit.parts.reader.accountCounts();
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
  return redirect(PATH);
}

export async function accounts(visit: Visit): Promise<PageOutcome> {
  const { query, parts } = visit;
  const { reader } = parts;
  const group = ACCOUNT_GROUPS.find((name) => name === query.get('group')) ?? 'pending';
  const text = (query.get('q') ?? '').trim().slice(0, LONGEST);
  const read = (page: number) =>
    reader.accounts({ group, ...(text !== '' && { text }), skip: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE });
  const asked = pageNumber(query.get('page'));
  const counts = await reader.accountCounts();
  const first = await read(asked);
  const pages = paging(asked, first.total, PAGE_SIZE);
  const found = pages.page === asked ? first : await read(pages.page);
  const activity = group === 'approvers' ? await activityOf(visit, found.items) : undefined;
  const body = html`<div class="page-head"><h1>Users</h1></div>
<section class="card" aria-label="Accounts">
<div class="head">
<nav class="tabs" aria-label="Groups">${ACCOUNT_GROUPS.map(
    (name) =>
      html`<a href="${PATH}?group=${name}"${name === group ? html` aria-current="page"` : NOTHING}>${TITLES[name]} <span class="note">${counts[name]}</span></a>`,
  )}</nav>
<form method="get" action="${PATH}" role="search" class="row"><input type="hidden" name="group" value="${group}"><input type="search" name="q" value="${text}" placeholder="Name or e-mail" aria-label="Name or e-mail"></form>
</div>
${text === '' ? NOTHING : html`<p class="found note">${found.total} ${found.total === 1 ? 'account fits' : 'accounts fit'}${found.isCut ? `, of the newest ${MOST_SEARCHED_ACCOUNTS}` : ''}.</p>`}
${found.items.length === 0 ? html`<p class="empty">Nobody.</p>` : table(visit, found.items, activity)}
${pageLinks(pages, (page) => addressOf(PATH, { group, q: text, page }))}
</section>`;
  return { kind: 'page', title: 'Users', body };
}

interface Activity extends Approvals {
  /** The last event of the account's own, not of its workers. */
  readonly lastEvent: ActionDocument | undefined;
}

/** Approvers are few: a page of them is asked for one by one. */
async function activityOf({ parts, now }: Visit, approvers: readonly UserDocument[]): Promise<Activity[]> {
  const since = Math.floor(now / 1_000) - RECENT_DAYS * DAY_S;
  return await Promise.all(
    approvers.map(({ username }) =>
      parts.kept.get(`activity ${username}`, ACTIVITY_KEPT_MS, async () => {
        const approvals = await parts.reader.approvals(username, since);
        const events = await parts.reader.actions({ username, limit: EVENTS_LOOKED_AT });
        const isOwn = ({ action, worker }: ActionDocument) =>
          worker === undefined || action === 'block_worker';
        return { ...approvals, lastEvent: events.find(isOwn) };
      }),
    ),
  );
}

function table(visit: Visit, users: readonly UserDocument[], activity: Activity[] | undefined): Html {
  const token = visit.session.requireToken();
  const names = users.filter(({ pending }) => pending).map(({ username }) => username);
  return html`<div class="scroll"><table><caption class="hidden">Accounts</caption>
<thead><tr><th scope="col">Name</th><th scope="col">State</th><th scope="col">Registered</th><th scope="col">Groups</th><th scope="col">E-mail</th>${activity === undefined ? NOTHING : ACTIVITY_HEADS}</tr></thead>
<tbody>${users.map(
    (user, i) => html`<tr>
<td><a href="/user/${encodeURIComponent(user.username)}">${user.username}</a></td>
<td><div class="row">${user.blocked ? html`<span class="pill bad">blocked</span>` : NOTHING}${user.pending ? decisionForms(user.username, token) : NOTHING}</div></td>
<td class="nowrap">${timeTag(user.registration_time, longDate(user.registration_time).slice(2))}</td>
<td>${user.groups.join(', ')}</td>
<td>${user.email}</td>${activity === undefined ? NOTHING : activityCells(visit, user.username, activity[i]!)}
</tr>`,
  )}</tbody></table></div>
${
  names.length < 2
    ? NOTHING
    : html`<form method="post" action="/user_management" class="head" data-confirm="Accept all ${names.length} accounts shown?">${tokenField(token)}<input type="hidden" name="names" value="${names.join()}"><input type="hidden" name="decision" value="accept"><button type="submit" class="quiet">Accept all shown</button></form>`
}`;
}

const ACTIVITY_HEADS = html`<th scope="col" class="n">Approvals</th><th scope="col" class="n">In ${RECENT_DAYS} days</th><th scope="col">Last approval</th><th scope="col">Last action</th>`;

function activityCells(visit: Visit, username: string, { total, recent, last, lastEvent }: Activity): Html {
  const approvals = addressOf('/actions', { action: 'approve_run', user: username });
  return html`
<td class="n">${total === 0 ? '0' : html`<a href="${approvals}">${total}${total === MOST_APPROVALS ? ' or more' : ''}<span class="hidden"> approvals by ${username}</span></a>`}</td>
<td class="n">${recent}</td>
<td class="nowrap">${last === undefined ? 'never' : agoTag(last * 1_000, visit.now)}</td>
<td class="nowrap">${lastEvent === undefined ? 'none lately' : html`${lastEvent.action} ${agoTag(lastEvent.time * 1_000, visit.now)}`}</td>`;
}
