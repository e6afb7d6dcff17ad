/** How a test does (docs/spec/web-ui.md §4.6): its box, how far it is, its workers, and whether they agree. */

import { estimateNormalizedElo } from '../../rules/elo.js';
import { formatShown } from '../../rules/format-number.js';
import { resultBox } from '../../rules/result-box.js';
import { countsOf } from '../../rules/sprt.js';
import { hoursLeft } from '../../rules/time-left.js';
import { displayState, eloOf } from '../../runtime/run-views.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { agoTag } from '../lists/ago.js';
import { longDate, resultClass, timeTag } from '../run-parts.js';
import type { TaskFacts } from './run-tasks.js';

const STATES = { pending: 'amber', paused: 'amber', active: 'good', finished: '', failed: 'bad' } as const;

export function statePill(head: RunHead): Html {
  const state = displayState(head);
  return html`<span class="pill ${STATES[state]}" id="state">${state}</span>${head.deleted ? html` <span class="pill bad">deleted</span>` : NOTHING}`;
}

/** Lines of the box; a test of a fixed number of games has one more than lists show. */
export function resultLines(head: RunHead): string[] {
  const { info } = resultBox(head);
  const { args, results } = head;
  if (args.sprt !== undefined || args.spsa !== undefined || gamesOf(head) === 0) return [...info];
  const { nelo, nelo95 } = estimateNormalizedElo(countsOf(results));
  const pairs = results.pentanomial === undefined ? '' : ` PairsRatio: ${pairsRatio(results.pentanomial)}`;
  return [...info, `nElo: ${formatShown(nelo, 2)} ± ${formatShown(nelo95, 1)} (95%)${pairs}`];
}

export function resultCard(head: RunHead, facts: TaskFacts, now: number): Html {
  return html`<section class="card plain" id="result" aria-labelledby="result-title">${resultPart(head, facts, now)}</section>`;
}

/** What stands in the card, the same for everybody. */
export function resultPart(head: RunHead, facts: TaskFacts, now: number): Html {
  const { style } = resultBox(head);
  return html`
<h2 id="result-title" class="hidden">Result</h2>
<pre class="box large ${resultClass(style)}">${resultLines(head).join('\n')}</pre>
${progress(head)}
<dl class="facts">
${eloFact(head)}
${head.finished ? NOTHING : fact('Workers', `${head.workers} with ${head.cores} cores`)}
${timeLeft(head)}
${fact('Tasks', `${facts.tasks}${facts.purged > 0 ? `, ${facts.purged} purged` : ''}`)}
${head.args.spsa === undefined ? chi2Fact(facts) : NOTHING}
${fact('Started', timeTag(head.start_time, longDate(head.start_time)))}
${fact('Last update', html`${timeTag(head.last_updated, longDate(head.last_updated))} <span class="note">${agoTag(head.last_updated, now)}</span>`)}
</dl>
`;
}

function fact(name: string, value: Html | string): Html {
  return html`<dt>${name}</dt><dd>${value}</dd>`;
}

/** How far the test is: an SPRT by its LLR, others by their games. */
function progress(head: RunHead): Html {
  const { sprt, num_games: wanted } = head.args;
  if (sprt !== undefined) {
    const { llr, lower_bound: low, upper_bound: high } = sprt;
    return html`<p class="progress"><meter min="${low}" max="${high}" value="${llr}" aria-label="LLR between its bounds"></meter><span class="note">LLR between ${formatShown(low, 2)} and ${formatShown(high, 2)}</span></p>`;
  }
  const games = gamesOf(head);
  const percent = wanted > 0 ? Math.min(100, Math.floor((100 * games) / wanted)) : 100;
  return html`<p class="progress"><progress max="${Math.max(1, wanted)}" value="${Math.min(games, wanted)}" aria-label="Games played"></progress><span class="note">${percent} % of ${wanted} games</span></p>`;
}

function eloFact(head: RunHead): Html | '' {
  const elo = eloOf(head);
  if (elo === undefined) return NOTHING;
  const [value, low, high] = [elo.elo, elo.low, elo.high].map((x) => formatShown(x, 2));
  return fact('Elo', `${value} [${low}, ${high}] (95%), LOS ${formatShown(100 * elo.los, 1)} %`);
}

/** Nothing while it is not played. */
function timeLeft(head: RunHead): Html | '' {
  const hours = head.finished ? undefined : hoursLeft(head, head.games_per_minute);
  if (hours === undefined) return NOTHING;
  const [low, high] = [formatHours(hours.low), formatHours(hours.high)];
  const range = low === high ? `${low} hours` : `${low} to ${high} hours`;
  return fact('Time left', html`${range} <span class="note">estimated, at its present speed</span>`);
}

function formatHours(hours: number): string {
  return formatShown(hours, hours < 10 ? 1 : 0);
}

function chi2Fact({ chi2 }: TaskFacts): Html {
  const name = html`<abbr title="Whether the results of the workers differ by more than chance">χ²</abbr>`;
  const text = Number.isNaN(chi2.chi2)
    ? 'too few workers to compare'
    : `${formatShown(chi2.chi2, 2)}, ${chi2.dof} degrees of freedom, p-value ${formatShown(100 * chi2.p, 2)} %`;
  return html`<dt>${name}</dt><dd>${text}</dd>`;
}

function gamesOf({ results }: RunHead): number {
  return results.wins + results.losses + results.draws;
}

function pairsRatio([p0, p1, , p3, p4]: readonly number[]): string {
  const lost = p0! + p1!;
  return lost === 0 ? '–' : formatShown((p3! + p4!) / lost, 2);
}
