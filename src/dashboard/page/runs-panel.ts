/** The runs: how far each is, and where its LLR stands between its bounds. */
import type { Farm, RunRow } from '../messages.js';
import { bar, byId, count, decimals, el } from './dom.js';
import { empty } from './meters-panel.js';

export function drawRuns({ runs, run_count: total, server }: Farm): void {
  byId('runs-note').textContent =
    total > runs.length ? `the busiest ${runs.length} of ${count(total)}` : `${count(total)} unfinished`;
  byId('runs-body').replaceChildren(
    ...(runs.length === 0 ? [empty(7, 'no unfinished runs: shoal run add makes one')] : []),
    ...runs.map((run) => row(run, server.pages)),
  );
}

function row(run: RunRow, pages: string): HTMLElement {
  const { tag, base, info, username, state, tc, threads } = run;
  const name = pages === '' ? el('b', {}, tag) : el('a', { href: `${pages}/tests/view/${run.id}` }, tag);
  return el(
    'tr',
    { class: 'run' },
    el(
      'td',
      { class: 'what' },
      el('div', {}, name, el('span', { class: 'note' }, ` vs ${base}`)),
      el(
        'div',
        { class: 'note', title: info },
        `${username} · ${tc} · ${threads} th${info === '' ? '' : ` · ${info}`}`,
      ),
    ),
    el('td', { 'data-label': 'State' }, el('span', { class: `pill ${state}` }, state)),
    el(
      'td',
      { 'data-label': 'LLR', class: 'llr' },
      ...(run.sprt === undefined ? [other(run)] : [llr(run.sprt)]),
    ),
    el('td', { 'data-label': 'Games', class: 'games' }, ...games(run)),
    el('td', { 'data-label': 'W / L / D', class: 'wld' }, ...results(run)),
    el('td', { 'data-label': 'Workers', class: 'n' }, count(run.workers)),
    el('td', { 'data-label': 'Cores', class: 'n' }, count(run.cores)),
  );
}

function llr({ llr: value, lower, upper, elo0, elo1 }: NonNullable<RunRow['sprt']>): HTMLElement {
  const position = Math.max(0, Math.min(1, (value - lower) / (upper - lower)));
  const zero = Math.max(0, Math.min(1, -lower / (upper - lower)));
  const fill = el('span', { class: value < 0 ? 'fill bad' : 'fill' });
  fill.style.left = `${Math.min(position, zero) * 100}%`;
  fill.style.width = `${Math.abs(position - zero) * 100}%`;
  const mark = el('span', { class: 'mark' });
  mark.style.left = `${position * 100}%`;
  const origin = el('span', { class: 'origin' });
  origin.style.left = `${zero * 100}%`;
  const label = `LLR ${decimals(value, 2)} between ${decimals(lower, 2)} and ${decimals(upper, 2)}`;
  return el(
    'div',
    { class: 'gauge' },
    el('span', { class: 'track', role: 'img', 'aria-label': label }, origin, fill, mark),
    el(
      'span',
      { class: 'scale' },
      el('span', {}, decimals(lower, 2)),
      el('b', {}, decimals(value, 2)),
      el('span', {}, decimals(upper, 2)),
    ),
    el('span', { class: 'note bounds' }, `<${decimals(elo0, 2)}, ${decimals(elo1, 2)}>`),
  );
}

function other({ spsa }: RunRow): HTMLElement {
  if (spsa === undefined) return el('span', { class: 'note' }, 'fixed games');
  return el('span', { class: 'note' }, `SPSA, ${count(spsa.iter)} of ${count(spsa.num_iter)} iterations`);
}

function games({ games: played, num_games: planned }: RunRow): Node[] {
  const label = `${count(played)} of ${count(planned)} games`;
  return [
    bar(played / planned, label),
    el('span', { class: 'note' }, `${count(played)} / ${count(planned)}`),
  ];
}

function results({ wins, losses, draws, pentanomial }: RunRow): Node[] {
  const numbers = el('span', {}, `${count(wins)} / ${count(losses)} / ${count(draws)}`);
  if (pentanomial === undefined) return [numbers];
  return [
    numbers,
    el('span', { class: 'note', title: 'pentanomial, 0 to 2 points' }, pentanomial.map(count).join(' · ')),
  ];
}
