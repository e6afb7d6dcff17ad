/** Who gave how much: since the beginning, and in the last thirty days (docs/spec/web-ui.md §4.10). */
import type { ContributorDocument, ContributorPeriod } from '../../model/documents.js';
import { repositoryProblem } from '../account-rules.js';
import { type Html, html, NOTHING } from '../html.js';
import { agoTag } from '../lists/ago.js';
import {
  addressOf,
  MOST_ROWS,
  pageLinks,
  pageNumber,
  paging,
  type SortHead,
  type Sorting,
  type SortOrder,
  sortHead,
  sorting,
} from '../lists/paging.js';
import { setUiCookie, uiCookie } from '../ui-cookies.js';
import { type Outcome, redirect, type Visit } from '../visit.js';

const PAGE_SIZE = 100;
const KEPT_MS = 10_000;
const HOURS_OF_A_YEAR = 8_760;
const PATHS = { all: '/contributors', month: '/contributors/monthly' } as const;
const FINDME = 'contributors_findme';

const SORTS = {
  cpu_hours: 'desc',
  username: 'asc',
  last_updated: 'desc',
  games_per_hour: 'desc',
  games: 'desc',
  tests: 'desc',
  tests_repo: 'asc',
} as const satisfies Record<string, SortOrder>;
type Sort = keyof typeof SORTS;
const HEADS: readonly SortHead<Sort>[] = [
  { key: 'username', title: 'Username' },
  { key: 'last_updated', title: 'Last active' },
  { key: 'games_per_hour', title: 'Games/Hour', isNumber: true },
  { key: 'cpu_hours', title: 'CPU Hours', isNumber: true },
  { key: 'games', title: 'Games played', isNumber: true },
  { key: 'tests', title: 'Tests submitted', isNumber: true },
  { key: 'tests_repo', title: 'Tests repository' },
];

export function contributors(visit: Visit): Promise<Outcome> {
  return page(visit, 'all');
}

export function monthlyContributors(visit: Visit): Promise<Outcome> {
  return page(visit, 'month');
}

async function page(visit: Visit, period: ContributorPeriod): Promise<Outcome> {
  const { parts, query, account } = visit;
  const path = PATHS[period];
  const now = sorting<Sort>({ sort: query.get('sort'), order: query.get('order') }, SORTS, 'cpu_hours');
  const key = `contributors ${period} ${now.sort} ${now.order}`;
  const entries = await parts.kept.get(key, KEPT_MS, async () =>
    sorted(
      await parts.kept.get(`contributors ${period}`, KEPT_MS, () => parts.reader.contributors(period)),
      now,
    ),
  );
  const sort = now.sort === 'cpu_hours' && now.order === 'desc' ? {} : { sort: now.sort, order: now.order };
  const text = (query.get('search') ?? '').trim();
  const wantsOwn = account !== undefined && findsOwn(visit);
  const searched = text !== '' ? text : wantsOwn && query.has('findme') ? account.username : '';
  if (searched !== '') {
    const index = place(entries, searched);
    if (index < 0) visit.flash('warning', `No contributor is called ${searched}.`);
    const to = Math.floor(Math.max(0, index) / PAGE_SIZE) + 1;
    const highlight = index < 0 ? undefined : entries[index]!.username;
    return redirect(`${addressOf(path, { ...sort, page: to, highlight })}${index < 0 ? '' : '#me'}`);
  }
  const isWhole = query.get('view') === 'all';
  const size = isWhole ? MOST_ROWS : PAGE_SIZE;
  const pages = paging(
    pageNumber(query.get('page')),
    isWhole ? Math.min(size, entries.length) : entries.length,
    size,
  );
  const shown = entries.slice(pages.skip, pages.skip + size);
  const view = isWhole ? { view: 'all' } : {};
  const highlight = query.get('highlight') ?? '';
  const body = html`<div class="page-head"><h1>${period === 'all' ? 'Contributors' : 'Contributors of the month'}</h1></div>
${totals(entries)}
<section class="card" aria-label="Contributors">
<div class="head"><nav class="tabs" aria-label="Period"><a href="${PATHS.all}"${period === 'all' ? html` aria-current="page"` : NOTHING}>All time</a><a href="${PATHS.month}"${period === 'month' ? html` aria-current="page"` : NOTHING}>Last 30 days</a></nav>
${account === undefined ? NOTHING : html`<form method="get" action="${path}" class="row"><button type="submit" name="findme" value="1" class="quiet">Find me</button></form>`}
<form method="get" action="${path}" role="search" class="row"><input type="search" name="search" placeholder="Jump to a name" aria-label="Jump to a name" spellcheck="false" autocapitalize="none"></form></div>
${shown.length === 0 ? html`<p class="empty">Nobody has contributed yet.</p>` : table(visit, shown, pages.skip, { now, highlight, address: (to) => addressOf(path, { ...to, ...view }) })}
${isWhole && entries.length > size ? html`<p class="found note">First ${size} of ${entries.length}.</p>` : NOTHING}
${pageLinks(pages, (to) => addressOf(path, { ...sort, ...view, page: to }))}
</section>`;
  return { kind: 'page', title: period === 'all' ? 'Contributors' : 'Contributors of the month', body };
}

