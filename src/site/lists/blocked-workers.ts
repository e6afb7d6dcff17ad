/** The list of blocked workers (docs/spec/web-ui.md §4.13). */
import type { BlockedWorker } from '../../store/queries.js';
import { type Html, html, NOTHING } from '../html.js';
import type { Outcome, Visit } from '../visit.js';
import { agoTag } from './ago.js';
import {
  addressOf,
  MOST_ROWS,
  pageLinks,
  pageNumber,
  paging,
  type SortHead,
  type Sorting,
  sortHead,
  sorting,
} from './paging.js';

const PATH = '/workers/show';
const PAGE_SIZE = 25;
const DAY_MS = 86_400_000;
const RECENT_MS = 5 * DAY_MS;
const LONGEST = 100;

const FILTERS = { 'le-5days': 'Last 5 days', 'gt-5days': 'Older', 'all-workers': 'All' } as const;
const FOUND = {
  'le-5days': 'in the last 5 days',
  'gt-5days': 'before the last 5 days',
  'all-workers': 'in all',
} as const;
type Filter = keyof typeof FILTERS;

const SORTS = { worker: 'asc', last_changed: 'desc', events: 'asc', email: 'asc' } as const;
type Sort = keyof typeof SORTS;
const STORE_SORTS = { worker: 'name', last_changed: 'changed', events: 'name', email: 'email' } as const;
const HEADS: readonly SortHead<Sort>[] = [
  { key: 'worker', title: 'Worker' },
  { key: 'last_changed', title: 'Last changed' },
  { key: 'events', title: 'Events' },
];
const EMAIL: SortHead<Sort> = { key: 'email', title: 'E-mail' };

export async function blockedList(visit: Visit): Promise<Outcome> {
  const { parts, query, isApprover, now: at } = visit;
  const chosen = query.get('filter') ?? '';
  const filter: Filter = Object.hasOwn(FILTERS, chosen) ? (chosen as Filter) : 'le-5days';
  const text = (query.get('q') ?? '').trim().slice(0, LONGEST);
  const given = sorting<Sort>({ sort: query.get('sort'), order: query.get('order') }, SORTS, 'last_changed');
  // Addresses of others are not to be found out by the order of rows.
  const now = given.sort === 'email' && !isApprover ? ({ sort: 'worker', order: 'asc' } as const) : given;
  const isWhole = query.get('view') === 'all';
  const size = isWhole ? MOST_ROWS : PAGE_SIZE;
  const asked = pageNumber(query.get('page'));
  const read = (page: number) =>
    parts.reader.blockedList({
      ...(filter === 'le-5days' && { since: at - RECENT_MS }),
      ...(filter === 'gt-5days' && { before: at - RECENT_MS }),
      ...(text !== '' && { text }),
      sort: STORE_SORTS[now.sort],
      order: now.order,
      skip: (page - 1) * size,
      limit: size,
    });
  const first = await read(asked);
  const pages = paging(asked, first.total, size);
  const { items: workers, total, isCut } = pages.page === asked ? first : await read(pages.page);
  const params = { filter, q: text, ...(isWhole && { view: 'all' }) };
  const body = html`<div class="page-head"><h1>Blocked workers</h1><p class="note">${isCut ? `the newest ${total}` : total} ${FOUND[filter]}</p></div>
<section class="card" aria-label="Blocked workers">
<div class="head"><nav class="tabs" aria-label="Changed when">${(Object.keys(FILTERS) as Filter[]).map(
    (name) =>
      html`<a href="${addressOf(PATH, { ...params, ...now, filter: name })}"${name === filter ? html` aria-current="page"` : NOTHING}>${FILTERS[name]}</a>`,
  )}</nav>
<form method="get" action="${PATH}" role="search" class="row"><input type="hidden" name="filter" value="${filter}"><input type="search" name="q" value="${text}" placeholder="Part of a name" aria-label="Part of a name" spellcheck="false" autocapitalize="none"></form></div>
${workers.length === 0 ? html`<p class="empty">No blocked worker fits.</p>` : table(visit, workers, now, (to) => addressOf(PATH, { ...params, ...to }))}
${pageLinks(pages, (page) => addressOf(PATH, { ...params, ...now, page }))}
</section>`;
  return { kind: 'page', title: 'Blocked workers', body };
}

function table(
  visit: Visit,
  workers: readonly BlockedWorker[],
  now: Sorting<Sort>,
  address: (to: Sorting<Sort>) => string,
): Html {
  const { isApprover } = visit;
  const heads = isApprover ? [...HEADS, EMAIL] : HEADS;
  return html`<div class="scroll"><table class="sortable"><caption class="hidden">Blocked workers</caption>
<thead><tr>${heads.map((head) => sortHead(head, now, SORTS, address))}</tr></thead>
<tbody>${workers.map(
    (worker) => html`<tr>
<td class="code"><a href="/workers/${encodeURIComponent(worker.worker_name)}">${worker.worker_name}</a></td>
<td class="nowrap">${agoTag(worker.last_updated, visit.now)}</td>
<td><a href="${eventsUrl(worker)}">events<span class="hidden"> of ${worker.worker_name}</span></a></td>
${isApprover ? html`<td>${worker.email === undefined ? 'none' : html`<a href="${letter(visit, worker, worker.email)}">${worker.email}</a>`}</td>` : NOTHING}
</tr>`,
  )}</tbody></table></div>`;
}

function eventsUrl({ worker_name: name }: BlockedWorker): string {
  return `/actions?text=${encodeURIComponent(`"${name}"`)}`;
}

/** A letter to the owner that has all but the signature's ink. */
function letter({ request, member }: Visit, worker: BlockedWorker, email: string): string {
  const { worker_name: name, message } = worker;
  const owner = name.slice(0, name.indexOf('-'));
  const quoted = message.split('\n').map((line) => `> ${line}`);
  const lines = [
    `Hello ${owner},`,
    '',
    `your worker ${name} is blocked, and gets no tasks for now. The reason:`,
    '',
    ...quoted,
    '',
    `Its events: ${request.scheme}://${request.host}${eventsUrl(worker)}`,
    'Please answer here or in the chat when it is mended, or if you need help.',
    '',
    member.username,
  ];
  const params = [
    `subject=${encodeURIComponent(`Your worker ${name}`)}`,
    `body=${encodeURIComponent(lines.join('\r\n'))}`,
  ];
  return `mailto:${encodeURIComponent(email)}?${params.join('&')}`;
}
