/** The log of what happened, with filters and search (docs/spec/web-ui.md §4.15). */
import type { ActionDocument } from '../../model/documents.js';
import { parseSearch, type TextSearch } from '../../rules/search-text.js';
import type { Found } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import {
  EVENTS,
  eventName,
  shownMessage,
  sourceLink,
  sourceText,
  targetLink,
  targetText,
} from '../lists/event-parts.js';
import {
  addressOf,
  type Paging,
  pageLinks,
  pageNumber,
  paging,
  type SortHead,
  type Sorting,
  sortHead,
  sorting,
} from '../lists/paging.js';
import { longDate, timeTag } from '../run-parts.js';
import { type Outcome, redirect, type Visit } from '../visit.js';

const PATH = '/actions';
const PAGE_SIZE = 25;
const CAP_OF_VISITORS = 5_000;
const CAP_OF_ACCOUNTS = 50_000;
const LONGEST = 300;
const NAMES_KEPT_MS = 1_000;
const TITLE_LENGTH = 90;
const DESCRIPTION_LENGTH = 220;
const RUN_ID = /^[0-9a-f]{24}$/i;

const SORTS = { time: 'desc', event: 'asc', source: 'asc', target: 'asc', comment: 'asc' } as const;
type Sort = keyof typeof SORTS;
const HEADS: readonly SortHead<Sort>[] = [
  { key: 'time', title: 'Time' },
  { key: 'event', title: 'Event' },
  { key: 'source', title: 'Source' },
  { key: 'target', title: 'Target' },
  { key: 'comment', title: 'Comment' },
];
const KEYS: Readonly<Record<Exclude<Sort, 'time'>, (event: ActionDocument) => string>> = {
  event: ({ action }) => action,
  source: (event) => sourceText(event).toLowerCase(),
  target: (event) => targetText(event).toLowerCase(),
  comment: ({ message }) => (message ?? '').toLowerCase(),
};

interface Filters {
  readonly action: string;
  readonly user: string;
  readonly text: string;
  readonly run_id: string;
  /** As it was given. */
  readonly before: string;
  readonly max_count: string;
}

export async function events(visit: Visit): Promise<Outcome> {
  const { query, account } = visit;
  const given = (name: string) => (query.get(name) ?? '').trim().slice(0, LONGEST);
  const filters: Filters = {
    action: (EVENTS as readonly string[]).includes(given('action')) ? given('action') : '',
    user: given('user'),
    text: given('text'),
    run_id: RUN_ID.test(given('run_id')) ? given('run_id').toLowerCase() : '',
    before: positive(given('before')) === undefined ? '' : given('before'),
    max_count: positive(given('max_count')) === undefined ? '' : given('max_count'),
  };
  const now = sorting<Sort>({ sort: query.get('sort'), order: query.get('order') }, SORTS, 'time');
  const most = account === undefined ? CAP_OF_VISITORS : CAP_OF_ACCOUNTS;
  const cap = Math.min(Math.trunc(positive(filters.max_count) ?? most), most);
  const asked = pageNumber(query.get('page'));
  const found = await find(visit, filters, now, cap, asked);
  const pages = paging(asked, found.total, PAGE_SIZE);
  const address = (change: Partial<Sorting<Sort> & { page: number }>) =>
    addressOf(PATH, { ...filters, ...sortParams({ ...now, ...change }), page: change.page });
  if (pages.page !== asked) return redirect(address({ page: pages.page }));
  const [first] = found.items;
  return {
    kind: 'page',
    title: 'Events',
    ...(first !== undefined && { preview: { title: titleOf(first) }, description: describe(first) }),
    body: html`<div class="page-head"><h1>Events</h1></div>
<section class="card" aria-label="Events">
${filterForm(filters)}
${summary(found, pages, now, cap)}
${found.items.length === 0 ? html`<p class="empty">No event fits.</p>` : table(visit, found.items, filters, now, (to) => address(to))}
${pageLinks(pages, (page) => address({ page }))}
</section>`,
  };
}

