/** From the rows of a tune to the lines that are drawn (docs/spec/web-ui.md §4.6.4). Knows nothing of a page. */

export interface TuneRow {
  /** Share of the tune that is done, 0…1. */
  readonly iter_ratio: number;
  readonly values: readonly number[];
  /** Sizes of the perturbations; missing at the start. */
  readonly c_values?: readonly number[];
}

export interface CurveOptions {
  /** Indexes of the parameters. */
  readonly chosen: readonly number[];
  /** 0 for none, 10 at most. */
  readonly smoothing: number;
  /** The change since the start in percent of the perturbation, in place of the value. */
  readonly isPercent: boolean;
}

/** One line for each chosen parameter, a point for each row. */
export function curvesOf(
  rows: readonly TuneRow[],
  { chosen, smoothing, isPercent }: CurveOptions,
): number[][] {
  const weights = weightsOf(rows, smoothing);
  return chosen.map((parameter) => {
    const raw = rows.map(({ values }) => values[parameter] ?? Number.NaN);
    const smooth = weights === undefined ? raw : raw.map((_, i) => weighted(raw, weights, i));
    if (!isPercent) return smooth;
    const start = raw[0] ?? 0;
    return smooth.map((value, i) => {
      const size = rows[i]!.c_values?.[parameter];
      // The start has no perturbation, and no change.
      return i === 0 || size === undefined || size === 0 ? 0 : (100 * (value - start)) / size;
    });
  });
}

/** Gaussian weights by the distance of rows; undefined where nothing is smoothed. */
function weightsOf(rows: readonly TuneRow[], level: number): number[] | undefined {
  const last = rows.at(-1)?.iter_ratio ?? 0;
  const width = last > 0 ? (2 * level * (rows.length - 1)) / (100 * last) : 0;
  return width > 0 ? rows.map((_, distance) => Math.exp(-0.5 * (distance / width) ** 2)) : undefined;
}

function weighted(values: readonly number[], weights: readonly number[], at: number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = weights[Math.abs(i - at)]!;
    sum += weight * values[i]!;
    total += weight;
  }
  return sum / total;
}

/** Indexes of at most so many rows, evenly chosen, with the first and the last. */
export function fewRows(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}
