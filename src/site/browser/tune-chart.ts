/** The chart of a tune: fetches its rows, lets people choose and smooth, and asks again when the page polls. */
import { curvesOf, type TuneRow } from './tune-curves.js';
import { lineClass, TunePlot } from './tune-plot.js';
import { type LinesShown, tableOf } from './tune-table.js';

interface Tune {
  readonly num_iter: number;
  readonly param_names: readonly string[];
  readonly chart_rows: readonly TuneRow[];
  readonly rows_left_out: number;
}

const MOST_SMOOTHING = 10;
/** More lines than these at once say nothing: people choose. */
const SHOWN_AT_FIRST = 30;
const NAMES_LISTED = 500;
const YEAR_S = 34_560_000;

class TuneView {
  readonly #source: string;
  readonly #plotBox = byId('tune-plot');
  readonly #plot = new TunePlot(this.#plotBox, (text) => setText('tune-reading', text));
  readonly #percent = byId('tune-percent') as HTMLInputElement;
  #tune: Tune | undefined;
  #chosen = new Set<number>();
  #smoothing = 0;

  constructor(source: string) {
    this.#source = source;
  }

  start(root: HTMLElement): void {
    byId('tune-less').addEventListener('click', () => this.#smooth(-1));
    byId('tune-more').addEventListener('click', () => this.#smooth(1));
    byId('tune-all').addEventListener('click', () => this.#chooseListed(true));
    byId('tune-none').addEventListener('click', () => this.#chooseListed(false));
    byId('tune-find').addEventListener('input', () => this.#listNames());
    byId('tune-names').addEventListener('change', ({ target }) => {
      if (target instanceof HTMLInputElement) this.#choose([target]);
    });
    this.#percent.addEventListener('change', () => {
      const value = this.#percent.checked ? 1 : 0;
      // biome-ignore lint/suspicious/noDocumentCookie: the other interface is not there without https
      document.cookie = `spsa_percentage=${value}; path=/; max-age=${YEAR_S}; samesite=lax`;
      this.#draw();
    });
    byId('tune-table').addEventListener('toggle', () => this.#drawTable());
    root.addEventListener('poll', () => void this.#load());
    const theme = new MutationObserver(() => this.#draw());
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => this.#draw());
    this.#smooth(0);
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const answer = await fetch(this.#source);
      if (!answer.ok) throw new Error(`${this.#source} is answered with ${answer.status}`);
      this.#take((await answer.json()) as Tune);
    } catch {
      // What is drawn stays: the next poll tries again.
      if (this.#tune === undefined)
        setText('tune-note', 'The numbers of the chart could not be loaded. Reload the page to try again.');
    }
  }

  #take(tune: Tune): void {
    const isFirst = this.#tune === undefined;
    this.#tune = tune;
    if (isFirst) {
      const { length } = tune.param_names;
      if (length <= SHOWN_AT_FIRST) this.#chosen = new Set(tune.param_names.keys());
      this.#listNames();
    }
    this.#draw();
  }

  #smooth(step: number): void {
    this.#smoothing = Math.min(MOST_SMOOTHING, Math.max(0, this.#smoothing + step));
    setText('tune-level', String(this.#smoothing));
    // Not `disabled`: a button that loses the focus at the end of its range would leave the keyboard nowhere.
    byId('tune-less').setAttribute('aria-disabled', String(this.#smoothing === 0));
    byId('tune-more').setAttribute('aria-disabled', String(this.#smoothing === MOST_SMOOTHING));
    if (step !== 0) this.#draw();
  }

  /** All or none of those whose names are listed. */
  #chooseListed(isChosen: boolean): void {
    const boxes = [...byId('tune-names').querySelectorAll('input')];
    for (const box of boxes) box.checked = isChosen;
    this.#choose(boxes);
  }

  #choose(boxes: readonly HTMLInputElement[]): void {
    for (const { checked, value } of boxes) {
      if (checked) this.#chosen.add(Number(value));
      else this.#chosen.delete(Number(value));
    }
    this.#draw();
  }

  #listNames(): void {
    const names = this.#tune?.param_names ?? [];
    const part = (byId('tune-find') as HTMLInputElement).value.trim().toLowerCase();
    const found = [...names.keys()].filter((i) => names[i]!.toLowerCase().includes(part));
    byId('tune-names').replaceChildren(
      ...found.slice(0, NAMES_LISTED).map((i) => nameItem(i, names[i]!, this.#chosen.has(i))),
    );
  }

  #draw(): void {
    const tune = this.#tune;
    if (tune === undefined) return;
    const isDrawn = tune.chart_rows.length > 1 && this.#chosen.size > 0;
    setText('tune-count', `${this.#chosen.size} of ${tune.param_names.length}`);
    setText('tune-note', noteOf(tune, this.#chosen.size));
    this.#plotBox.hidden = !isDrawn;
    if (isDrawn) {
      const shown = this.#shown(tune);
      this.#plotBox.setAttribute('aria-label', summaryOf(shown));
      this.#plot.draw(shown);
    } else this.#plot.clear();
    this.#drawTable();
  }

  #shown({ param_names: names, chart_rows: rows, num_iter }: Tune): LinesShown {
    const parameters = [...this.#chosen].sort((a, b) => a - b);
    const isPercent = this.#percent.checked;
    return {
      caption: isPercent ? 'Change since the start, in % of c.' : 'Values of the parameters.',
      parameters,
      names: parameters.map((i) => names[i]!),
      iterations: rows.map(({ iter_ratio }) => Math.round(iter_ratio * num_iter)),
      lines: curvesOf(rows, { chosen: parameters, smoothing: this.#smoothing, isPercent }),
      text: (value) => (isPercent ? `${decimals(value, 1)} %` : decimals(value, 4)),
      cell: (value) => value.toFixed(isPercent ? 1 : 3).replace(/^-(0\.0+)$/, '$1'),
    };
  }

  #drawTable(): void {
    const box = byId('tune-table') as HTMLDetailsElement;
    if (box.open && this.#tune !== undefined)
      box.querySelector('.scroll')?.replaceChildren(tableOf(this.#shown(this.#tune)));
  }
}

function nameItem(i: number, name: string, isChosen: boolean): HTMLLIElement {
  const item = document.createElement('li');
  const label = document.createElement('label');
  const box = document.createElement('input');
  const sample = document.createElement('span');
  label.className = 'check';
  box.type = 'checkbox';
  box.value = String(i);
  box.checked = isChosen;
  sample.className = `sample ${lineClass(i)}`;
  label.append(box, sample, name);
  item.append(label);
  return item;
}

function noteOf({ param_names: names, chart_rows: rows, rows_left_out: left }: Tune, chosen: number): string {
  if (rows.length <= 1) return 'Too little data yet: the history of the parameters has no point.';
  if (chosen === 0) {
    return names.length > SHOWN_AT_FIRST
      ? `${names.length} parameters are too many to draw at once: choose some below.`
      : 'No parameter is chosen.';
  }
  return left > 0 ? `${left} of ${rows.length + left} points are left out here; the CSV has them.` : '';
}

/** What the drawing says, in a sentence: how far each has come, the farthest first. */
function summaryOf({ names, lines, iterations, text }: LinesShown): string {
  const ends = names.map((name, i) => ({ name, from: lines[i]![0]!, to: lines[i]!.at(-1)! }));
  const told = ends
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))
    .slice(0, 5)
    .map(({ name, from, to }) => `${name} from ${text(from)} to ${text(to)}`);
  return `${names.length} parameters over ${iterations.at(-1)!.toLocaleString('en')} iterations: ${told.join(', ')}. The table below has all.`;
}

/** So many digits after the point at most; what rounds to nothing has no sign. */
function decimals(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)) + 0);
}

function setText(id: string, text: string): void {
  const element = byId(id);
  // An element that tells its changes aloud must not tell what has not changed.
  if (element.textContent !== text) element.textContent = text;
}

function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

const root = document.getElementById('tune-chart');
const source = root?.dataset['source'];
if (root !== null && source !== undefined) new TuneView(source).start(root);
