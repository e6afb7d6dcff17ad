/** What the benchmarks write: one document for machines, from which the report and the list of goals are made. */
import { cpus, totalmem } from 'node:os';

/** The work whose subjects are pages. */
export const PAGES = 'pages, to the first byte';

/** One figure of one subject: the median of its rounds and how far they lie apart. */
export interface Figure {
  work: string;
  subject: string;
  unit: string;
  median: number;
  least: number;
  most: number;
  rounds: number;
  /** Further numbers of the median round, such as latencies in milliseconds. */
  details?: Readonly<Record<string, number>>;
}

export interface Results {
  machine: { cpu: string; cores: number; memoryGiB: number; node: string; platform: string };
  began: string;
  quick: boolean;
  figures: Figure[];
}

export function emptyResults(quick: boolean): Results {
  const all = cpus();
  return {
    machine: {
      cpu: all[0]?.model ?? 'unknown',
      cores: all.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
    began: new Date().toISOString(),
    quick,
    figures: [],
  };
}

export function figure(
  work: string,
  subject: string,
  unit: string,
  values: readonly number[],
  details?: Readonly<Record<string, number>>,
): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const median = Number.isInteger(half) ? (sorted[half - 1]! + sorted[half]!) / 2 : sorted[Math.floor(half)]!;
  const range = { least: sorted[0]!, most: sorted.at(-1)!, rounds: sorted.length };
  return { work, subject, unit, median, ...range, ...(details === undefined ? {} : { details }) };
}

export function findFigure(
  { figures }: Pick<Results, 'figures'>,
  work: string,
  subject: string,
): Figure | undefined {
  return figures.find((entry) => entry.work === work && entry.subject === subject);
}
