/** The table of a test's tasks (docs/spec/web-ui.md §4.7): it opens on demand, sorts, searches, and shows one page. */
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { visibleText } from '../lists/info-text.js';
import {
  addressOf,
  pageLinks,
  pageNumber,
  paging,
  type Sorting,
  type SortOrder,
  sortHead,
  sorting,
} from '../lists/paging.js';
import { stampTag } from '../live/stamp.js';
import { longDate, timeTag } from '../run-parts.js';
import type { Visit } from '../visit.js';
import { countTasks, type TaskFacts } from './run-tasks.js';
import { orderedTasks, type TaskRow } from './task-rows.js';

const PAGE_SIZE = 25;
/** How often an open table asks for itself where it gets no news; and at most, when tasks came, in seconds. */
const POLL_S = 60;
const GAP_S = 10;
const LONGEST_SEARCH = 100;
const FIRST: Readonly<Record<SortKey, SortOrder>> = {
  idx: 'desc',
  worker: 'asc',
  info: 'asc',
  last_updated: 'desc',
  played: 'desc',
  wins: 'desc',
  losses: 'desc',
  draws: 'desc',
  pentanomial: 'desc',
  crashes: 'desc',
  time: 'desc',
  residual: 'desc',
};
type SortKey =
  | 'idx'
  | 'worker'
  | 'info'
  | 'last_updated'
  | 'played'
  | 'wins'
  | 'losses'
  | 'draws'
  | 'pentanomial'
  | 'crashes'
  | 'time'
  | 'residual';
const VALUES: Readonly<Record<SortKey, (row: TaskRow) => number | string>> = {
  idx: ({ idx }) => idx,
  worker: ({ worker }) => worker.toLowerCase(),
  info: ({ info }) => info.toLowerCase(),
  last_updated: ({ lastUpdated }) => lastUpdated,
  played: ({ played }) => played,
  wins: ({ wins }) => wins,
  losses: ({ losses }) => losses,
  draws: ({ draws }) => draws,
  pentanomial: ({ pentanomial: p }) =>
    p === undefined ? 0 : (p[1]! + 2 * p[2]! + 3 * p[3]! + 4 * p[4]!) / (sum(p) || 1),
  crashes: ({ crashes }) => crashes,
  time: ({ time }) => time,
  residual: ({ residual }) => residual.residual,
};

interface Shown {
  readonly sorting: Sorting<SortKey>;
  readonly search: string;
  /** Index of the task that is marked, −1: none. */
  readonly marked: number;
}

/** On the test's page: the table where one of its tasks is asked for, else a link that opens it. */
export async function tasksCard(visit: Visit, head: RunHead, facts: TaskFacts): Promise<Html> {
  if (visit.query.has('show_task')) return await taskTable(visit, head, facts);
  return html`<section class="card" id="tasks" aria-labelledby="tasks-title">
<div class="head"><h2 id="tasks-title">Tasks</h2><span class="note" id="tasks-note">${tasksNote(head)}</span>
<span id="tasks-open">${openTasks(head, countTasks(visit.parts, head._id) ?? facts.tasks)}</span></div>
</section>`;
}

/** What opens the table, the same for everybody. */
export function openTasks({ _id }: RunHead, count: number): Html {
  const address = `/tests/tasks/${_id}`;
  if (count === 0) return html`<span class="note">none yet</span>`;
  return html`<a class="button plain" href="${address}"${swap(address)}>Show ${count} ${count === 1 ? 'task' : 'tasks'}</a>`;
}

export async function taskTable(visit: Visit, head: RunHead, facts: TaskFacts): Promise<Html> {
  const { query, parts } = visit;
  const shown = readShown(query);
  const { sort, order } = shown.sorting;
  const found = await orderedTasks(parts, head, facts.chi2, {
    value: VALUES[sort],
    sort,
    isAscending: order === 'asc',
    needle: shown.search.toLowerCase(),
  });
  const place = shown.marked < 0 ? -1 : found.placeOf(shown.marked);
  const asked =
    place >= 0 && !query.has('page') ? Math.floor(place / PAGE_SIZE) + 1 : pageNumber(query.get('page'));
  const pages = paging(asked, found.count, PAGE_SIZE);
  const rows = await found.rows(pages.skip, pages.skip + PAGE_SIZE);
  const path = `/tests/tasks/${head._id}`;
  const marked = shown.marked < 0 ? undefined : shown.marked;
  const address = (to: Sorting<SortKey>, page?: number) =>
    addressOf(path, { ...to, q: shown.search, page, show_task: marked });
  const now = address(shown.sorting, pages.page);
  const live = head.finished
    ? NOTHING
    : html` data-live="tasks:${head._id}" data-poll="${POLL_S}" data-gap="${GAP_S}" hx-get="${now}" hx-trigger="poll" hx-swap="outerMorph"`;
  return html`<section class="card" id="tasks" aria-labelledby="tasks-title"${live}>${stampTag(`tasks:${head._id}`, tasksStamp(countTasks(parts, head._id) ?? facts.tasks, head))}
<div class="head"><h2 id="tasks-title">Tasks</h2><span class="note" id="tasks-note">${tasksNote(head)}</span>
<form method="get" action="${path}" role="search" class="row"${swap(path)}><input type="hidden" name="sort" value="${shown.sorting.sort}"><input type="hidden" name="order" value="${shown.sorting.order}"><input type="search" name="q" value="${shown.search}" maxlength="${LONGEST_SEARCH}" placeholder="Worker or machine" aria-label="Worker or machine"></form></div>
${found.count === 0 ? html`<p class="empty">${found.total === 0 ? 'No tasks yet.' : 'No task fits.'}</p>` : table(visit, head, rows, shown, (to) => address(to))}
${pageLinks(pages, (page) => address(shown.sorting, page))}
</section>`;
}

