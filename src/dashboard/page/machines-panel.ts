/** The machines on active tasks: filtered and sorted here. */
import type { Farm, MachineRow } from '../messages.js';
import { ago, byId, count, el } from './dom.js';
import { empty } from './meters-panel.js';

type Column = 'machine' | 'cores' | 'nps' | 'run' | 'games' | 'last_updated';

export class Machines {
  readonly #filter = byId<HTMLInputElement>('machines-filter');
  #farm: Farm | undefined;
  #column: Column = 'last_updated';
  #direction = -1;

  constructor() {
    this.#filter.addEventListener('input', () => this.#redraw());
    for (const button of document.querySelectorAll<HTMLButtonElement>('[data-sort]')) {
      button.addEventListener('click', () => this.#sortBy(button.dataset['sort'] as Column));
    }
    this.#showOrder();
  }

  draw(farm: Farm): void {
    this.#farm = farm;
    this.#redraw();
  }

  #sortBy(column: Column): void {
    if (column === this.#column) this.#direction = -this.#direction;
    else {
      this.#column = column;
      this.#direction = column === 'machine' || column === 'run' ? 1 : -1;
    }
    this.#showOrder();
    this.#redraw();
  }

  #showOrder(): void {
    for (const button of document.querySelectorAll<HTMLButtonElement>('[data-sort]')) {
      const sorted = button.dataset['sort'] === this.#column;
      const order = this.#direction > 0 ? 'ascending' : 'descending';
      button.closest('th')!.setAttribute('aria-sort', sorted ? order : 'none');
    }
  }

  #redraw(): void {
    if (this.#farm === undefined) return;
    const { machines, runs } = this.#farm;
    const tags = new Map(runs.map(({ id, tag }) => [id, tag]));
    const words = this.#filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = machines.filter((row) => {
      const text = `${row.machine} ${row.username} ${row.country} ${tags.get(row.run) ?? ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const workers = runs.reduce((sum, run) => sum + run.workers, 0);
    byId('machines-note').textContent =
      words.length > 0
        ? `${count(shown.length)} of ${count(machines.length)} match`
        : workers > machines.length
          ? `the latest ${count(machines.length)}`
          : '';
    shown.sort((a, b) => this.#direction * compare(a[this.#column], b[this.#column]));
    byId('machines-body').replaceChildren(
      ...(shown.length === 0 ? [empty(6, words.length > 0 ? 'none matches' : 'no machine has a task')] : []),
      ...shown.map((row) => machineRow(row, tags.get(row.run) ?? row.run.slice(0, 8))),
    );
  }
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

function machineRow(row: MachineRow, run: string): HTMLElement {
  const { machine, cores, nps, country, task, games, num_games, last_updated } = row;
  return el(
    'tr',
    {},
    el('td', { class: 'name' }, machine, country === '?' ? '' : el('span', { class: 'note' }, ` ${country}`)),
    el('td', { class: 'n' }, count(cores)),
    el('td', { class: 'n' }, count(nps / 1000)),
    el('td', { class: 'name' }, run, el('span', { class: 'note' }, ` #${task}`)),
    el('td', { class: 'n' }, `${count(games)} / ${count(num_games)}`),
    el('td', { class: 'n' }, ago(last_updated)),
  );
}
