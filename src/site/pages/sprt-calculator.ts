/** What a sequential test would come to, before it is played (docs/spec/web-ui.md §4.16). All of it is in the address. */
import { formatShown } from '../../rules/format-number.js';
import { numberIn } from '../../rules/parse-number.js';
import { boundScores, gameVariance, type SprtPlan, sprtOutlook } from '../../rules/sprt-law.js';
import { type Html, html, NOTHING } from '../html.js';
import { lineChart } from '../lists/line-chart.js';
import type { PageOutcome, Visit } from '../visit.js';

const POINTS = 101;
const TABLE_ROWS = 11;
const MOST_ELO = 10;
const LEAST_GAP = 0.5;

const FIELDS = [
  { name: 'elo-0', label: 'Elo0', fallback: '0' },
  { name: 'elo-1', label: 'Elo1', fallback: '2' },
  { name: 'draw-ratio', label: 'Draw ratio', fallback: '0.49' },
  { name: 'rms-bias', label: 'RMS bias (Elo)', fallback: '191' },
] as const;
type FieldName = (typeof FIELDS)[number]['name'];
type Problems = Partial<Record<FieldName, string>>;

export function sprtCalculator({ query }: Visit): PageOutcome {
  const typed = (name: FieldName) => (query.get(name) ?? fallbackOf(name)).trim().slice(0, 30);
  const model = query.get('elo-model')?.toLowerCase() === 'logistic' ? 'logistic' : 'normalized';
  const plan: SprtPlan = {
    model,
    elo0: toNumber(typed('elo-0')),
    elo1: toNumber(typed('elo-1')),
    drawRatio: toNumber(typed('draw-ratio')),
    rmsBias: toNumber(typed('rms-bias')),
  };
  const problems = problemsOf(plan);
  const isRight = Object.keys(problems).length === 0;
  const body = html`<div class="page-head"><h1>SPRT calculator</h1><p class="note">α = β = 0.05</p></div>
<section class="card" aria-label="Test">
<form method="get" action="/sprt_calc" class="head search-form">
<div class="field"><label for="elo-model">Model</label><select id="elo-model" name="elo-model">${(
    ['Normalized', 'Logistic'] as const
  ).map(
    (name) =>
      html`<option value="${name}"${name.toLowerCase() === model ? html` selected` : NOTHING}>${name}</option>`,
  )}</select></div>
${FIELDS.map(({ name, label }) => field(name, label, typed(name), problems[name]))}
<button type="submit" class="primary">Calculate</button>
</form></section>
${isRight ? outlook(plan) : NOTHING}`;
  return { kind: 'page', title: 'SPRT calculator', body };
}

function fallbackOf(name: FieldName): string {
  return FIELDS.find((field) => field.name === name)!.fallback;
}

function toNumber(text: string): number {
  return numberIn(text.replace(',', '.'));
}

function problemsOf({ elo0, elo1, drawRatio, rmsBias, ...plan }: SprtPlan): Problems {
  const problems: Problems = {};
  const isElo = (elo: number) => Math.abs(elo) <= MOST_ELO;
  if (!isElo(elo0)) problems['elo-0'] = `A number between −${MOST_ELO} and ${MOST_ELO}.`;
  if (!isElo(elo1)) problems['elo-1'] = `A number between −${MOST_ELO} and ${MOST_ELO}.`;
  else if (isElo(elo0) && !(elo1 >= elo0 + LEAST_GAP))
    problems['elo-1'] = `At least ${LEAST_GAP} more than Elo0.`;
  if (!(drawRatio > 0 && drawRatio < 1)) problems['draw-ratio'] = 'A number between 0 and 1.';
  if (!(rmsBias >= 0 && Number.isFinite(rmsBias))) problems['rms-bias'] = 'A number that is not negative.';
  if (Object.keys(problems).length > 0) return problems;
  if (gameVariance({ drawRatio, rmsBias }) <= 0) {
    problems['rms-bias'] = 'So much bias does not go together with so many draws.';
    return problems;
  }
  const [, score1] = boundScores({ elo0, elo1, drawRatio, rmsBias, ...plan });
  if (!(score1 < 1)) problems['elo-1'] = 'No score is as high as that.';
  return problems;
}

function field(name: FieldName, label: string, value: string, problem: string | undefined): Html {
  return html`<div class="field${problem === undefined ? '' : ' wrong'}"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" value="${value}" inputmode="decimal" autocomplete="off"${problem === undefined ? NOTHING : html` aria-invalid="true" aria-describedby="${name}-problem"`}>
${problem === undefined ? NOTHING : html`<p class="problem" id="${name}-problem">${problem}</p>`}</div>`;
}

function outlook(plan: SprtPlan): Html {
  const [low, high] = boundScores(plan).map(eloOf) as [number, number];
  const margin = high - low;
  const eloAt = (i: number, count: number) => low - margin + (3 * margin * i) / (count - 1);
  const at = (elo: number) => ({ elo, ...sprtOutlook(plan, elo) });
  const curve = Array.from({ length: POINTS }, (_, i) => at(eloAt(i, POINTS)));
  const rows = Array.from({ length: TABLE_ROWS }, (_, i) => at(eloAt(i, TABLE_ROWS)));
  const most = Math.max(...curve.map(({ games }) => games));
  const marks = [
    [low, 'Elo0'],
    [high, 'Elo1'],
  ] as const;
  const elo = (x: number) => formatShown(x, 2);
  return html`<section class="card plain" aria-label="Outlook"><div class="charts">
${lineChart({
  title: 'Chance to pass',
  summary: `Chance to pass by true Elo: ${percent(at(low).passes)} at Elo0, ${percent(at(high).passes)} at Elo1.`,
  points: curve.map(({ elo: x, passes }) => [x, passes]),
  yMax: 1,
  xText: elo,
  yText: (y) => percent(y, 0),
  marks,
})}
${lineChart({
  title: 'Games on average',
  summary: `Games on average by true Elo: ${thousands(at(low).games)} at Elo0, ${thousands(most)} at most, ${thousands(at(high).games)} at Elo1.`,
  points: curve.map(({ elo: x, games }) => [x, games]),
  yMax: most * 1.05,
  xText: elo,
  yText: thousands,
  marks,
})}</div>
<p class="note">The lower axis is the true difference in logistic Elo; Elo0 and Elo1 are ${elo(low)} and ${elo(high)} there.</p>
<table class="compact"><caption class="hidden">The same as a table</caption>
<thead><tr><th scope="col" class="n">True Elo (logistic)</th><th scope="col" class="n">Chance to pass</th><th scope="col" class="n">Games on average</th></tr></thead>
<tbody>${rows.map((row) => html`<tr><td class="n">${elo(row.elo)}</td><td class="n">${percent(row.passes)}</td><td class="n">${Math.round(row.games)}</td></tr>`)}</tbody></table></section>`;
}

function eloOf(score: number): number {
  return 400 * Math.log10(score / (1 - score));
}

function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)}%`;
}

function thousands(games: number): string {
  return games >= 10_000 ? `${Math.round(games / 1_000)}k` : String(Math.round(games));
}
