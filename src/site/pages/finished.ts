/** Finished tests: the list with its tabs, and the search (docs/spec/web-ui.md §4.4). */
import { savedSearches } from '../../operations/account/saved-search.js';
import { readRun } from '../../rules/stored-run.js';
import { type FoundRuns, MOST_FACETED } from '../../store/queries.js';
import { type Html, html, NOTHING } from '../html.js';
import {
  type AskedSearch,
  askedSearch,
  CAP_OF_ACCOUNTS,
  findRuns,
  LONGEST,
  mostRuns,
  searchParams,
} from '../lists/asked-search.js';
import { askedFacets, facetFields } from '../lists/facet-fields.js';
import {
  askedFlag,
  FINISHED_PAGE,
  finishedFilter,
  finishedPage,
  finishedTable,
  finishedTabs,
} from '../lists/finished-list.js';
import { addressOf, pageLinks, pageNumber, paging } from '../lists/paging.js';
import { runTable } from '../lists/run-rows.js';
import { addFinished, csvUrl, isCsvAsked, MOST_CSV_ROWS, RunsCsv } from '../lists/runs-csv.js';
import { type Outcome, redirect, type Visit } from '../visit.js';
import { searchesOfSearch } from './saved-searches.js';

const PATH = '/tests/finished';

export async function finished(visit: Visit): Promise<Outcome> {
  const { query } = visit;
  const canonical = canonicalAddress(visit);
  if (canonical !== undefined) return redirect(canonical);
  const isSearch = query.get('mode') === 'search';
  if (isCsvAsked(visit)) return await (isSearch ? searchFile(visit) : listFile(visit));
  return isSearch ? await searchPage(visit) : await finishedList(visit, PATH);
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
      format: given('format'),
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
<div class="head">${finishedTabs(path, page.flag)}<span class="aside"><a href="${csvUrl(PATH, { ...(page.flag !== undefined && { [page.flag]: 1 }) })}">CSV</a> <a href="${PATH}?mode=search">Search</a></span></div>
${finishedTable(visit, path, page)}
</section>`;
  return { kind: 'page', title: 'Finished tests', description: `${page.total} finished tests`, body };
}

async function listFile(visit: Visit): Promise<Outcome> {
  visit.requireAdmission('search', visit.request.address);
  const csv = new RunsCsv();
  return csv.file(await addFinished(visit, csv, finishedFilter(askedFlag(visit))));
}

async function searchFile(visit: Visit): Promise<Outcome> {
  visit.requireAdmission('search', visit.request.address);
  const csv = new RunsCsv();
  const page = { cap: Math.min(mostRuns(visit), MOST_CSV_ROWS), skip: 0, limit: MOST_CSV_ROWS };
  const { isCut } = await findRuns(visit, askedSearch(visit), { ...page, take: (head) => csv.add(head) });
  return csv.file(isCut);
}

async function searchPage(visit: Visit): Promise<Outcome> {
  const { query, account } = visit;
  const search = askedSearch(visit);
  const { user, text, faceted, isAsked } = search;
  const cap = mostRuns(visit);
  const asked = pageNumber(query.get('page'));
  // A page too far is looked for as the first: its total leads to the last.
  const skip = (asked - 1) * FINISHED_PAGE;
  const found = await findRuns(visit, search, { cap, skip, limit: FINISHED_PAGE });
  const { counts } = found;
  const pages = paging(asked, found.total, FINISHED_PAGE);
  const params = { ...searchParams(search), max_count: query.get('max_count') ?? '' };
  const address = (page: number) => addressOf(PATH, { ...params, page });
  if (pages.page !== asked) return redirect(address(pages.page));
  const body = html`<div class="page-head"><h1>Search finished tests</h1></div>
<section class="card" aria-label="Search">
<form method="get" action="${PATH}" role="search" class="head search-form">
<input type="hidden" name="mode" value="search">
${field('user', 'User', user, 'part of a name')}${field('text', 'Words of the description', text, 'word "a phrase" -without')}
<button type="submit" class="primary">Search</button><a href="${PATH}">All finished tests</a>
${facetFields(visit, faceted, counts === undefined ? undefined : { counts, isCut: found.isCut })}
</form>
${account === undefined ? NOTHING : searchesOfSearch(visit, await savedSearches(visit.parts, account.username), search)}
${isAsked ? results(visit, found, { pages, cap, search }) : html`<p class="empty">Give a name, or words: several words find tests with any of them, “a phrase” must be there, -word may not.</p>`}
${pageLinks(pages, address)}
</section>`;
  return { kind: 'page', title: 'Search finished tests', body };
}

function field(name: string, label: string, value: string, hint: string): Html {
  return html`<div class="field"><label for="${name}">${label}</label><input type="search" id="${name}" name="${name}" value="${value}" placeholder="${hint}" maxlength="${LONGEST}" spellcheck="false" autocapitalize="none"></div>`;
}

interface Extent {
  readonly pages: ReturnType<typeof paging>;
  readonly cap: number;
  readonly search: AskedSearch;
}

function results(visit: Visit, found: FoundRuns, { pages: { page, pages }, cap, search }: Extent): Html {
  const { items, total, isCut } = found;
  const isFaceted = search.faceted.facets !== undefined;
  const bound = isFaceted && total < cap ? `the newest ${MOST_FACETED}` : `at most ${cap}`;
  const most = isCut ? ` (${bound} are looked at)` : '';
  if (total === 0) return html`<p class="empty" role="status">No finished test fits${most}.</p>`;
  return html`<p class="found note" role="status">Shown ${items.length} of ${total}${most}, page ${page} of ${pages}, newest first${
    visit.account === undefined && isCut && total >= cap
      ? html`. <a href="/login?next=${encodeURIComponent(`${PATH}?${visit.request.query}`)}">Sign in</a> to see up to ${CAP_OF_ACCOUNTS}`
      : NOTHING
  }. <a href="${csvUrl(PATH, searchParams(search))}">CSV</a></p>
${runTable(visit, { title: 'Tests found', heads: items.map(readRun) })}`;
}
