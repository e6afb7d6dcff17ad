/** What stands in a transcript for a value that differs from one run of the server to the next. */
import { createHash } from 'node:crypto';

const PLACEHOLDER = /\{\{([^{}]+)\}\}/;

export class Placeholders {
  /** Ids of the seeded runs, by name. */
  readonly #runs: ReadonlyMap<string, string>;
  readonly #captured = new Map<string, number>();
  readonly #nameHashes: readonly string[];

  constructor(runs: ReadonlyMap<string, string>) {
    this.#runs = runs;
    this.#nameHashes = [...runs.values()].map((id) => createHash('md5').update(id).digest('hex').slice(0, 7));
  }

  /** A recorded value as it is sent. */
  fill(value: unknown): unknown {
    if (typeof value === 'string') return this.#fillText(value);
    if (Array.isArray(value)) return value.map((item) => this.fill(item));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [String(this.#fillText(key)), this.fill(member)]),
      );
    }
    return value;
  }

  fillText(text: string): string {
    return String(this.#fillText(text));
  }

  /** True when `actual` is what the recorded text stands for; captures what is to be captured. */
  matches(actual: unknown, recorded: string): boolean {
    const whole = /^\{\{([^{}]+)\}\}$/.exec(recorded)?.[1];
    if (whole !== undefined) {
      const verdict = this.#matchesWhole(actual, whole);
      if (verdict !== undefined) return verdict;
    }
    if (typeof actual !== 'string') return false;
    return new RegExp(`^${this.#pattern(recorded)}$`, 's').test(actual);
  }

  /** Values that are no text. */
  #matchesWhole(actual: unknown, name: string): boolean | undefined {
    if (name.startsWith('capture:')) {
      if (typeof actual === 'number') this.#captured.set(name, actual);
      return typeof actual === 'number';
    }
    if (name === 'flip') return actual === 1 || actual === -1;
    if (name === 'spsa-value') return typeof actual === 'number' && Number.isFinite(actual);
    if (name === 'n' && typeof actual === 'number') return Number.isInteger(actual) && actual >= 0;
    return undefined;
  }

  #fillText(text: string): string | number {
    const captured = /^\{\{(capture:[^{}]+)\}\}$/.exec(text)?.[1];
    if (captured !== undefined) return this.#captured.get(captured) ?? 0;
    return text.replaceAll(/\{\{(run|RUN):([^{}]+)\}\}/g, (whole, kind: string, name: string) => {
      const id = this.#runs.get(name);
      if (id === undefined) throw new Error(`${whole} names no run of the seed`);
      return kind === 'RUN' ? id.toUpperCase() : id;
    });
  }

  #pattern(recorded: string): string {
    let pattern = '';
    let rest = this.fillText(recorded);
    for (let match = PLACEHOLDER.exec(rest); match !== null; match = PLACEHOLDER.exec(rest)) {
      pattern += literal(rest.slice(0, match.index)) + this.#patternOf(match[1]!);
      rest = rest.slice(match.index + match[0].length);
    }
    return pattern + literal(rest);
  }

  #patternOf(name: string): string {
    if (name === 'md5-7') return `(?:${this.#nameHashes.join('|')})`;
    return PATTERNS[name] ?? '.+';
  }
}

const PATTERNS: Readonly<Record<string, string>> = {
  time: String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{6})?\+00:00`,
  n: String.raw`\d{1,6}`,
  oid: '[0-9a-f]{24}',
  date: String.raw`\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT`,
  'last-modified': String.raw`\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT`,
  'content-length': String.raw`\d+`,
};

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}
