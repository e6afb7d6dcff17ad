/** What people see of a tune: the table of its parameters and the chart of their way (docs/spec/spsa.md §6), for the web application. */

import type { Spsa, SpsaHistoryPoint, SpsaParam } from '../model/documents.js';
import { formatScientific, formatShown } from './format-number.js';
import { stepSizes } from './spsa.js';

/** Tolerance between values that should be equal. */
const SAME = 1e-9;

export interface ChartRow {
  /** Share of the tune that is done, 0…1. */
  iter_ratio: number;
  values: number[];
  /** Size of the perturbations; missing at the start. */
  c_values?: number[];
}

export interface SpsaChart {
  param_names: string[];
  chart_rows: ChartRow[];
}

/** A header line and one row a parameter: name, theta, start, min, max, c, c_end, r, r_end. */
export function tuneTable(spsa: Spsa): [header: string, ...rows: string[][]] {
  const { A, alpha, gamma, iter } = spsa;
  const header = `iter: ${iter + 1}, A: ${A}, alpha: ${formatShown(alpha, 3)}, gamma: ${formatShown(gamma, 3)}`;
  const rows = spsa.params.map((param) => {
    const { c, R } = stepSizes(param.c, param.a, A, alpha, gamma, iter);
    return [
      param.name,
      formatShown(param.theta, 2),
      ...[param.start, param.min, param.max].map((value) => String(Math.trunc(value))),
      formatShown(c, 3),
      formatShown(param.c_end, 3),
      formatScientific(R, 2),
      formatScientific(param.r_end, 2),
    ];
  });
  return [header, ...rows];
}

/** Rows from the start over the history to the live values; only the start where there is no history. */
export function tuneChart(spsa: Spsa): SpsaChart {
  const { params, iter, num_iter, gamma } = spsa;
  const rows: ChartRow[] = [{ iter_ratio: 0, values: params.map((param) => param.start) }];
  const chart = { param_names: params.map((param) => param.name), chart_rows: rows };
  const history = (spsa.param_history ?? []).filter((entry) => entry.length > 0);
  if (history.length === 0) return chart;

  const live = params.map(({ theta, c }) => ({ theta, c: c / (iter + 1) ** gamma }));
  const atLive = isSame(history.at(-1)!, live);
  const hasLivePoint = iter > 0 && !atLive;
  const iterations = iterationsOf(history, spsa, hasLivePoint);
  if (atLive) iterations[iterations.length - 1] = iter;

  const ratio = (iteration: number) => (num_iter > 0 ? clamp(iteration / num_iter, 0, 1) : 0);
  let values = rows[0]!.values;
  let sizes = params.map((param) => param.c);
  for (const [index, entry] of history.entries()) {
    values = values.map((value, i) => entry[i]?.theta ?? value);
    sizes = sizes.map((size, i) => entry[i]?.c ?? size);
    rows.push({ iter_ratio: ratio(iterations[index]!), values, c_values: sizes });
  }
  if (hasLivePoint) {
    rows.push({
      iter_ratio: ratio(iter),
      values: live.map((point) => point.theta),
      c_values: live.map((point) => point.c),
    });
  }
  return chart;
}

/** At most so many values in all, evenly left out; the first and the last row stay. */
export function thinChart(
  { param_names, chart_rows: rows }: SpsaChart,
  mostValues: number,
): SpsaChart & { rows_left_out: number } {
  const most = Math.max(2, Math.floor(mostValues / Math.max(1, param_names.length)));
  if (rows.length <= most) return { param_names, chart_rows: rows, rows_left_out: 0 };
  const kept = Array.from(
    { length: most },
    (_, i) => rows[Math.round((i * (rows.length - 1)) / (most - 1))]!,
  );
  return { param_names, chart_rows: kept, rows_left_out: rows.length - most };
}

/** When the points were taken, recovered from their perturbations, or equally spaced if that fails. */
function iterationsOf(
  history: readonly (readonly SpsaHistoryPoint[])[],
  { params, gamma, iter, num_iter }: Spsa,
  hasLivePoint: boolean,
): number[] {
  const recovered = history.map((entry) => recoverIteration(entry, params, gamma, iter));
  const ordered = recovered.every(
    (value, index) => !Number.isNaN(value) && (index === 0 || value >= recovered[index - 1]! - SAME),
  );
  if (ordered) return recovered;
  const points = history.length + (hasLivePoint ? 1 : 0);
  const done = num_iter > 0 ? Math.min(iter / num_iter, 1) * num_iter : 0;
  return history.map((_, index) => ((index + 1) / points) * done);
}

/** Solves c/(i+1)^γ for i by the median parameter; NaN where no parameter tells. */
function recoverIteration(
  entry: readonly SpsaHistoryPoint[],
  params: readonly SpsaParam[],
  gamma: number,
  iter: number,
): number {
  const guesses = params.flatMap((param, i) => {
    const c = entry[i]?.c;
    if (c === undefined || !(c > 0 && param.c > 0)) return [];
    const guess = (param.c / c) ** (1 / gamma) - 1;
    return Number.isFinite(guess) ? [guess] : [];
  });
  return gamma > 0 && guesses.length > 0 ? clamp(median(guesses), 0, iter) : Number.NaN;
}

function isSame(
  entry: readonly SpsaHistoryPoint[],
  live: readonly { readonly theta: number; readonly c: number }[],
): boolean {
  return live.every(({ theta, c }, i) => {
    const point = entry[i];
    return point !== undefined && Math.abs(point.theta - theta) <= SAME && Math.abs(point.c - c) <= SAME;
  });
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}
