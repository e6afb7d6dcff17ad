/**
 * Prometheus' text format 0.0.4. Buckets of histograms are powers of two of a microsecond, a choice of the finer ones that are
 * kept in memory.
 */
import type { Distribution } from './collect.js';

type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [value: number, labels?: Labels];
type Timed = readonly [distribution: Distribution, labels?: Labels];

/** 16 µs to 67 s. */
const TIME_BOUNDS = Array.from({ length: 23 }, (_, i) => 2 ** (i + 4) * 1e-6);

export class PrometheusText {
  readonly #lines: string[] = [];

  counter(name: string, help: string, samples: readonly Sample[]): void {
    this.#family(name, 'counter', help, samples);
  }

  gauge(name: string, help: string, samples: readonly Sample[]): void {
    this.#family(name, 'gauge', help, samples);
  }

  histogram(
    name: string,
    help: string,
    timed: readonly Timed[],
    bounds: readonly number[] = TIME_BOUNDS,
  ): void {
    if (timed.length === 0) return;
    this.#head(name, 'histogram', help);
    for (const [{ buckets, count, sum }, labels = {}] of timed) {
      // A bucket ends at a bound but for rounding, so a hair is allowed.
      const within = (bound: number) =>
        buckets.reduce((total, bucket) => total + (bucket.up_to <= bound * 1.000001 ? bucket.count : 0), 0);
      for (const bound of bounds)
        this.#sample(`${name}_bucket`, within(bound), { ...labels, le: shortest(bound) });
      this.#sample(`${name}_bucket`, count, { ...labels, le: '+Inf' });
      this.#sample(`${name}_sum`, sum, labels);
      this.#sample(`${name}_count`, count, labels);
    }
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #family(name: string, type: string, help: string, samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    this.#head(name, type, help);
    for (const [value, labels = {}] of samples) this.#sample(name, value, labels);
  }

  #head(name: string, type: string, help: string): void {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  }

  #sample(name: string, value: number, labels: Labels): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    this.#lines.push(`${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`);
  }
}

function shortest(bound: number): string {
  return String(Number(bound.toPrecision(12)));
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
