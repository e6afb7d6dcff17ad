/** What workers reported of unfinished tests within a day, equal reports together (docs/spec/web-ui.md §4.5, §4.6.3). */
import type { ActionDocument } from '../../model/documents.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import type { Visit } from '../visit.js';
import { agoTag } from './ago.js';
import { visibleText } from './info-text.js';

const DAY_S = 86_400;
const MOST_RUNS = 50;
const MOST_REPORTS = 500;
const MOST_SHOWN = 10;
const LONGEST = 200;

/** Newest first, of all these tests together; no more than a page can use. */
export async function readReports(
  { parts, now }: Pick<Visit, 'parts' | 'now'>,
  runs: readonly Pick<RunHead, '_id'>[],
): Promise<readonly ActionDocument[]> {
  if (runs.length === 0) return [];
  return await parts.reader.actions({
    kinds: ['worker_log', 'crash_or_time', 'failed_task'],
    runIds: runs.slice(0, MOST_RUNS).map(({ _id }) => _id),
    since: now / 1_000 - DAY_S,
    limit: MOST_REPORTS,
  });
}

export async function workerWarnings(visit: Visit, runs: readonly RunHead[]): Promise<Html | ''> {
  return reportsCard(await readReports(visit, runs), visit.now);
}

/** How many reports, for a badge. */
export function countReports(reports: readonly ActionDocument[]): string {
  if (reports.length >= MOST_REPORTS) return `${MOST_REPORTS} or more reports of workers`;
  return `${reports.length} ${reports.length === 1 ? 'report' : 'reports'} of workers`;
}

interface CardOptions {
  /** False on the page of the test that all of them are about. */
  readonly namesTest?: boolean;
}

export function reportsCard(
  reports: readonly ActionDocument[],
  now: number,
  { namesTest = true }: CardOptions = {},
): Html | '' {
  if (reports.length === 0) return NOTHING;
  const groups = new Map<string, { newest: ActionDocument; count: number }>();
  for (const report of reports) {
    const key = `${report.run_id} ${report.action} ${report.message}`;
    const group = groups.get(key);
    groups.set(key, { newest: group?.newest ?? report, count: (group?.count ?? 0) + 1 });
  }
  const others = groups.size - MOST_SHOWN;
  return html`<section class="card warnings" id="reports" aria-labelledby="reports-title"><div class="head"><h2 id="reports-title">Reports of workers</h2><span class="note">of the last day</span></div>
<ul>${[...groups.values()].slice(0, MOST_SHOWN).map(
    ({
      newest,
      count,
    }) => html`<li>${namesTest ? html`<a href="/tests/view/${newest.run_id ?? ''}">${newest.run ?? ''}</a> ` : NOTHING}<span class="pill amber">${newest.action.replaceAll('_', ' ')}${count > 1 ? ` × ${count}` : ''}</span>
<span>${visibleText((newest.message ?? '').slice(0, LONGEST))}</span> <span class="note">${agoTag(newest.time * 1_000, now)}</span> <a href="/actions?run_id=${newest.run_id ?? ''}&amp;action=${newest.action}">events</a></li>`,
  )}${others > 0 ? html`<li class="note">${others} more that say something else</li>` : NOTHING}</ul></section>`;
}
