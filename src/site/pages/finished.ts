/** Finished tests: the list with its tabs, and the search (docs/spec/web-ui.md §4.4). */
import { numberIn } from '../../rules/parse-number.js';
import { parseSearch } from '../../rules/search-text.js';
import { readRun } from '../../rules/stored-run.js';
import { MOST_FACETED } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { type AskedFacets, askedFacets, facetFields } from '../lists/facet-fields.js';
import {
  askedFlag,
  FINISHED_PAGE,
  finishedPage,
  finishedTable,
  finishedTabs,
} from '../lists/finished-list.js';
import { namesLike } from '../lists/known-names.js';
import { addressOf, pageLinks, pageNumber, paging } from '../lists/paging.js';
import { runTable } from '../lists/run-rows.js';
import { type Outcome, redirect, type Visit } from '../visit.js';

const PATH = '/tests/finished';
const CAP_OF_VISITORS = 1_000;
const CAP_OF_ACCOUNTS = 10_000;
const LONGEST = 300;

export async function finished(visit: Visit): Promise<Outcome> {
  const { query } = visit;
  const canonical = canonicalAddress(visit);
  if (canonical !== undefined) return redirect(canonical);
  return query.get('mode') === 'search' ? await searchPage(visit) : await finishedList(visit, PATH);
}

/** Undefined for an address that is as it should be. */
function canonicalAddress(visit: Visit): string | undefined {
  const { query } = visit;
  const given = (name: string) => query.get(name) ?? '';
  const text = given('text') || given('info_regex');
  const isSearch = given('mode') === 'search';
  const wantsSearch = given('user') !== '' || text !== '';
  const flags = ['success_only', 'yellow_only', 'ltc_only'].filter((name) => query.has(name));
  if (!isSearch && wantsSearch) {
    const [user, most, page] = [given('user'), given('max_count'), given('page')];
    return addressOf(PATH, {
      mode: 'search',
      user,
      text,
      ...askedFacets(visit).given,
      max_count: most,
      page,
    });
  }
  const dropped = isSearch ? [...flags, 'info_regex'] : ['max_count'];
  if (!dropped.some((name) => query.has(name))) return undefined;
  const kept = [...query].filter(([name]) => !dropped.includes(name));
  return addressOf(PATH, { ...Object.fromEntries(kept), ...(isSearch && { text }) });
}

/** @param path where its pages are */
export async function finishedList(visit: Visit, path: string): Promise<Outcome> {
  const page = await finishedPage(visit);
  if (page.asked !== page.paging.page) {
    const flag = askedFlag(visit);
    return redirect(addressOf(path, { ...(flag !== undefined && { [flag]: 1 }), page: page.paging.page }));
  }
  const body = html`<div class="page-head"><h1>Finished tests</h1><p class="note">${page.total} ${page.total === 1 ? 'test' : 'tests'}</p></div>
<section class="card" aria-label="Finished tests">
<div class="head">${finishedTabs(path, page.flag)}<a href="${PATH}?mode=search" class="aside">Search</a></div>
${finishedTable(visit, path, page)}
</section>`;
  return { kind: 'page', title: 'Finished tests', description: `${page.total} finished tests`, body };
}

async function searchPage(visit: Visit): Promise<Outcome> {
  const { query } = visit;
  const user = (query.get('user') ?? '').trim().slice(0, LONGEST);
  const text = (query.get('text') ?? '').trim().slice(0, LONGEST);
  const cap = mostRuns(visit);
  const faceted = askedFacets(visit);
  const found = await search(visit, { user, given: text, faceted }, cap);
  const asked = pageNumber(query.get('page'));
  const pages = paging(asked, found.total, FINISHED_PAGE);
  const address = (page: number) =>
    addressOf(PATH, {
      mode: 'search',
      user,
      text,
      ...faceted.given,
      max_count: query.get('max_count') ?? '',
      page,
    });
  if (pages.page !== asked) return redirect(address(pages.page));
  const { counts } = found;
  const isAsked = user !== '' || text !== '' || faceted.facets !== undefined;
  const body = html`<div class="page-head"><h1>Search finished tests</h1></div>
<section class="card" aria-label="Search">
<form method="get" action="${PATH}" role="search" class="head search-form">
<input type="hidden" name="mode" value="search">
${field('user', 'User', user, 'part of a name')}${field('text', 'Words of the description', text, 'word "a phrase" -without')}
<button type="submit" class="primary">Search</button><a href="${PATH}">All finished tests</a>
${facetFields(visit, faceted, counts === undefined ? undefined : { counts, isCut: found.isCut })}
</form>
${isAsked ? results(visit, found, { pages, cap, isFaceted: faceted.facets !== undefined }) : html`<p class="empty">Give a name, or words: several words find tests with any of them, “a phrase” must be there, -word may not.</p>`}
${pageLinks(pages, address)}
</section>`;
  return { kind: 'page', title: 'Search finished tests', body };
}

