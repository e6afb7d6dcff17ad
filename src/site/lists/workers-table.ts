/** The table of workers: on the home page, and by itself (docs/spec/web-ui.md §4.3). */
import { type Html, html, NOTHING } from '../html.js';
import { stampTag } from '../live/stamp.js';
import { setUiCookie, uiCookie } from '../ui-cookies.js';
import type { Visit } from '../visit.js';
import { activeWorkers, WORKER_SORTS, type WorkerQuery, type WorkerSort } from './active-workers.js';
import { agoTag } from './ago.js';
import { visibleText } from './info-text.js';
import { addressOf, pageLinks, pageNumber, paging, type SortHead, sortHead, sorting } from './paging.js';
import { farmTotals, unfinishedRuns, workersStamp } from './unfinished-runs.js';
import {
  compilerText,
  mnps,
  runningOn,
  shortName,
  uuidOf,
  versionText,
  type WorkerRow,
  workerVersion,
} from './worker-texts.js';

export const MACHINES_PATH = '/tests/machines';
const PAGE_SIZE = 500;
const POLL_S = 60;
/** Workers come and go all the time: an open table asks for itself at most so often, in seconds. */
const GAP_S = 20;
const HEADS: readonly SortHead<WorkerSort>[] = [
  { key: 'machine', title: 'Machine' },
  { key: 'cores', title: 'Cores', isNumber: true },
  { key: 'uuid', title: 'UUID' },
  { key: 'mnps', title: 'MNps', isNumber: true },
  { key: 'ram', title: 'RAM', isNumber: true },
  { key: 'system', title: 'System' },
  { key: 'arch', title: 'Arch' },
  { key: 'compiler', title: 'Compiler' },
  { key: 'python', title: 'Python' },
  { key: 'worker', title: 'Worker' },
  { key: 'running_on', title: 'Running on' },
  { key: 'last_active', title: 'Last active' },
];

export interface MachinesPart {
  readonly body: Html;
  readonly total: number;
}

/** State comes from the address, else from the cookies of the last time, and is remembered. */
export async function machinesPart(visit: Visit): Promise<MachinesPart> {
  const { account } = visit;
  // A box that is ticked comes after the hidden field that stands for one that is not.
  const state = (name: string) => visit.query.getAll(name).at(-1) ?? uiCookie(visit, `machines_${name}`);
  const now = sorting<WorkerSort>(
    { sort: state('sort'), order: state('order') },
    WORKER_SORTS,
    'last_active',
  );
  const text = state('q').trim();
  const isOwn = account !== undefined && state('my_workers') === '1';
  const query: WorkerQuery = {
    ...now,
    text: text.toLowerCase(),
    owner: isOwn ? account.username : undefined,
  };
  const list = await activeWorkers(visit.parts, query);
  const pages = paging(pageNumber(state('page')), list.count, PAGE_SIZE);
  const isFiltered = text !== '' || isOwn;
  const total = isFiltered ? farmTotals(await unfinishedRuns(visit.parts)).workers : list.count;
  const remembered = { ...now, q: text, my_workers: isOwn ? 1 : 0, page: pages.page };
  if (visit.route.page === 'machines') {
    for (const [name, value] of Object.entries(remembered))
      setUiCookie(visit, `machines_${name}`, String(value));
  }
  const address = (change: Partial<typeof remembered>) =>
    addressOf(MACHINES_PATH, { ...remembered, ...change });
  const count = isFiltered ? `${list.count} (${total})` : String(total);
  const stamp = stampTag('workers', workersStamp(await unfinishedRuns(visit.parts)));
  const body = html`<div id="machines-table" data-live="workers" data-poll="${POLL_S}" data-gap="${GAP_S}" hx-get="${address({})}" hx-trigger="poll" hx-swap="outerMorph">${stamp}
<form method="get" action="${MACHINES_PATH}" hx-get="${MACHINES_PATH}" hx-trigger="input delay:350ms, change, submit" hx-target="#machines-table" hx-swap="outerMorph" role="search" class="row head">
<input type="hidden" name="sort" value="${now.sort}"><input type="hidden" name="order" value="${now.order}"><input type="hidden" name="page" value="1">
<input type="search" name="q" id="machines-q" value="${text}" placeholder="Search workers" aria-label="Search workers" autocomplete="off">
${
  account === undefined
    ? NOTHING
    : html`<input type="hidden" name="my_workers" value="0"><label class="check"><input type="checkbox" name="my_workers" value="1" id="machines-own"${isOwn ? html` checked` : NOTHING}> My workers</label>`
}
<button type="submit" class="plain-only">Search</button><span class="note" role="status">${count} workers${list.isCut ? ': the search took too long, there may be more' : NOTHING}</span>
</form>
${list.count === 0 ? html`<p class="empty">${isFiltered ? 'No worker fits.' : 'No worker is active.'}</p>` : table(visit, list.page(pages.skip, pages.skip + PAGE_SIZE), now, address)}
${pageLinks(pages, (page) => address({ page }))}
</div>`;
  return { body, total };
}

function table(
  visit: Visit,
  rows: readonly WorkerRow[],
  now: Parameters<typeof sortHead<WorkerSort>>[1],
  address: (change: { sort: WorkerSort; order: 'asc' | 'desc'; page: number }) => string,
): Html {
  const attributes = (url: string) => html` hx-get="${url}" hx-target="#machines-table" hx-swap="outerMorph"`;
  return html`<div class="scroll"><table class="sortable"><caption class="hidden">Workers</caption>
<thead><tr>${HEADS.map((head) => sortHead(head, now, WORKER_SORTS, (to) => address({ ...to, page: 1 }), attributes))}</tr></thead>
<tbody>${rows.map((row) => workerRow(visit, row))}</tbody></table></div>`;
}

/** Names the cell that says when a worker was last heard of. */
export function seenId({ runId, taskId }: Pick<WorkerRow, 'runId' | 'taskId'>): string {
  return `seen-${runId}-${taskId}`;
}

function workerRow({ isApprover, now }: Visit, row: WorkerRow): Html {
  const { info, runId, taskId } = row;
  const name = info.username ?? '';
  const country = /^[A-Z]{2}$/.test(info.country_code ?? '') ? info.country_code! : undefined;
  return html`<tr>
<td class="nowrap">${isApprover ? html`<a href="/user/${encodeURIComponent(name)}">${name}</a>` : name}${country === undefined ? NOTHING : html` <span class="country" title="Country">${country}</span>`}</td>
<td class="n">${info.concurrency ?? ''}</td>
<td class="code"><a href="/workers/${encodeURIComponent(shortName(row))}">${uuidOf(row)}</a></td>
<td class="n">${mnps(row.nps)}</td>
<td class="n">${info.max_memory ?? ''}</td>
<td>${visibleText(info.uname ?? '')}</td>
<td>${info.worker_arch ?? 'unknown'}</td>
<td class="nowrap">${compilerText(info)}</td>
<td>${versionText(info.python_version)}</td>
<td>${workerVersion(info)}</td>
<td class="nowrap"><a href="/tests/view/${runId}?show_task=${taskId}">${visibleText(runningOn(row))}</a></td>
<td class="nowrap" id="${seenId(row)}">${agoTag(row.lastUpdated, now)}</td>
</tr>`;
}
