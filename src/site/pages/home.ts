/** The list of tests: who works, what waits, what is played, what has ended (docs/spec/web-ui.md §4.1). */
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { activeFilter } from '../lists/active-filter.js';
import { finishedPage } from '../lists/finished-list.js';
import { addressOf, pageNumber } from '../lists/paging.js';
import { askedPanel, isPanelOpen, type PanelPlace, panelCard, turnedPanel } from '../lists/panels.js';
import { type PanelRuns, RUN_PANELS, type RunPanel, runPanel } from '../lists/run-panels.js';
import { csvUrl, isCsvAsked, MOST_CSV_ROWS, RunsCsv } from '../lists/runs-csv.js';
import { type FarmTotals, farmTotals, unfinishedRuns } from '../lists/unfinished-runs.js';
import { machinesPart } from '../lists/workers-table.js';
import { homeStamp, totalsPart } from '../live/home-topic.js';
import { stampTag } from '../live/stamp.js';
import { type Outcome, redirect, type Visit } from '../visit.js';
import { finishedList } from './finished.js';

const PLACE: PanelPlace = { path: '/tests', prefix: '' };
const MACHINES = 'machines';
/** How often an open page asks for news, in seconds. */
const POLL_S = 20;

export async function home(visit: Visit): Promise<Outcome> {
  const { query, wantsFragment } = visit;
  if (query.get('live') === 'run_tables' && !wantsFragment) {
    return redirect(addressOf('/tests', { ...Object.fromEntries(query), live: undefined }));
  }
  if (pageNumber(query.get('page')) > 1) return await finishedList(visit, '/tests');
  const asked = askedPanel(visit, PLACE, [...RUN_PANELS, MACHINES]);
  const filter = activeFilter(visit);
  // Without a script a filter comes with the address of the whole page.
  if (query.has('filter') && !wantsFragment) return redirect(PLACE.path);
  const unfinished = await unfinishedRuns(visit.parts);
  if (isCsvAsked(visit)) return unfinishedFile(unfinished);
  const totals = farmTotals(unfinished);
  if (asked?.id === MACHINES) {
    const body = await machinesPanel(visit, totals, asked.isOpen);
    return turnedPanel(visit, PLACE, () => body);
  }
  const runs = { unfinished, finished: await finishedPage(visit), filter, listPath: '/tests/finished' };
  if (asked !== undefined) {
    return turnedPanel(visit, PLACE, () => runPanel(visit, PLACE, asked.id as RunPanel, runs, asked.isOpen));
  }
  const isLive = query.get('live') === 'run_tables';
  // The table of workers has news of its own: a script leaves it in place.
  const machines = isLive
    ? html`<section id="${MACHINES}" hx-morph-skip></section>`
    : await machinesPanel(visit, totals, isPanelOpen(visit, PLACE, MACHINES, false));
  const stamp = stampTag('home', homeStamp(unfinished));
  const tables = html`${stamp}${runTables(visit, runs, totals, machines)}`;
  if (isLive) return { kind: 'fragment', status: unfinished.length === 0 ? 286 : 200, body: tables };
  const body = html`<h1 class="hidden">Tests</h1>
<div id="run-tables" class="stack" data-live="home" data-poll="${POLL_S}" hx-get="/tests?live=run_tables" hx-trigger="poll" hx-swap="innerMorph">${tables}</div>
<p class="note files"><a href="${csvUrl(PLACE.path, {})}">Unfinished tests as CSV</a></p>`;
  const active = unfinished.filter((head) => head.workers > 0).length;
  return {
    kind: 'page',
    title: 'Tests',
    description: `${active} active tests with ${totals.cores} cores`,
    body,
  };
}

/** What is played, paused or pending: all of it is in memory. */
function unfinishedFile(unfinished: readonly RunHead[]): Outcome {
  const csv = new RunsCsv();
  for (const head of unfinished) csv.add(head);
  return csv.file(unfinished.length > MOST_CSV_ROWS);
}

function runTables(visit: Visit, runs: PanelRuns, totals: FarmTotals, machines: Html): Html {
  return html`<dl class="totals" id="totals">${totalsPart(totals)}</dl>
${ownerTotals(visit, runs)}
${machines}
${RUN_PANELS.map((id) => runPanel(visit, PLACE, id, runs))}`;
}

/** For those who approve: whose tests have the cores. */
function ownerTotals({ isApprover }: Visit, { unfinished }: PanelRuns): Html | '' {
  if (!isApprover || unfinished.length === 0) return NOTHING;
  const owners = new Map<string, { cores: number; tests: number }>();
  for (const { args, cores } of unfinished) {
    const owner = owners.get(args.username) ?? { cores: 0, tests: 0 };
    owners.set(args.username, { cores: owner.cores + cores, tests: owner.tests + 1 });
  }
  const sorted = [...owners].sort(
    ([a, x], [b, y]) => y.cores - x.cores || y.tests - x.tests || (a < b ? -1 : 1),
  );
  return html`<p class="owners note">Cores and unfinished tests by owner: ${sorted.map(
    ([name, { cores, tests }], i) =>
      html`${i === 0 ? NOTHING : ' · '}<a href="/tests/user/${encodeURIComponent(name)}">${name}</a> ${cores}/${tests}`,
  )}</p>`;
}

async function machinesPanel(visit: Visit, { workers }: FarmTotals, isOpen: boolean): Promise<Html> {
  return panelCard(PLACE, {
    id: MACHINES,
    title: 'Workers',
    count: String(workers),
    isOpen,
    isApart: true,
    body: isOpen ? (await machinesPart(visit)).body : '',
  });
}
