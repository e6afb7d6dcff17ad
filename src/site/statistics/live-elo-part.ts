/**
 * Live Elo of a test (docs/spec/web-ui.md §4.9): gauges of LLR, LOS and Elo, and the same as a table. `liveEloParts` is what
 * changes with a result, for whoever sends news of the test.
 */
import { formatPercent, formatShown } from '../../rules/format-number.js';
import { eloEstimate } from '../../runtime/run-views.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { visibleText } from '../lists/info-text.js';
import { gauge } from './gauge.js';

/** `fixed`: ±4 Elo; `dynamic`: as wide as the interval needs. */
export type EloScale = 'fixed' | 'dynamic';

/** How often an open page asks for news, in seconds. */
const POLL_S = 10;
const FIXED_ELO = 4;
const SMALLEST_ELO = 0.25;
/** LOS that counts against a test, and for it. */
const BAD_LOS = 0.05;
const GOOD_LOS = 0.95;
/** So that a test without games has shares. */
const A_LITTLE = 0.001;

/** Whether its gauges will move no more. */
export function isDecided({ finished, args }: Pick<RunHead, 'finished' | 'args'>): boolean {
  return finished || (args.sprt?.state ?? '') !== '';
}

/** Elements by id, the same for everybody who looks: whichever scale a visitor has, the style sheet shows it. */
export function liveEloParts(head: RunHead): readonly (readonly [id: string, body: Html])[] {
  const estimate = eloEstimate(head);
  return [
    ['elo-gauges', gauges(head, estimate)],
    ['elo-numbers', numbers(head, estimate)],
  ];
}

/** Those, and what is the visitor's own. Once the test is decided it asks for no more. */
export function liveElo(head: RunHead, scale: EloScale): Html {
  const path = `/tests/live_elo_update/${head._id}`;
  const polls = isDecided(head)
    ? NOTHING
    : html` data-poll="${POLL_S}" hx-get="${path}" hx-trigger="poll" hx-swap="outerMorph"`;
  const [[gaugesId, drawn], [numbersId, table]] = liveEloParts(head) as [Part, Part];
  const other: EloScale = scale === 'fixed' ? 'dynamic' : 'fixed';
  return html`<section class="card live-elo scale-${scale}" id="live-elo" aria-label="Live Elo"${polls}>
<div class="gauges" id="${gaugesId}">${drawn}</div>
<form class="elo-scale" method="get" action="/tests/live_elo/${head._id}" hx-get="${path}" hx-target="#live-elo" hx-swap="outerMorph"><input type="hidden" name="mode" value="${other}"><button type="submit" id="elo-scale" class="quiet">${scale === 'fixed' ? 'Fit the scale of Elo' : `Scale of Elo ±${FIXED_ELO}`}</button></form>
<div id="${numbersId}">${table}</div></section>`;
}

type Part = readonly [id: string, body: Html];
type Estimate = ReturnType<typeof eloEstimate>;

function gauges(head: RunHead, estimate: Estimate): Html {
  return html`${llrGauge(head)}
${losGauge(estimate.los)}
${eloGauge(estimate, 'fixed')}
${eloGauge(estimate, 'dynamic')}`;
}

function numbers(head: RunHead, estimate: Estimate): Html {
  return html`<table class="details"><caption class="hidden">The gauges as numbers</caption><tbody>
${rowsOf(head, estimate).map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}
</tbody></table>`;
}

function llrGauge({ args: { sprt } }: RunHead): Html | '' {
  if (sprt === undefined) return NOTHING;
  const { llr, lower_bound: low, upper_bound: high } = sprt;
  return gauge({
    id: 'gauge-llr',
    title: 'LLR',
    text: formatShown(llr, 2),
    low,
    high,
    value: llr,
    interval: [Math.min(0, llr), Math.max(0, llr)],
    marks: [
      [low, formatShown(low, 2)],
      [0, '0'],
      [high, formatShown(high, 2)],
    ],
  });
}

function losGauge(los: number): Html {
  return gauge({
    id: 'gauge-los',
    title: 'LOS',
    text: `${formatPercent(los, 1)} %`,
    low: 0,
    high: 1,
    value: los,
    zones: [
      { from: 0, to: BAD_LOS, kind: 'bad' },
      { from: GOOD_LOS, to: 1, kind: 'good' },
    ],
    marks: [
      [0, '0'],
      [0.5, '50'],
      [1, '100'],
    ],
  });
}

function eloGauge({ elo, low, high }: Estimate, scale: EloScale): Html {
  const reach = scale === 'fixed' ? FIXED_ELO : reachOf([elo, low, high]);
  return gauge({
    id: scale === 'fixed' ? 'gauge-elo' : 'gauge-elo-fit',
    className: `for-${scale}`,
    title: 'Elo',
    text: intervalText(elo, low, high),
    low: -reach,
    high: reach,
    value: elo,
    interval: [low, high],
    marks: [-reach, -reach / 2, 0, reach / 2, reach].map((at) => [at, String(at)] as const),
  });
}

/** The smallest power of two that covers the values. */
export function reachOf(values: readonly number[]): number {
  const largest = Math.max(...values.map(Math.abs), SMALLEST_ELO);
  return 2 ** Math.ceil(Math.log2(largest));
}

function rowsOf(
  { args, results }: RunHead,
  { elo, low, high, los }: Estimate,
): (readonly [string, string])[] {
  const { sprt } = args;
  const { wins, losses, draws, pentanomial } = results;
  const games = wins + losses + draws;
  const share = (count: number) => formatPercent(count / (games + A_LITTLE), 1);
  return [
    ...(sprt === undefined ? [] : [['LLR', llrText(sprt)] as const]),
    ['Elo', `${intervalText(elo, low, high)} (95%)`],
    ['LOS', `${formatPercent(los, 1)} %`],
    ['Games', `${games} [w:${share(wins)}%, l:${share(losses)}%, d:${share(draws)}%]`],
    ...(pentanomial === undefined ? [] : [['Pentanomial', `[${pentanomial.join(', ')}]`] as const]),
  ];
}

function llrText({ llr, lower_bound: low, upper_bound: high, state }: NonNullable<RunHead['args']['sprt']>) {
  return `${intervalText(llr, low, high)}${state ? ` ${state}` : ''}`;
}

function intervalText(value: number, low: number, high: number): string {
  return `${formatShown(value, 2)} [${formatShown(low, 2)}, ${formatShown(high, 2)}]`;
}

/** What the test is, beside the gauges: it does not change while they move. */
export function testFacts({ args }: RunHead): (readonly [string, Html | string])[] {
  const { sprt, tc = '', new_tc = tc, threads = 1 } = args;
  const odds = new_tc === tc ? '' : ` against ${tc}`;
  const rule =
    sprt === undefined
      ? ([['Games', String(args.num_games)]] as const)
      : ([
          [
            'SPRT',
            `elo0: ${formatShown(sprt.elo0, 2)} alpha: ${sprt.alpha} elo1: ${formatShown(sprt.elo1, 2)} beta: ${sprt.beta} (${sprt.elo_model ?? 'BayesElo'})`,
          ],
        ] as const);
  return [
    [
      'Submitter',
      html`<a href="/tests/user/${encodeURIComponent(args.username ?? '')}">${visibleText(args.username ?? '')}</a>`,
    ],
    ['Time control', `${new_tc}${odds}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`],
    ...rule,
  ];
}
