/** Finished tests, newest `last_updated` first (the column Date is the start), in pages; four tabs (docs/spec/web-ui.md §4.4). */
import { readRun } from '../../rules/stored-run.js';
import type { RunHead } from '../../store/port.js';
import type { FinishedRunsFilter } from '../../store/queries.js';
import { type Html, html, NOTHING } from '../html.js';
import type { Visit } from '../visit.js';
import { addressOf, type Paging, pageLinks, pageNumber, paging } from './paging.js';
import { runTable } from './run-rows.js';

export const FINISHED_PAGE = 25;
/** Counting is quick where the store counts as it goes, and kept for where it does not. */
const COUNT_KEPT_MS = 5_000;

export const TABS = [
  { flag: undefined, title: 'All' },
  { flag: 'success_only', title: 'Green' },
  { flag: 'yellow_only', title: 'Yellow' },
  { flag: 'ltc_only', title: 'LTC' },
] as const;
export type Flag = 'success_only' | 'yellow_only' | 'ltc_only';

/** The first tab that is switched on; any value that is not empty does. */
export function askedFlag({ query }: Visit): Flag | undefined {
  return TABS.find(({ flag }) => flag !== undefined && (query.get(flag) ?? '') !== '')?.flag;
}

export function finishedFilter(flag: Flag | undefined, username?: string): FinishedRunsFilter {
  return {
    ...(username !== undefined && { username }),
    ...(flag === 'success_only' && { successOnly: true }),
    ...(flag === 'yellow_only' && { yellowOnly: true }),
    ...(flag === 'ltc_only' && { ltcOnly: true }),
  };
}

export interface FinishedPage {
  readonly heads: readonly RunHead[];
  readonly total: number;
  readonly paging: Paging;
  readonly asked: number;
  readonly flag: Flag | undefined;
}

/** @param username of one owner alone */
export async function finishedPage(visit: Visit, username?: string): Promise<FinishedPage> {
  const { parts, query } = visit;
  const flag = askedFlag(visit);
  const filter = finishedFilter(flag, username);
  const key = `finished ${flag ?? 'all'} ${username ?? ''}`;
  const total = await parts.kept.get(key, COUNT_KEPT_MS, () => parts.reader.countFinishedRuns(filter));
  const asked = pageNumber(query.get('page'));
  const pages = paging(asked, total, FINISHED_PAGE);
  const heads = await parts.reader.finishedRuns({ ...filter, skip: pages.skip, limit: FINISHED_PAGE });
  return { heads: heads.map(readRun), total, paging: pages, asked, flag };
}

/** @param path of the list */
export function finishedTabs(path: string, current: Flag | undefined): Html {
  return html`<nav class="tabs" aria-label="Which finished tests">${TABS.map(
    ({ flag, title }) =>
      html`<a href="${addressOf(path, flag === undefined ? {} : { [flag]: 1 })}"${flag === current ? html` aria-current="page"` : NOTHING}>${title}</a>`,
  )}</nav>`;
}

export function finishedTable(
  visit: Visit,
  path: string,
  { heads, paging: pages, flag }: FinishedPage,
): Html {
  const address = (page: number) => addressOf(path, { ...(flag !== undefined && { [flag]: 1 }), page });
  return html`${heads.length === 0 ? html`<p class="empty">None yet.</p>` : runTable(visit, { title: 'Finished', heads })}
${pageLinks(pages, address)}`;
}
