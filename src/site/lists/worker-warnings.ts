/** What workers reported of the owner's unfinished tests within a day, equal reports together (docs/spec/web-ui.md §4.5). */
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

export async function workerWarnings(visit: Visit, runs: readonly RunHead[]): Promise<Html | ''> {
  if (runs.length === 0) return NOTHING;
  const reports = await visit.parts.reader.actions({
    kinds: ['worker_log', 'crash_or_time', 'failed_task'],
    runIds: runs.slice(0, MOST_RUNS).map(({ _id }) => _id),
    since: visit.now / 1_000 - DAY_S,
    limit: MOST_REPORTS,
  });
  if (reports.length === 0) return NOTHING;
  const groups = new Map<string, { newest: ActionDocument; count: number }>();
  for (const report of reports) {
    const key = `${report.run_id} ${report.action} ${report.message}`;
    const group = groups.get(key);
    groups.set(key, { newest: group?.newest ?? report, count: (group?.count ?? 0) + 1 });
  }
  return html`<section class="card warnings" aria-labelledby="warnings-title"><div class="head"><h2 id="warnings-title">Reports of workers</h2><span class="note">of the last day</span></div>
<ul>${[...groups.values()].slice(0, MOST_SHOWN).map(
    ({
      newest,
      count,
    }) => html`<li><a href="/tests/view/${newest.run_id ?? ''}">${newest.run ?? ''}</a> <span class="pill amber">${newest.action.replaceAll('_', ' ')}${count > 1 ? ` × ${count}` : ''}</span>
<span>${visibleText((newest.message ?? '').slice(0, LONGEST))}</span> <span class="note">${agoTag(newest.time * 1_000, visit.now)}</span> <a href="/actions?run_id=${newest.run_id ?? ''}&amp;action=${newest.action}">events</a></li>`,
  )}</ul></section>`;
}