/** The choice is remembered. */
function findsOwn(visit: Visit): boolean {
  const asked = visit.query.get('findme');
  if (asked !== null) setUiCookie(visit, FINDME, asked === '1' ? 'true' : 'false');
  return asked === null ? uiCookie(visit, FINDME) === 'true' : asked === '1';
}

/** The exact name, else the first that holds the text; −1: nobody. */
function place(entries: readonly ContributorDocument[], text: string): number {
  const wanted = text.toLowerCase();
  const exact = entries.findIndex(({ username }) => username.toLowerCase() === wanted);
  return exact >= 0 ? exact : entries.findIndex(({ username }) => username.toLowerCase().includes(wanted));
}

function sorted(
  entries: readonly ContributorDocument[],
  { sort, order }: Sorting<Sort>,
): ContributorDocument[] {
  const sign = order === 'asc' ? 1 : -1;
  const keyOf = (entry: ContributorDocument) =>
    sort === 'username' ? entry.username.toLowerCase() : entry[sort];
  return entries.toSorted((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    if (left === right) return a.username < b.username ? -1 : 1;
    return left < right ? -sign : sign;
  });
}

function totals(entries: readonly ContributorDocument[]): Html {
  const count = (fits: (entry: ContributorDocument) => boolean) => entries.filter(fits).length;
  const sum = (of: (entry: ContributorDocument) => number) =>
    entries.reduce((total, entry) => total + (of(entry) || 0), 0);
  const cards = [
    ['Testers', grouped(count(({ last_updated: at }) => at > 0))],
    ['Developers', grouped(count(({ tests }) => tests > 0))],
    ['Active testers', grouped(count(({ games_per_hour: games }) => games > 0))],
    ['CPU years', (sum(({ cpu_hours: hours }) => hours) / HOURS_OF_A_YEAR).toFixed(2)],
    ['Games', grouped(sum(({ games }) => games))],
    ['Tests', grouped(sum(({ tests }) => tests))],
  ];
  return html`<dl class="totals small-cards">${cards.map(([title, value]) => html`<div class="total"><dt>${title}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Groups of three digits with a thin space between. */
function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

interface TableView {
  readonly now: Sorting<Sort>;
  readonly highlight: string;
  readonly address: (to: Sorting<Sort>) => string;
}

function table(visit: Visit, entries: readonly ContributorDocument[], skip: number, view: TableView): Html {
  const { isApprover, now: at } = visit;
  const { now, highlight, address } = view;
  return html`<div class="scroll"><table class="sortable"><caption class="hidden">Contributors</caption>
<thead><tr><th scope="col" class="n">#</th>${HEADS.map((head) => sortHead(head, now, SORTS, address))}</tr></thead>
<tbody>${entries.map((entry, i) => {
    const { username, last_updated: last, tests_repo: repository } = entry;
    const name = encodeURIComponent(username);
    const isLink = repository !== '' && repositoryProblem(repository) === undefined;
    return html`<tr${username === highlight ? html` id="me" class="marked"` : NOTHING}>
<td class="n">${skip + i + 1}</td>
<td>${isApprover ? html`<a href="/user/${name}">${username}</a>` : username}</td>
<td class="nowrap">${last > 0 ? agoTag(last, at) : 'Never'}</td>
<td class="n">${Math.round(entry.games_per_hour)}</td>
<td class="n">${Math.round(entry.cpu_hours)}</td>
<td class="n">${entry.games}</td>
<td class="n">${entry.tests > 0 ? html`<a href="/tests/user/${name}">${entry.tests}<span class="hidden"> tests of ${username}</span></a>` : '0'}</td>
<td>${isLink ? html`<a href="${repository}" rel="noopener noreferrer nofollow">${repository.replace('https://github.com/', '')}</a>` : NOTHING}</td>
</tr>`;
  })}</tbody></table></div>`;
}
