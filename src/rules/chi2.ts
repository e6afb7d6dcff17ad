/**
 * Workers whose results differ from the others': Pearson's chi-squared test for homogeneity of the outcomes by worker,
 * with adjusted residuals (S. Haberman, Biometrics 29, 1973) turned into normal deviates (docs/spec/scheduling.md §5.3–5.5).
 */

import type { PartialResults } from './crash-or-time.js';
import { normalQuantile, upperQuantileOfExp } from './normal.js';

/** Smallest expected count of a cell. */
const SMALLEST_EXPECTED = 5;

/** A task that is not purged, as the test sees it. */
export interface TaskView {
  /** The whole unique_key of the worker. */
  readonly key: string;
  /** Missing in old documents. */
  readonly stats: PartialResults | undefined;
}

export interface Chi2 {
  /** NaN when there is nothing to compare, like p and the thresholds. */
  readonly chi2: number;
  readonly dof: number;
  readonly p: number;
  /** How far a worker stands out, in standard deviations, by key; 0 at least, Infinity at most. */
  readonly residual: ReadonlyMap<string, number>;
  /** Residuals that the largest of all workers exceeds with a chance of 5 % and of 1 %. */
  readonly z_95: number;
  readonly z_99: number;
}

export type ResidualColor = 'green' | 'yellow' | 'red';

/** Counts of good, bad and even outcomes. */
type Row = [good: number, bad: number, even: number];

const NOTHING_TO_COMPARE: Chi2 = {
  chi2: Number.NaN,
  dof: 0,
  p: Number.NaN,
  residual: new Map(),
  z_95: Number.NaN,
  z_99: Number.NaN,
};

/** Tests whether workers differ, leaving out excluded keys and workers with too few games. */
export function chi2OfWorkers(tasks: Iterable<TaskView>, exclude: ReadonlySet<string> = new Set()): Chi2 {
  const counts = new WorkerCounts();
  for (const task of tasks) if (!exclude.has(task.key)) counts.add(task);
  return counts.test();
}

/** Outcomes by worker, task by task; the first task decides whether pairs or games are counted. */
export class WorkerCounts {
  readonly #rows = new Map<string, Row>();
  #inPairs: boolean | undefined;

  add({ key, stats }: TaskView): void {
    this.#inPairs ??= stats?.pentanomial !== undefined;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = [0, 0, 0];
      this.#rows.set(key, row);
    }
    if (stats === undefined) return;
    if (!this.#inPairs) {
      addTo(row, [stats.wins ?? 0, stats.losses ?? 0, stats.draws ?? 0]);
    } else if (stats.pentanomial !== undefined) {
      const [p0, p1, p2, p3, p4] = stats.pentanomial;
      addTo(row, [p3 + p4, p0 + p1, p2]);
    }
  }

  /** Whether the workers differ, of those with enough games. */
  test(): Chi2 {
    return testWorkers(new Map(this.#rows));
  }
}

function testWorkers(rows: Map<string, Row>): Chi2 {
  for (;;) {
    const columns: Row = [0, 0, 0];
    for (const row of rows.values()) addTo(columns, row);
    const total = sumOf(columns);
    if (rows.size <= 1 || total === 0) return NOTHING_TO_COMPARE;
    const isThin = (row: Row) => columns.some((column) => (sumOf(row) * column) / total <= SMALLEST_EXPECTED);
    const thin = [...rows].filter(([, row]) => isThin(row));
    if (thin.length === 0) return testRows(rows, columns, total);
    for (const [key] of thin) rows.delete(key);
  }
}

/**
 * Keys of the workers to purge, worst first: in each of `iterations` rounds the one with the largest residual, if the
 * test as a whole is below p or that residual above the limit. Rounds after the first leave out who was found.
 * @param first the test of all tasks
 */
export function findOutliers(
  tasks: readonly TaskView[],
  first: Chi2,
  p: number,
  residualLimit: number,
  iterations: number,
): string[] {
  const found = new Set<string>();
  let test = first;
  for (let round = 0; round < iterations; round++) {
    if (round > 0) test = chi2OfWorkers(tasks, found);
    let worst: string | undefined;
    let largest = Number.NEGATIVE_INFINITY;
    for (const [key, residual] of test.residual) {
      if (found.has(key) || !(test.p < p || residual > residualLimit) || residual <= largest) continue;
      worst = key;
      largest = residual;
    }
    if (worst === undefined) break;
    found.add(worst);
  }
  return [...found];
}

/** Colour of a residual against the thresholds of its test; red where there are none. */
export function colorOfResidual(
  residual: number,
  { z_95, z_99 }: Pick<Chi2, 'z_95' | 'z_99'>,
): ResidualColor {
  const size = Math.abs(residual);
  if (size < z_95) return 'green';
  return size < z_99 ? 'yellow' : 'red';
}

/** The normal deviate as rare as this chi-squared value with two degrees of freedom, not below 0. */
export function residualOf(adjusted: number): number {
  if (Math.exp(-adjusted / 2) === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, upperQuantileOfExp(adjusted / 2));
}

/** Upper tail of the chi-squared distribution with 2m degrees of freedom: e^(−h)·Σ_{j<m} h^j/j!, h = x/2. */
export function evenChi2Tail(x: number, m: number): number {
  const h = x / 2;
  if (h === 0) return 1;
  // From the largest term outwards, so that neither the exponential nor the powers leave the range of numbers.
  const largest = Math.min(m - 1, Math.floor(h));
  let logPeak = -h;
  for (let j = 1; j <= largest; j++) logPeak += Math.log(h / j);
  const peak = Math.exp(logPeak);
  let sum = peak;
  for (let j = largest, term = peak; j > 0 && term > 0; j--) {
    term *= j / h;
    sum += term;
  }
  for (let j = largest + 1, term = peak; j < m && term > 0; j++) {
    term *= h / j;
    sum += term;
  }
  return Math.min(1, sum);
}

function testRows(rows: ReadonlyMap<string, Row>, columns: Row, total: number): Chi2 {
  const residual = new Map<string, number>();
  let chi2 = 0;
  for (const [key, row] of rows) {
    const size = sumOf(row);
    let distance = 0;
    for (let j = 0; j < 3; j++) {
      const expected = (size * columns[j]!) / total;
      distance += (row[j]! - expected) ** 2 / expected;
    }
    chi2 += distance;
    residual.set(key, residualOf(distance / (1 - size / total)));
  }
  return {
    chi2,
    dof: (rows.size - 1) * 2,
    p: evenChi2Tail(chi2, rows.size - 1),
    residual,
    z_95: normalQuantile(1 - 0.05 / rows.size),
    z_99: normalQuantile(1 - 0.01 / rows.size),
  };
}

function addTo(row: Row, more: Readonly<Row>): void {
  for (let j = 0; j < 3; j++) row[j]! += more[j]!;
}

function sumOf(row: Readonly<Row>): number {
  return row[0] + row[1] + row[2];
}
