/** The log of what happened, with filters and search (docs/spec/web-ui.md §4.15). */
import type { ActionDocument } from '../../model/documents.js';
import type { Found } from '../../store/queries.js';
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
import { type EventFilters, eventFilters, findEvents, mostEvents, positive } from '../lists/event-query.js';
import { describeEvent, eventTitle } from '../lists/event-text.js';
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
import { FEED_TYPE, feedUrl } from './events-feed.js';

const PATH = '/actions';
const PAGE_SIZE = 25;
/** How often an open page asks for newer events where it is not told of them, in seconds. */
const POLL_S = 60;
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

export async function events(visit: Visit): Promise<Outcome> {
  const { query, account } = visit;
  const filters = eventFilters(query);
  const now = sorting<Sort>({ sort: query.get('sort'), order: query.get('order') }, SORTS, 'time');
  const cap = mostEvents(filters, account !== undefined);
  const asked = pageNumber(query.get('page'));
  const found = await pageOf(visit, filters, now, cap, asked);
  const pages = paging(asked, found.total, PAGE_SIZE);
  const address = (change: Partial<Sorting<Sort> & { page: number }>) =>
    addressOf(PATH, { ...filters, ...sortParams({ ...now, ...change }), page: change.page });
  if (pages.page !== asked) return redirect(address({ page: pages.page }));
  const [first] = found.items;
  return {
    kind: 'page',
    title: 'Events',
    ...(first !== undefined && { preview: { title: eventTitle(first) }, description: describeEvent(first) }),
    feeds: [{ title: 'Events', url: feedUrl(filters) }],
    body: html`<div class="page-head"><h1>Events</h1><a href="${feedUrl(filters)}" type="${FEED_TYPE}">Feed</a></div>
<section class="card" aria-label="Events">
${filterForm(filters)}
${pages.page === 1 && isNewestFirst(now) ? newsPart(filters, first) : NOTHING}
${summary(found, pages, now, cap)}
${found.items.length === 0 ? html`<p class="empty">No event fits.</p>` : table(visit, found.items, filters, now, (to) => address(to))}
${pageLinks(pages, (page) => address({ page }))}
</section>`,
  };
}

/** Where an open page tells of events that came since; words cost too much to look for them again and again. */
function newsPart(filters: EventFilters, newest: ActionDocument | undefined): Html | '' {
  if (filters.text !== '' || filters.before !== '' || filters.max_count !== '') return NOTHING;
  const url = addressOf(`${PATH}/news`, { ...filters, after: newest?.time ?? 0 });
  return html`<div id="events-news" role="status" data-live="events" data-poll="${POLL_S}" hx-get="${url}" hx-trigger="poll"></div>`;
}

/** How many events that pass the page's filters are newer than its first. */
export async function eventNews(visit: Visit): Promise<Outcome> {
  const filters = eventFilters(visit.query);
  const after = positive(visit.query.get('after') ?? '') ?? 0;
  const { items } = await findEvents(visit, filters, { cap: PAGE_SIZE, skip: 0, limit: PAGE_SIZE });
  const count = items.filter(({ time }) => time > after).length;
  if (count === 0) return { kind: 'fragment', body: '' };
  const many = count === PAGE_SIZE ? `${count} or more` : String(count);
  return {
    kind: 'fragment',
    body: html`<a class="news" href="${addressOf(PATH, { ...filters })}">${many} new ${count === 1 ? 'event' : 'events'}</a>`,
  };
}

function isNewestFirst({ sort, order }: Sorting<Sort>): boolean {
  return sort === 'time' && order === 'desc';
}

/** An address has the order only where it is not the usual one. */
function sortParams(now: Sorting<Sort>): { sort?: string; order?: string } {
  return isNewestFirst(now) ? {} : { sort: now.sort, order: now.order };
}

/** Any other order is one of the newest only. */
async function pageOf(
  visit: Visit,
  filters: EventFilters,
  now: Sorting<Sort>,
  cap: number,
  asked: number,
): Promise<Found<ActionDocument>> {
  const skip = (asked - 1) * PAGE_SIZE;
  if (isNewestFirst(now)) return await findEvents(visit, filters, { cap, skip, limit: PAGE_SIZE });
  // Words ask for it by themselves.
  if (filters.text === '') visit.requireAdmission('search', visit.request.address);
  const { sort, order } = now;
  const ordered = { by: sort, order, ...(sort !== 'time' && { keyOf: KEYS[sort] }) };
  return await findEvents(visit, filters, { cap, skip, limit: PAGE_SIZE }, ordered);
}

function filterForm({ action, user, text, run_id: runId, before }: EventFilters): Html {
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
  filters: EventFilters,
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
