/** The large numbers at the top, each with its last ten minutes. */
import type { Point } from '../messages.js';
import { Sparkline } from './charts.js';
import { byId, count, el, rate, time } from './dom.js';

interface Tile {
  readonly label: string;
  readonly value: (point: Point) => number;
  readonly text: (value: number) => string;
  /** Above this the number is shown as a warning. */
  readonly warnAbove?: number;
}

const TILES: readonly Tile[] = [
  { label: 'Workers', value: (point) => point.workers, text: count },
  { label: 'Cores', value: (point) => point.cores, text: count },
  { label: 'Games a minute', value: (point) => point.gamesPerMinute, text: rate },
  { label: 'Requests a second', value: (point) => point.requests, text: rate },
  { label: 'Reply, p99', value: (point) => point.p99, text: time, warnAbove: 0.5 },
  { label: 'Failures a second', value: (point) => point.failures, text: rate, warnAbove: 0 },
];

export class Tiles {
  readonly #parts: { tile: Tile; card: HTMLElement; number: HTMLElement; line: Sparkline }[];

  constructor() {
    // The page comes with cards that keep their place.
    byId('tiles').replaceChildren();
    this.#parts = TILES.map((tile) => {
      const number = el('strong', {}, '–');
      const chart = el('div', { class: 'spark', 'aria-hidden': 'true' });
      const card = el(
        'div',
        { class: 'card tile' },
        el('span', { class: 'label' }, tile.label),
        number,
        chart,
      );
      byId('tiles').append(card);
      return { tile, card, number, line: new Sparkline(chart) };
    });
  }

  /** @param fresh draws the lines anew, in the colours of the theme. */
  draw(points: readonly Point[], fresh: boolean): void {
    const latest = points.at(-1);
    if (latest === undefined) return;
    const times = points.map(({ t }) => t);
    for (const { tile, card, number, line } of this.#parts) {
      const value = tile.value(latest);
      number.textContent = tile.text(value);
      card.classList.toggle('warn', tile.warnAbove !== undefined && value > tile.warnAbove);
      line.draw(times, points.map(tile.value), fresh);
    }
  }
}
