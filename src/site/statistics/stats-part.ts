/** The part of the page of raw statistics that changes with each result. */
import { rawStatistics } from '../../rules/raw-statistics.js';
import { displayState } from '../../runtime/run-views.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { visibleText } from '../lists/info-text.js';
import { type StatGroup, type StatSection, statSections } from './stat-sections.js';

/** How often an open page asks for news, in seconds. */
const POLL_S = 15;

export function statsOf(head: RunHead) {
  const statistics = rawStatistics(head.results, head.args.sprt);
  return { statistics, sections: statSections(head.args, statistics) };
}

/** Elements by id, the same for everybody who looks: whoever sends news of a test can name them. */
export function statsParts(head: RunHead): readonly (readonly [id: string, body: Html])[] {
  return [['stats', html`${statsOf(head).sections.map(sectionCard)}`]];
}

/** Once the test has ended it asks for no more. */
export function statsPart(head: RunHead): Html {
  const path = `/tests/stats/${head._id}`;
  const polls = head.finished
    ? NOTHING
    : html` data-poll="${POLL_S}" hx-get="${path}" hx-trigger="poll" hx-swap="outerMorph"`;
  return html`${statsParts(head).map(([id, body]) => html`<div id="${id}" class="stats"${polls}>${body}</div>`)}`;
}

/** What a poll is answered with (docs/spec/web-ui.md §1.1): nothing new, or the last word. */
export function pollStatus(head: RunHead): 200 | 204 | 286 {
  const state = displayState(head);
  if (state === 'finished' || state === 'failed') return 286;
  return state === 'active' ? 200 : 204;
}

function sectionCard({ id, title, columns, groups }: StatSection): Html {
  return html`<section class="card stat-${id}" aria-labelledby="stat-${id}-title">
<div class="head"><h2 id="stat-${id}-title">${title}</h2></div>
<table class="stat-table${columns === undefined ? '' : ' columns'}"><caption class="hidden">${title}</caption>
${columns === undefined ? NOTHING : html`<thead><tr><td></td>${columns.map((name) => html`<th scope="col" class="n">${name}</th>`)}</tr></thead>`}
${groups.map((group) => groupBody(group))}
</table></section>`;
}

function groupBody({ title, rows }: StatGroup): Html {
  return html`<tbody>${title === '' ? NOTHING : html`<tr class="group"><th scope="rowgroup" colspan="2">${title}</th></tr>`}
${rows.map(
  ({ label, texts }) =>
    html`<tr><th scope="row">${label}</th>${texts.map((text) => html`<td class="n">${visibleText(text)}</td>`)}</tr>`,
)}</tbody>`;
}
