/** A kind of test fills in the fields that make it one. What was typed by hand stays, unless all is asked for. */
import type { FormFields } from './form-fields.js';

interface Kind {
  readonly tc: string;
  readonly threads: number;
  readonly hash: number;
  readonly throughput: number;
  readonly bounds?: { readonly elo0: number; readonly elo1: number };
  readonly games?: number;
  readonly isProgression?: true;
}

export interface NewTestData {
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly release: { readonly label: string; readonly bench: string };
  readonly master: { readonly bench: string; readonly title: string; readonly date: number } | null;
  readonly bounds: readonly { readonly value: string; readonly elo0: number; readonly elo1: number }[];
  readonly book: { readonly name: string; readonly depth: string };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export class TestKinds {
  readonly #fields: FormFields;
  readonly #data: NewTestData;
  readonly #isAgain: boolean;
  readonly #button = document.getElementById('apply-all') as HTMLButtonElement | null;
  readonly #note = document.getElementById('kept-note');
  #onApplied: (isPreset: boolean) => void = () => {};

  constructor(fields: FormFields, data: NewTestData) {
    this.#fields = fields;
    this.#data = data;
    this.#isAgain = document.getElementById('new-test')?.dataset['again'] === 'true';
  }

  start(onApplied: (isPreset: boolean) => void): void {
    this.#onApplied = onApplied;
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="test-type"]')) {
      radio.addEventListener('change', () => this.#apply());
    }
    this.#button?.addEventListener('click', () => {
      this.#fields.forgetTouched();
      this.#apply();
    });
    this.#fields.showState();
  }

  #apply(): void {
    const name = this.#fields.value('test-type');
    const kind = this.#data.kinds[name];
    if (kind === undefined) return;
    const kept: string[] = [];
    for (const [field, value] of this.#valuesOf(name, kind)) {
      if (!this.#fields.isTouched(field)) this.#fields.set(field, value);
      else if (this.#fields.value(field) !== value) kept.push(field);
    }
    if (!this.#isAgain && !this.#fields.isTouched('auto-purge')) this.#fields.tick('auto-purge', false);
    for (const side of ['new-options', 'base-options']) {
      this.#fields.set(side, withHash(this.#fields.value(side), kind.hash));
    }
    this.#showKept(kept);
    this.#onApplied(true);
  }

  #valuesOf(name: string, kind: Kind): [string, string][] {
    const { book, bounds: named } = this.#data;
    const { tc, threads, throughput, bounds, games } = kind;
    const values: [string, string][] = [
      ['tc', tc],
      ['threads', String(threads)],
      ['throughput', String(throughput)],
      ['book', book.name],
      ['book-depth', book.depth],
    ];
    if (!this.#fields.isTicked('odds')) values.push(['new_tc', tc]);
    if (bounds !== undefined) {
      const isNamed = (each: (typeof named)[number]) =>
        each.elo0 === bounds.elo0 && each.elo1 === bounds.elo1;
      values.push(['stop_rule', 'sprt'], ['bounds', named.find(isNamed)?.value ?? 'custom']);
      values.push(['sprt_elo0', String(bounds.elo0)], ['sprt_elo1', String(bounds.elo1)]);
    }
    if (games !== undefined) values.push(['stop_rule', 'games'], ['num-games', String(games)]);
    return this.#isAgain ? values : [...values, ...this.#codeOf(name, kind)];
  }

  /** Branches and signatures: of a progression test, and of the kind that everything begins with. */
  #codeOf(name: string, { isProgression, threads }: Kind): [string, string][] {
    const { master, release } = this.#data;
    if (name === 'STC') return [['base-branch', 'master'], ...maybe('base-signature', master?.bench)];
    if (isProgression !== true) return [];
    const description =
      master === null
        ? undefined
        : `${threads > 1 ? 'SMP ' : ''}Progression test of "${master.title}" of ${dayOf(master.date)} vs ${release.label}.`;
    return [
      ['test-branch', 'master'],
      ...maybe('test-signature', master?.bench),
      ['base-branch', release.label],
      ['base-signature', release.bench],
      ...maybe('run-info', description),
    ];
  }

  #showKept(names: readonly string[]): void {
    for (const marked of document.querySelectorAll('.kept')) marked.classList.remove('kept');
    const labels = names
      .filter((name) => name !== 'stop_rule' && name !== 'bounds')
      .map((name) => {
        const input = this.#fields.input(name);
        input?.closest('.field')?.classList.add('kept');
        const label = input?.closest('.field')?.querySelector('label');
        // The label of a time control has two names, of which one shows.
        return (label?.querySelector('.without-odds') ?? label)?.textContent?.trim() ?? name;
      });
    if (this.#button !== null) this.#button.hidden = names.length === 0;
    if (this.#note !== null) {
      this.#note.textContent = labels.length === 0 ? '' : `Left as you typed it: ${labels.join(', ')}.`;
    }
  }
}

function maybe(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

function withHash(options: string, hash: number): string {
  const others = options.split(/\s+/).filter((option) => option !== '' && !/^Hash=/.test(option));
  return [`Hash=${hash}`, ...others].join(' ');
}

function dayOf(ms: number): string {
  const date = new Date(ms);
  return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2, '0')}`;
}
