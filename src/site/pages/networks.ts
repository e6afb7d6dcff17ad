/** Networks: who uploaded which, and which tests used them (docs/spec/web-ui.md §4.11). */
import type { Keyed, NetDocument } from '../../model/documents.js';
import { type Html, html, NOTHING } from '../html.js';
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
import { longDate, shortDate, timeTag } from '../run-parts.js';
import { setUiCookie, uiCookie } from '../ui-cookies.js';
import type { Outcome, SiteParts, Visit } from '../visit.js';

const PATH = '/nns';
const PAGE_SIZE = 25;
const KEPT_MS = 10_000;
const SECOND_MS = 1_000;
const LONGEST = 100;

const SORTS = {
  time: 'desc',
  name: 'asc',
  user: 'asc',
  first_test: 'desc',
  last_test: 'desc',
  downloads: 'desc',
} as const satisfies Record<string, SortOrder>;
type Sort = keyof typeof SORTS;
const HEADS: readonly SortHead<Sort>[] = [
  { key: 'time', title: 'Time' },
  { key: 'name', title: 'Network' },
  { key: 'user', title: 'Username' },
  { key: 'first_test', title: 'First test' },
  { key: 'last_test', title: 'Last test' },
  { key: 'downloads', title: 'Downloads', isNumber: true },
];

interface Net extends NetDocument {
  /** Of its upload, in milliseconds; 0: not known. */
  readonly time: number;
}

const KEYS: Readonly<Record<Sort, (net: Net) => number | string>> = {
  time: ({ time }) => time,
  name: ({ name }) => name,
  user: ({ user }) => user.toLowerCase(),
  first_test: ({ first_test: test }) => test?.date ?? 0,
  last_test: ({ last_test: test }) => test?.date ?? 0,
  downloads: ({ downloads }) => downloads,
};

export async function networks(visit: Visit): Promise<Outcome> {
  const { parts, query } = visit;
  const given = (name: string) => (query.get(name) ?? '').trim().slice(0, LONGEST);
  const [name, user, isMasterOnly] = [given('network_name'), given('user'), masterOnly(visit)];
  const now = sorting<Sort>({ sort: query.get('sort'), order: query.get('order') }, SORTS, 'time');
  const all = await parts.kept.get('networks', KEPT_MS, () => readNets(parts));
  const nets = sorted(
    all.filter((net) => fits(net, name, user, isMasterOnly)),
    now,
  );
  const isWhole = query.get('view') === 'all';
  const size = isWhole ? MOST_ROWS : PAGE_SIZE;
  const pages = paging(
    pageNumber(query.get('page')),
    isWhole ? Math.min(size, nets.length) : nets.length,
    size,
  );
  const filters = {
    network_name: name,
    user,
    master_only: isMasterOnly ? 1 : 0,
    ...(isWhole && { view: 'all' }),
  };
  const body = html`<div class="page-head"><h1>Networks</h1><a class="button plain" href="/upload">Upload a network</a></div>
${totals(nets)}
<section class="card" aria-label="Networks">
<form method="get" action="${PATH}" role="search" class="head search-form">
<div class="field"><label for="network_name">Network</label><input type="search" id="network_name" name="network_name" value="${name}" spellcheck="false" autocapitalize="none"></div>
<div class="field"><label for="user">Uploaded by</label><input type="search" id="user" name="user" value="${user}" spellcheck="false" autocapitalize="none"></div>
<input type="hidden" name="master_only" value="0"><label class="check"><input type="checkbox" name="master_only" value="1"${isMasterOnly ? html` checked` : NOTHING}> Only master’s</label>
<button type="submit" class="primary">Filter</button>
</form>
<p class="found note">Networks are uploaded under the licence CC0: anybody may use them for anything.</p>
${nets.length === 0 ? html`<p class="empty">No network fits.</p>` : table(nets.slice(pages.skip, pages.skip + size), now, (to) => addressOf(PATH, { ...filters, ...to }))}
${isWhole && nets.length > size ? html`<p class="found note">First ${size} of ${nets.length}.</p>` : NOTHING}
${pageLinks(pages, (page) => addressOf(PATH, { ...filters, ...now, page }))}
</section>`;
  return { kind: 'page', title: 'Networks', description: `${nets.length} networks`, body };
}

/** From the address, which is remembered, else from the cookie. A ticked box comes after the hidden field. */
function masterOnly(visit: Visit): boolean {
  const asked = visit.query.getAll('master_only').at(-1);
  if (asked === undefined) return uiCookie(visit, 'master_only') === '1';
  setUiCookie(visit, 'master_only', asked === '1' ? '1' : '0');
  return asked === '1';
}

async function readNets({ reader }: SiteParts): Promise<Net[]> {
  const nets: Net[] = [];
  for await (const net of reader.nets()) nets.push({ ...net, time: timeOf(net) });
  return nets;
}

/** The first part of a key is the second in which it was made. */
function timeOf({ _id: key }: Keyed<NetDocument>): number {
  return key === undefined ? 0 : Number.parseInt(key.slice(0, 8), 16) * SECOND_MS;
}

function fits(net: Net, name: string, user: string, isMasterOnly: boolean): boolean {
  return (
    net.name.toLowerCase().includes(name.toLowerCase()) &&
    net.user.toLowerCase().includes(user.toLowerCase()) &&
    (!isMasterOnly || net.is_master === true)
  );
}

function sorted(nets: readonly Net[], { sort, order }: Sorting<Sort>): Net[] {
  const sign = order === 'asc' ? 1 : -1;
  return nets.toSorted((a, b) => {
    const [left, right] = [KEYS[sort](a), KEYS[sort](b)];
    if (left === right) return a.name < b.name ? -1 : 1;
    return left < right ? -sign : sign;
  });
}

function totals(nets: readonly Net[]): Html {
  const cards = [
    ['Networks', nets.length],
    ['Master’s', nets.filter((net) => net.is_master === true).length],
    ['Contributors', new Set(nets.map(({ user }) => user)).size],
    ['Downloads', nets.reduce((sum, { downloads }) => sum + downloads, 0)],
  ] as const;
  return html`<dl class="totals">${cards.map(([title, value]) => html`<div class="total"><dt>${title}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function table(nets: readonly Net[], now: Sorting<Sort>, address: (to: Sorting<Sort>) => string): Html {
  return html`<div class="scroll"><table class="sortable"><caption class="hidden">Networks</caption>
<thead><tr>${HEADS.map((head) => sortHead(head, now, SORTS, address))}</tr></thead>
<tbody>${nets.map(
    (net) => html`<tr>
<td class="nowrap">${net.time === 0 ? 'unknown' : timeTag(net.time, longDate(net.time).slice(2))}</td>
<td class="nowrap"><a href="/api/nn/${encodeURIComponent(net.name)}" class="code">${net.name}</a>${net.is_master === true ? html` <span class="pill good">master</span>` : NOTHING}</td>
<td>${net.user}</td>
<td class="nowrap">${testLink(net.first_test)}</td>
<td class="nowrap">${testLink(net.last_test)}</td>
<td class="n">${net.downloads}</td>
</tr>`,
  )}</tbody></table></div>`;
}

function testLink(test: NetDocument['first_test']): Html | '' {
  if (test === undefined) return NOTHING;
  return html`<a href="/tests/view/${encodeURIComponent(test.id)}">${timeTag(test.date, shortDate(test.date))}</a>`;
}
