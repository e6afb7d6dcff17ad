/** The panels of runs: of everybody on the home page, of one owner on another (docs/spec/web-ui.md §4.1, §4.5). */
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { remembered } from '../remembered.js';
import type { Visit } from '../visit.js';
import { type ActiveFilter, filterForm, passesFilter } from './active-filter.js';
import { type FinishedPage, finishedTable, finishedTabs } from './finished-list.js';
import { countText, isPanelOpen, type PanelPlace, panelCard } from './panels.js';
import { runState, runTable } from './run-rows.js';
import { byProgress, byUrgency } from './unfinished-runs.js';

export const RUN_PANELS = ['pending', 'paused', 'failed', 'active', 'finished'] as const;
export type RunPanel = (typeof RUN_PANELS)[number];

export interface PanelRuns {
  readonly unfinished: readonly RunHead[];
  readonly finished: FinishedPage;
  /** Absent: all active ones are shown. */
  readonly filter?: ActiveFilter;
  /** Where the finished list's own pages are. */
  readonly listPath: string;
}

type UnfinishedPanel = Exclude<RunPanel, 'failed' | 'finished'>;

/** Of the pending tests that an approver ticks. */
const APPROVE_FORM = 'approve-several';

const TITLES = {
  pending: ['Pending approval', 'No test waits for approval.'],
  paused: ['Paused', 'No approved test waits for workers.'],
  failed: ['Failed', 'None of the latest tests failed.'],
  active: ['Active', 'No test is being played.'],
} as const;

/** @param isOpen undefined: as the visitor left it */
export function runPanel(
  visit: Visit,
  place: PanelPlace,
  id: RunPanel,
  runs: PanelRuns,
  isOpen?: boolean,
): Html {
  const open = isOpen ?? isPanelOpen(visit, place, id, true);
  if (id === 'finished') return finishedPanel(visit, place, runs, open);
  const [title, empty] = TITLES[id];
  const all = headsOf(id, runs);
  const { filter } = runs;
  const heads = id === 'active' && filter !== undefined ? passing(all, filter) : all;
  const hasDelete = id !== 'active';
  const approveForm = id === 'pending' && visit.isApprover ? APPROVE_FORM : undefined;
  const table = () => runTable(visit, { title, heads, hasDelete, approveForm });
  const none = html`<p class="empty">${all.length === 0 ? empty : 'The filter leaves none.'}</p>`;
  const body = !open || heads.length > 0 ? (open ? table() : '') : none;
  let aside: Html | '' = id === 'active' && filter !== undefined ? filterForm(filter) : NOTHING;
  if (approveForm !== undefined && heads.length > 0) aside = approveSeveralForm(visit, approveForm);
  return panelCard(place, {
    id,
    title,
    count: countText(heads.length, all.length, 'test'),
    isOpen: open,
    aside,
    body,
  });
}

/** The list itself when all of it passes: what is made of it is kept with it. */
function passing(all: readonly RunHead[], filter: ActiveFilter): readonly RunHead[] {
  const heads = all.filter((head) => passesFilter(filter, head));
  return heads.length === all.length ? all : heads;
}

function approveSeveralForm({ session }: Visit, id: string): Html {
  return html`<form method="post" action="/tests/approve" id="${id}" data-confirm="Approve the tests that are ticked?">${tokenField(session.requireToken())}<input type="hidden" name="several" value="1"><button type="submit" class="quiet small">Approve what is ticked</button></form>`;
}

function headsOf(id: Exclude<RunPanel, 'finished'>, { unfinished, finished }: PanelRuns): readonly RunHead[] {
  if (id === 'failed') return finished.heads.filter((head) => head.failed);
  return sortedByState(unfinished)[id];
}

const sortedByState = remembered(
  (unfinished: readonly RunHead[]): Record<UnfinishedPanel, readonly RunHead[]> => {
    const of = (id: UnfinishedPanel) => unfinished.filter((head) => runState(head) === id);
    return {
      pending: of('pending').sort(byUrgency),
      paused: of('paused').sort(byUrgency),
      active: of('active').sort(byProgress),
    };
  },
);

function finishedPanel(
  visit: Visit,
  place: PanelPlace,
  { finished, listPath }: PanelRuns,
  isOpen: boolean,
): Html {
  return panelCard(place, {
    id: 'finished',
    title: 'Finished',
    count: countText(finished.total, finished.total, 'test'),
    isOpen,
    aside: isOpen ? finishedTabs(listPath, finished.flag) : '',
    body: isOpen ? finishedTable(visit, listPath, finished) : '',
  });
}