function readShown(query: URLSearchParams): Shown {
  const task = query.get('show_task') ?? '';
  return {
    sorting: sorting({ sort: query.get('sort'), order: query.get('order') }, FIRST, 'idx'),
    search: (query.get('q') ?? '').trim().slice(0, LONGEST_SEARCH),
    marked: /^\d{1,9}$/.test(task) ? Number(task) : -1,
  };
}

function table(
  visit: Visit,
  head: RunHead,
  rows: readonly TaskRow[],
  shown: Shown,
  address: (to: Sorting<SortKey>) => string,
): Html {
  const hasPairs = head.results.pentanomial !== undefined;
  const isTune = head.args.spsa !== undefined;
  const column = (key: SortKey, title: string, isNumber = true) =>
    sortHead({ key, title, isNumber }, shown.sorting, FIRST, address, swap);
  const outcome = hasPairs
    ? column('pentanomial', 'Pentanomial')
    : html`${column('wins', 'Wins')}${column('losses', 'Losses')}${column('draws', 'Draws')}`;
  return html`<div class="scroll" tabindex="0" role="group" aria-labelledby="tasks-title"><table class="tasks">
<caption class="hidden">Tasks</caption>
<thead><tr>${column('idx', 'Idx')}${column('worker', 'Worker', false)}${column('info', 'Info', false)}${column('last_updated', 'Last updated', false)}${column('played', 'Played')}${outcome}${column('crashes', 'Crashes')}${column('time', 'Time')}${isTune ? NOTHING : column('residual', 'Residual')}</tr></thead>
<tbody>${rows.map((row) => taskRow(visit, head, row, row.idx === shown.marked))}</tbody>
</table></div>`;
}

function taskRow({ account }: Visit, head: RunHead, row: TaskRow, isMarked: boolean): Html {
  const number =
    account === undefined
      ? html`${row.idx}`
      : html`<a href="/api/pgn/${head._id}-${row.idx}.pgn" download>${row.idx}<span class="hidden">: games</span></a>`;
  return html`<tr id="task-${row.idx}"${isMarked ? html` class="marked" aria-current="true"` : NOTHING}>${taskCells(head, row, number)}</tr>`;
}

/** @param number what is the viewer's own; absent: news of the row leave that cell as it is */
export function taskCells(head: RunHead, row: TaskRow, number: Html | '' = NOTHING): Html {
  const hasPairs = head.results.pentanomial !== undefined;
  const isTune = head.args.spsa !== undefined;
  const worker = row.isPurged
    ? html`<del>${row.worker}</del> <span class="pill bad">purged</span>`
    : html`${row.worker}${row.active ? html` <span class="pill good">active</span>` : NOTHING}`;
  const outcome = hasPairs
    ? html`<td class="n">${row.pentanomial === undefined ? '-' : `[${row.pentanomial.join(', ')}]`}</td>`
    : html`<td class="n">${row.wins}</td><td class="n">${row.losses}</td><td class="n">${row.draws}</td>`;
  return html`
<td class="n" hx-morph-skip>${number}</td><td class="nowrap">${worker}</td><td class="facts-of-worker">${visibleText(row.info)}</td>
<td class="nowrap">${timeTag(row.lastUpdated, longDate(row.lastUpdated).slice(2))}</td>
<td class="n">${row.played} / ${row.wanted}</td>${outcome}<td class="n">${row.crashes}</td><td class="n">${row.time}</td>
${isTune ? NOTHING : residual(row)}`;
}

function residual({ residual: { residual: value, residual_color: color } }: TaskRow): Html {
  if (!Number.isFinite(value)) return html`<td class="n">-</td>`;
  return html`<td class="n"><span class="residual ${color}">${value.toFixed(3)}<span class="hidden"> (${color})</span></span></td>`;
}

/** How many play it now, the same for everybody. */
export function tasksNote({ workers, cores }: RunHead): string {
  return workers === 0 ? '' : `${workers} active ${workers === 1 ? 'worker' : 'workers'} with ${cores} cores`;
}

/** Tasks that come, and workers that leave theirs. @param count of all tasks */
export function tasksStamp(count: number, { workers }: RunHead): string {
  return `${count} ${workers}`;
}

function swap(url: string): Html {
  return html` hx-get="${url}" hx-target="#tasks" hx-swap="outerHTML"`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
