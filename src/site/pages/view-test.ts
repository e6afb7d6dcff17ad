/** One test (docs/spec/web-ui.md §4.6): what it is, how it does, and what may be done with it. */
import type { ActionDocument } from '../../model/documents.js';
import { displayState } from '../../runtime/run-views.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { compareUrl } from '../lists/compare-url.js';
import { followButton } from '../lists/follow-button.js';
import { countReports, readReports, reportsCard } from '../lists/worker-warnings.js';
import { runStamp } from '../live/run-topic.js';
import { stampTag } from '../live/stamp.js';
import { tuneCard } from '../statistics/tune-card.js';
import { type AncestryWarning, ancestryWarnings } from '../test-page/ancestry.js';
import { approverCard } from '../test-page/approver-card.js';
import { controls } from '../test-page/controls.js';
import { shareCard } from '../test-page/core-share.js';
import { findRun, runIdOf } from '../test-page/find-run.js';
import { historyCard, readHistory } from '../test-page/history.js';
import { mayDo } from '../test-page/may-do.js';
import type { ModifyProblems } from '../test-page/modify-form.js';
import { resultCard, resultLines, statePill } from '../test-page/result-card.js';
import { detailsTable } from '../test-page/run-details.js';
import { type TaskFacts, taskFacts } from '../test-page/run-tasks.js';
import { runTitle } from '../test-page/run-title.js';
import { tasksCard } from '../test-page/task-table.js';
import { diffCard } from '../test-page/test-diff.js';
import { runNotes, runWarnings } from '../test-page/test-warnings.js';
import type { Outcome, PageOutcome, Visit } from '../visit.js';

/** How often an open page asks for news that it does not get otherwise, in seconds. */
const POLL_S = 15;

export async function test(visit: Visit): Promise<Outcome> {
  const head = await findRun(visit, runIdOf(visit.params['id']!));
  return head === undefined ? noSuchTest() : await testPage(visit, head);
}

/**
 * What changes of the page, for its script. A caller that says which state it shows, or nothing, is not given what waits and
 * has not changed; a finished test asks no more.
 */
export async function testDetail(visit: Visit): Promise<Outcome> {
  const head = await findRun(visit, runIdOf(visit.params['id']!));
  if (head === undefined) return noSuchTest();
  const state = displayState(head);
  const waits = state === 'pending' || state === 'paused';
  if (waits && (visit.query.get('expected') ?? state) === state) {
    return { kind: 'fragment', status: 204, body: '' };
  }
  const facts = await taskFacts(visit.parts, head, visit.now, mayDo(visit, head).purge);
  return { kind: 'fragment', status: head.finished ? 286 : 200, body: await detail(visit, head, facts) };
}

export const NO_TEST = 'There is no such test.';

export function noSuchTest(): Outcome {
  return { kind: 'missing', text: NO_TEST };
}

/** @param problems with what was typed into its form */
export async function testPage(
  visit: Visit,
  head: RunHead,
  problems: ModifyProblems = {},
): Promise<PageOutcome> {
  const facts = await taskFacts(visit.parts, head, visit.now, mayDo(visit, head).purge);
  const url = `/tests/view/${head._id}/detail?expected=any`;
  const live = head.finished
    ? NOTHING
    : html` data-live="run:${head._id}" data-poll="${POLL_S}" hx-get="${url}" hx-trigger="poll" hx-swap="innerMorph"`;
  const body = html`<div id="test" class="parts"${live}>${await detail(visit, head, facts, problems)}</div>
${diffCard(head)}
${tuneCard(visit, head)}
${await tasksCard(visit, head, facts)}`;
  const scripts = head.args.spsa === undefined ? ['copy', 'diff'] : ['poll', 'copy', 'diff', 'tune-chart'];
  return { kind: 'page', title: runTitle(head), description: resultLines(head).join('\n'), body, scripts };
}

async function detail(
  visit: Visit,
  head: RunHead,
  facts: TaskFacts,
  problems: ModifyProblems = {},
): Promise<Html> {
  const { parts, now } = visit;
  const told = await runWarnings(parts.reader, head);
  const warnings = [...told.map((text) => ({ text })), ...(await ancestryWarnings(visit, head))];
  const history = await readHistory(visit, head);
  const difference = compareUrl(head.args);
  const may = mayDo(visit, head);
  const isAsked = may.approve === 'yes';
  // Nobody reports of what nobody has played.
  const reports = may.reports && facts.tasks > 0 ? await readReports(visit, [head]) : [];
  return html`${stampTag(`run:${head._id}`, runStamp(head))}<div class="page-head test-head"><h1>${runTitle(head)}</h1><span id="state-line">${statePill(head)}</span>${badge(reports)}${
    difference === undefined ? NOTHING : html`<a href="${difference}" rel="noopener noreferrer">diff</a>`
  }${followButton(head)}</div>
<div class="test-page">
<div class="side">
${resultCard(head, facts, now)}
${await shareCard(parts, head)}
${remarks(warnings, runNotes(head))}
${isAsked ? await approverCard(visit, head) : NOTHING}
${controls(visit, { head, facts, warnings, problems, history })}
</div>
<section class="card" id="details" aria-labelledby="details-title">
<div class="head"><h2 id="details-title">Details</h2></div>
${detailsTable(visit, head)}
</section>
</div>
${reportsCard(reports, now, { namesTest: false })}
${historyCard(history)}`;
}

function badge(reports: readonly ActionDocument[]): Html | '' {
  return reports.length === 0
    ? NOTHING
    : html`<a class="pill amber" href="#reports">${countReports(reports)}</a>`;
}

function remarks(warnings: readonly AncestryWarning[], notes: readonly string[]): Html | '' {
  if (warnings.length + notes.length === 0) return NOTHING;
  return html`<section class="card plain remarks" aria-labelledby="remarks-title"><h2 id="remarks-title" class="hidden">Warnings and notes</h2>
<ul>${warnings.map(warned)}${notes.map((text) => html`<li>${text}</li>`)}</ul></section>`;
}

function warned({ text, link }: AncestryWarning): Html {
  const more =
    link === undefined
      ? NOTHING
      : html` (<a href="${link}" rel="noopener noreferrer">what it has beside it</a>)`;
  return html`<li class="warned"><span class="hidden">Warning: </span>${text}${more}</li>`;
}
