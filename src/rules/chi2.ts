/**
 * Workers whose results differ from the others': Pearson's chi-squared test for homogeneity on (won, lost, even) pairs
 * by worker, with adjusted residuals (Haberman 1973) turned into normal deviates (spec: scheduling.md §5.3–5.5).
 */
import type { Results } from '../protocol/documents.js';
import { normalQuantile, upperQuantileOfExp } from './normal.js';

/** A task that is not purged, as the test sees it. */
export interface TaskView {
  /** The worker's unique_key. */
  key: string;
  stats: Partial<Results> | undefined;
}

export interface Chi2 {
  chi2: number;
  dof: number;
  p: number;
  /** By unique_key. */
  residual: Map<string, number>;
  z_95: number;
  z_99: number;
}

const FEWEST_EXPECTED = 5;
const COLUMNS = 3;

export function getChi2(tasks: Iterable<TaskView>, exclude: ReadonlySet<string> = new Set()): Chi2 {
  const groups = groupByWorker(tasks, exclude);
  for (;;) {
    const columns = [0, 1, 2].map((j) => sum([...groups.values()].map((row) => row[j]!)));
    const total = sum(columns);
    if (groups.size <= 1 || total === 0) return undetermined();
    const isThin = (row: readonly number[]) =>
      columns.some((column) => (sum(row) * column) / total <= FEWEST_EXPECTED);
    const thin = [...groups].filter(([, row]) => isThin(row)).map(([key]) => key);
    if (thin.length === 0) return evaluate(groups, columns, total);
    for (const key of thin) groups.delete(key);
  }
}

/** Up to `iterations` workers, the most deviant first, while the test is significant or a residual is too large. */
export function badWorkers(
  tasks: readonly TaskView[],
  first: Chi2,
  p: number,
  residualLimit: number,
  iterations: number,
): string[] {
  const bad: string[] = [];
  let chi2 = first;
  for (let i = 0; i < iterations; i++) {
    if (i > 0) chi2 = getChi2(tasks, new Set(bad));
    let worst: [string, number] | undefined;
    for (const [key, residual] of chi2.residual) {
      if (bad.includes(key) || !(chi2.p < p || residual > residualLimit)) continue;
      if (worst === undefined || residual > worst[1]) worst = [key, residual];
    }
    if (worst === undefined) break;
    bad.push(worst[0]);
  }
  return bad;
}

export function residualColor(residual: number, { z_95: z95, z_99: z99 }: Pick<Chi2, 'z_95' | 'z_99'>): string {
  if (Math.abs(residual) < z95) return 'green';
  return Math.abs(residual) < z99 ? 'yellow' : 'red';
}

/** Pairs or games (won, lost, even) by worker; what the first task with a worker has decides between the two. */
function groupByWorker(tasks: Iterable<TaskView>, exclude: ReadonlySet<string>): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  let usesPairs: boolean | undefined;
  for (const { key, stats } of tasks) {
    if (exclude.has(key)) continue;
    usesPairs ??= stats?.pentanomial !== undefined;
    const row = groups.get(key) ?? [0, 0, 0];
    groups.set(key, row);
    if (usesPairs) {
      const pairs = stats?.pentanomial ?? [0, 0, 0, 0, 0];
      row[0]! += pairs[3] + pairs[4];
      row[1]! += pairs[0] + pairs[1];
      row[2]! += pairs[2];
    } else {
      row[0]! += stats?.wins ?? 0;
      row[1]! += stats?.losses ?? 0;
      row[2]! += stats?.draws ?? 0;
    }
  }
  return groups;
}

function evaluate(groups: Map<string, number[]>, columns: readonly number[], total: number): Chi2 {
  let chi2 = 0;
  const residual = new Map<string, number>();
  for (const [key, row] of groups) {
    const games = sum(row);
    const share = sum(columns.map((column, j) => ((row[j]! - (games * column) / total) ** 2 * total) / (games * column)));
    chi2 += share;
    residual.set(key, deviateOf(share / (1 - games / total)));
  }
  const dof = (groups.size - 1) * (COLUMNS - 1);
  return {
    chi2,
    dof,
    p: chi2Tail(chi2, dof),
    residual,
    z_95: normalQuantile(1 - 0.05 / groups.size),
    z_99: normalQuantile(1 - 0.01 / groups.size),
  };
}

/** The normal deviate with the same upper tail as a chi-squared value with two degrees of freedom; at least 0. */
function deviateOf(chi2: number): number {
  if (Math.exp(-chi2 / 2) === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, upperQuantileOfExp(chi2 / 2));
}

/** The upper tail of the chi-squared distribution for an even number of degrees of freedom. */
function chi2Tail(x: number, dof: number): number {
  let term = 1;
  let series = 1;
  for (let j = 1; j < dof / 2; j++) {
    term *= x / 2 / j;
    series += term;
  }
  return Math.exp(-x / 2) * series;
}

function undetermined(): Chi2 {
  const { NaN: none } = Number;
  return { chi2: none, dof: 0, p: none, residual: new Map(), z_95: none, z_99: none };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