function field(name: string, label: string, value: string, hint: string): Html {
  return html`<div class="field"><label for="${name}">${label}</label><input type="search" id="${name}" name="${name}" value="${value}" placeholder="${hint}" maxlength="${LONGEST}" spellcheck="false" autocapitalize="none"></div>`;
}

function mostRuns({ account, query }: Visit): number {
  const most = account === undefined ? CAP_OF_VISITORS : CAP_OF_ACCOUNTS;
  const asked = numberIn(query.get('max_count') ?? '');
  return Number.isSafeInteger(asked) && asked > 0 ? Math.min(asked, CAP_OF_ACCOUNTS) : most;
}

type Search = Awaited<ReturnType<Visit['parts']['reader']['searchRuns']>>;
const NOTHING_FOUND: Search = { items: [], total: 0, isCut: false };

interface Asked {
  readonly user: string;
  readonly given: string;
  readonly faceted: AskedFacets;
}

async function search(visit: Visit, asked: Asked, cap: number): Promise<Search> {
  const { parts, request, query } = visit;
  const { user, given } = asked;
  const { facets } = asked.faceted;
  if (user === '' && given === '' && facets === undefined) return NOTHING_FOUND;
  const text = given === '' ? undefined : parseSearch(given);
  if (given !== '' && text === undefined) return NOTHING_FOUND;
  if (text !== undefined || facets !== undefined) visit.requireAdmission('search', request.address);
  const like = user === '' ? undefined : await namesLike(parts, 'accounts', user);
  const usernames = facets?.deleted ? ownersOfDeleted(visit, like?.names) : like?.names;
  if (usernames?.length === 0) return NOTHING_FOUND;
  // A page too far is looked for as the first: its total leads to the last.
  const skip = (pageNumber(query.get('page')) - 1) * FINISHED_PAGE;
  const found = await parts.reader.searchRuns({
    ...(usernames !== undefined && { usernames }),
    ...(text !== undefined && { text }),
    ...(facets !== undefined && { facets }),
    cap,
    skip,
    limit: FINISHED_PAGE,
  });
  return { ...found, items: found.items.map(readRun), isCut: found.isCut || like?.isCut === true };
}

/** Deleted tests are seen by those who may change them. */
function ownersOfDeleted(
  { isApprover, account }: Visit,
  like: readonly string[] | undefined,
): readonly string[] | undefined {
  if (isApprover) return like;
  const own = account === undefined ? [] : [account.username];
  return like === undefined ? own : own.filter((name) => like.includes(name));
}

interface Extent {
  readonly pages: ReturnType<typeof paging>;
  readonly cap: number;
  readonly isFaceted: boolean;
}

function results(visit: Visit, found: Search, { pages: { page, pages }, cap, isFaceted }: Extent): Html {
  const { items, total, isCut } = found;
  const bound = isFaceted && total < cap ? `the newest ${MOST_FACETED}` : `at most ${cap}`;
  const most = isCut ? ` (${bound} are looked at)` : '';
  if (total === 0) return html`<p class="empty" role="status">No finished test fits${most}.</p>`;
  return html`<p class="found note" role="status">Shown ${items.length} of ${total}${most}, page ${page} of ${pages}, newest first${
    visit.account === undefined && isCut && total >= cap
      ? html`. <a href="/login?next=${encodeURIComponent(`${PATH}?${visit.request.query}`)}">Sign in</a> to see up to ${CAP_OF_ACCOUNTS}`
      : NOTHING
  }.</p>
${runTable(visit, { title: 'Tests found', heads: items })}`;
}
