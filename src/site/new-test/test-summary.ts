/** The test in words before it is sent: what is played, how long it takes about, and what is unusual about it. */
import { readBooks } from '../../operations/book/known-books.js';
import { newRunFaults } from '../../operations/run/new-run.js';
import { SPRT_GAMES } from '../../operations/run/run-stop-rule.js';
import type { NewRunForm } from '../../protocol/admin.js';
import { gameDuration, isLtcSprt } from '../../rules/game-time.js';
import { formatBounds } from '../../rules/result-box.js';
import { remainingHours } from '../../rules/run-progress.js';
import { playWarnings } from '../../rules/run-warnings.js';
import { newSprt } from '../../rules/sprt.js';
import type { State } from '../../state/state.js';
import { type Html, html, NOTHING } from '../html.js';
import { formatCount } from '../run-parts.js';
import type { SiteParts } from '../visit.js';
import { ProblemList, readTestForm } from './read-test-form.js';
import { stopRuleOf, type TestForm } from './test-form.js';

/** Members that the summary is made of; the others may be missing while it is typed. */
const TOLD: ReadonlySet<string> = new Set([
  'tc',
  'new_tc',
  'threads',
  'num_games',
  'sprt',
  'new_options',
  'base_options',
]);
const NO_RESULTS = {
  wins: 0,
  losses: 0,
  draws: 0,
  crashes: 0,
  time_losses: 0,
  pentanomial: [0, 0, 0, 0, 0],
} as const;
const MINUTE_S = 60;

export async function testSummary({ state, reader, isPrimary }: SiteParts, form: TestForm): Promise<Html> {
  const problems = new ProblemList(false);
  const run = readTestForm(form, '', problems);
  problems.addFaults(newRunFaults(run).filter(({ member }) => TOLD.has(member)));
  if (!problems.isEmpty) {
    return html`<ul class="problems">${[...problems.byField.values()].flat().map((text) => html`<li class="problem">${text}</li>`)}</ul>`;
  }
  const books = await readBooks(reader);
  const warnings = playWarnings(played(run), books[run.book ?? '']?.total);
  return html`<p class="kind">${kindOf(form, run)}</p>
<p>${run.tc}${run.new_tc === run.tc ? NOTHING : html` <span class="note">against ${run.new_tc}</span>`} with ${threadText(run.threads ?? 1)}, ${gameText(run.tc)} a game</p>
<p class="note">${effort(run, isPrimary ? coresNow(state) : undefined)}</p>
${
  warnings.length === 0
    ? html`<p class="good">Nothing unusual.</p>`
    : html`<ul class="warnings">${warnings.map((text) => html`<li>${text}</li>`)}</ul>`
}`;
}

function kindOf(form: TestForm, run: NewRunForm): string {
  const { sprt } = run;
  if (sprt === undefined) {
    const games = formatCount(run.num_games ?? 0);
    return stopRuleOf(form) === 'spsa' ? `SPSA tune of ${games} games` : `${games} games`;
  }
  const long = isLtcSprt({ tc: run.tc, threads: run.threads, sprt }) ? 'LTC ' : '';
  return `${long}SPRT ${formatBounds('normalized', sprt.elo0, sprt.elo1)}, at most ${formatCount(SPRT_GAMES)} games`;
}

function played(run: NewRunForm): Parameters<typeof playWarnings>[0] {
  const { tc, new_tc = tc, threads = 1, priority = 0, throughput = 100, arch_filter, compiler } = run;
  const { new_options, base_options = new_options } = run;
  return {
    tc,
    new_tc,
    threads,
    priority,
    throughput,
    new_options,
    base_options,
    ...(arch_filter !== undefined && arch_filter !== '' && { arch_filter }),
    ...(compiler !== undefined && { compiler }),
  };
}

function effort(run: NewRunForm, cores: number | undefined): string {
  const { sprt, tc, threads = 1, num_games = SPRT_GAMES } = run;
  const test =
    sprt === undefined
      ? {}
      : { sprt: newSprt({ ...sprt, alpha: 0.05, beta: 0.05, eloModel: 'normalized', batchSize: 1 }) };
  const results = {
    ...NO_RESULTS,
    pentanomial: [...NO_RESULTS.pentanomial] as [number, number, number, number, number],
  };
  const hours = remainingHours({ args: { tc, threads, num_games, ...test }, results });
  const text = `About ${formatCount(Math.max(1, Math.round(hours)))} core hours`;
  if (cores === undefined) return `${text}.`;
  if (cores === 0) return `${text}; no worker is here at the moment.`;
  return `${text}: ${timeText(hours / cores)} if all ${formatCount(cores)} cores of now played nothing else.`;
}

function coresNow(state: State): number {
  const { runs } = state;
  return runs.unfinished().reduce((sum, slot) => sum + runs.order.cores(slot), 0);
}

function timeText(hours: number): string {
  if (hours < 1) return `${Math.max(1, Math.round(hours * 60))} minutes`;
  return hours < 48 ? `${hours.toFixed(1)} hours` : `${Math.round(hours / 24)} days`;
}

function threadText(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

function gameText(tc: string): string {
  const seconds = gameDuration(tc);
  return seconds < 2 * MINUTE_S ? `${Math.round(seconds)} s` : `${Math.round(seconds / MINUTE_S)} min`;
}
