/** A tune for other programs: the rows of its chart, its parameters, and the text that the form of a new test takes (docs/spec/web-ui.md §4.6.4). */
import { BoundedCache } from '../../memory/bounded-cache.js';
import type { Spsa } from '../../model/documents.js';
import { stepSizes } from '../../rules/spsa.js';
import { currentLines } from '../../rules/spsa-form.js';
import { thinChart, tuneChart } from '../../rules/spsa-view.js';
import { readHistory, readTune } from '../../rules/stored-tune.js';
import { displayState } from '../../runtime/run-views.js';
import type { RunHead } from '../../store/port.js';
import type { SiteParts } from '../visit.js';
import { type CsvCell, csvOf } from './csv.js';

/** Of all parameters together. A tune of this server has 10,000 at most (docs/spec/spsa.md §5); an old document may have any number. */
const MOST_VALUES = 30_000;
const DRAWN_DIGITS = 8;
/** Many readers of one chart cost the store as much as one. */
const KEPT_MS = 2_000;
/** Charts of tunes that have ended are kept as texts, of up to a megabyte each. */
const MOST_CHARTS = 8;
const charts = new BoundedCache<string, { readonly version: string; readonly text: string }>(MOST_CHARTS);

/** Undefined for a test that is no tune. */
export async function findTune({ reader, kept }: SiteParts, head: RunHead): Promise<Spsa | undefined> {
  const { spsa, num_games: games } = head.args;
  if (spsa === undefined) return undefined;
  // Memory leaves the history to the store.
  const stored = await kept.get(`tune ${head._id}`, KEPT_MS, () => reader.spsaHistory(head._id));
  return { ...readTune(spsa, games), param_history: readHistory(stored) };
}

/**
 * The chart as JSON; undefined for a test that is no tune. That of a tune which has ended is made once: its history is whole when the
 * store says that it has ended, and all else that the chart tells is in the version.
 */
export async function chartText(parts: SiteParts, head: RunHead): Promise<string | undefined> {
  const { _id, args, finished, last_updated: lastUpdated } = head;
  // What memory tells may be ahead of the store, which has the history.
  const isInMemory = parts.isPrimary && parts.state.runs.find(_id) >= 0;
  const version = JSON.stringify([lastUpdated, displayState(head), args.num_games, args.spsa]);
  const known = charts.get(_id);
  if (known?.version === version) return known.text;
  const tune = await findTune(parts, head);
  if (tune === undefined) return undefined;
  const text = tuneJson(head, tune);
  if (finished && !isInMemory) charts.set(_id, { version, text });
  return text;
}

function tuneJson(head: RunHead, tune: Spsa): string {
  const { iter, num_iter, params } = tune;
  const facts = params.map(({ name, start, min, max, theta, c_end }) => ({
    name,
    start,
    min,
    max,
    theta,
    c_end,
  }));
  const { chart_rows: rows, ...chart } = thinChart(tuneChart(tune), MOST_VALUES);
  return JSON.stringify({
    id: head._id,
    state: displayState(head),
    iter,
    num_iter,
    params: facts,
    ...chart,
    chart_rows: rows.map(({ values, c_values: sizes, ...row }) => ({
      ...row,
      values: values.map(drawn),
      ...(sizes !== undefined && { c_values: sizes.map(drawn) }),
    })),
  });
}

/** More digits than a chart shows, and half as many as a number may have: they are most of the file. */
function drawn(value: number): number {
  return Number(value.toPrecision(DRAWN_DIGITS));
}

/** Each row of the chart: its iteration, then value and perturbation of each parameter. */
export function historyCsv(tune: Spsa): string {
  const { param_names: names, chart_rows: rows } = tuneChart(tune);
  const heads: CsvCell[] = ['iter_ratio', 'iteration', ...names.flatMap((name) => [name, `c of ${name}`])];
  return csvOf([
    heads,
    ...rows.map(({ iter_ratio: ratio, values, c_values: sizes }): CsvCell[] => [
      ratio,
      Math.round(ratio * tune.num_iter),
      ...values.flatMap((value, i) => [value, sizes?.[i]]),
    ]),
  ]);
}

export function parametersCsv({ params, A, alpha, gamma, iter }: Spsa): string {
  return csvOf([
    ['parameter', 'value', 'start', 'min', 'max', 'c', 'c_end', 'r', 'r_end'],
    ...params.map((param): CsvCell[] => {
      const { c, R } = stepSizes(param.c, param.a, A, alpha, gamma, iter);
      return [param.name, param.theta, param.start, param.min, param.max, c, param.c_end, R, param.r_end];
    }),
  ]);
}

export function tuneText(tune: Spsa): string {
  return `${currentLines(tune)}\n`;
}