/** Undefined for what is no positive number. */
function positive(text: string): number | undefined {
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

function isNewestFirst({ sort, order }: Sorting<Sort>): boolean {
  return sort === 'time' && order === 'desc';
}

/** An address has the order only where it is not the usual one. */
function sortParams(now: Sorting<Sort>): { sort?: string; order?: string } {
  return isNewestFirst(now) ? {} : { sort: now.sort, order: now.order };
}

async function find(
  visit: Visit,
  { action, user, text: given, run_id: runId, before }: Filters,
  now: Sorting<Sort>,
  cap: number,
  asked: number,
): Promise<Found<ActionDocument>> {
  const { parts, request } = visit;
  const nothing = { items: [], total: 0, isCut: false };
  const text: TextSearch | undefined = given === '' ? undefined : parseSearch(given);
  if (given !== '' && text === undefined) return nothing;
  if (text !== undefined || !isNewestFirst(now)) visit.requireAdmission('search', request.address);
  const usernames =
    user === ''
      ? undefined
      : await parts.kept.get(`actors ${user}`, NAMES_KEPT_MS, () => parts.reader.actorsLike(user));
  const skip = (asked - 1) * PAGE_SIZE;
  const found = await parts.reader.searchActions({
    // Old databases have another name for some of the system's events.
    ...(action !== '' && { kinds: action === 'system_event' ? [action, 'update_stats'] : [action] }),
    ...(usernames !== undefined && { usernames }),
    ...(runId !== '' && { runId }),
    ...(text !== undefined && { text }),
    ...(before !== '' && { until: Number(before) }),
    cap,
    ...(isNewestFirst(now) ? { skip, limit: PAGE_SIZE } : { skip: 0, limit: cap }),
  });
  if (isNewestFirst(now)) return found;
  return { ...found, items: sorted(found.items, now).slice(skip, skip + PAGE_SIZE) };
}

/** Equal ones stay newest first. */
function sorted(items: readonly ActionDocument[], { sort, order }: Sorting<Sort>): ActionDocument[] {
  if (sort === 'time') return items.toReversed();
  const keys = new Map(items.map((event) => [event, KEYS[sort](event)]));
  const sign = order === 'asc' ? 1 : -1;
  return items.toSorted((a, b) => {
    const [left, right] = [keys.get(a)!, keys.get(b)!];
    return left === right ? 0 : left < right ? -sign : sign;
  });
}

function filterForm({ action, user, text, run_id: runId, before }: Filters): Html {
  const option = (value: string, title: string) =>
    html`<option value="${value}"${value === action ? html` selected` : NOTHING}>${title}</option>`;
  const narrowed = runId !== '' || before !== '';
  return html`<form method="get" action="${PATH}" role="search" class="head search-form">
<div class="field"><label for="action">Event</label><select id="action" name="action">${option('', 'All but dead tasks and the system’s')}${EVENTS.map((name) => option(name, eventName(name)))}</select></div>
<div class="field"><label for="user">User</label><input type="search" id="user" name="user" value="${user}" placeholder="part of a name" spellcheck="false" autocapitalize="none"></div>
<div class="field"><label for="text">Words</label><input type="search" id="text" name="text" value="${text}" placeholder="word &quot;a phrase&quot; -without" spellcheck="false"></div>
${runId === '' ? NOTHING : html`<input type="hidden" name="run_id" value="${runId}">`}
<button type="submit" class="primary">Filter</button>${narrowed || action !== '' || user !== '' || text !== '' ? html`<a href="${PATH}">All events</a>` : NOTHING}
</form>`;
}

function summary(
  found: Found<ActionDocument>,
  { page, pages }: Paging,
  now: Sorting<Sort>,
  cap: number,
): Html {
  const { total, isCut } = found;
  const order = isNewestFirst(now) ? 'newest first' : `sorted among the newest ${cap}`;
  return html`<p class="found note" role="status">${total} ${total === 1 ? 'event' : 'events'}${isCut ? ' at most are counted' : ''}, page ${page} of ${pages}, ${order}.</p>`;
}

function table(
  { isApprover }: Visit,
  items: readonly ActionDocument[],
  filters: Filters,
  now: Sorting<Sort>,
  address: (to: Sorting<Sort>) => string,
): Html {
  return html`<div class="scroll"><table class="sortable events"><caption class="hidden">Events</caption>
<thead><tr>${HEADS.map((head) => sortHead(head, now, SORTS, address))}</tr></thead>
<tbody>${items.map((event) => {
    const ms = event.time * 1_000;
    const permanent = addressOf(PATH, { ...filters, max_count: 1, before: event.time });
    return html`<tr>
<td class="nowrap"><a href="${permanent}">${timeTag(ms, longDate(ms).slice(2))}</a></td>
<td class="nowrap">${eventName(event.action)}</td>
<td>${sourceLink(event, isApprover)}</td>
<td>${targetLink(event, isApprover)}</td>
<td class="info prose">${shownMessage(event)}</td>
</tr>`;
  })}</tbody></table></div>`;
}

function titleOf(event: ActionDocument): string {
  const target = targetText(event);
  const text = target === '' ? `by ${sourceText(event)}` : `on ${target}`;
  return cut(`${eventName(event.action)} ${text}`, TITLE_LENGTH);
}

function describe(event: ActionDocument): string {
  const parts = [longDate(event.time * 1_000), eventName(event.action), sourceText(event), targetText(event)];
  const all = [...parts, shownMessage(event)].filter((text) => text !== '');
  return cut(all.join(' · '), DESCRIPTION_LENGTH);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
