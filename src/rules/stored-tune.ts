/**
 * A tune as old databases hold it, made whole for people's eyes (docs/spec/data-model.md §2.7): what is missing or a text
 * gets the value that the reference's readers take. Workers' tunes never come this way.
 */
import type { Spsa, SpsaHistoryPoint, SpsaParam } from '../model/documents.js';
import { isNumber } from './stored-values.js';

const DEFAULT_ALPHA = 0.602;
const DEFAULT_GAMMA = 0.101;

/** @param numGames of the run, which an old tune may not repeat */
export function readTune(stored: Spsa, numGames: number): Spsa {
  const { A, alpha, gamma, iter, num_iter, params } = stored as Partial<Spsa>;
  return {
    ...stored,
    A: numberOf(A, 0),
    alpha: numberOf(alpha, DEFAULT_ALPHA),
    gamma: numberOf(gamma, DEFAULT_GAMMA),
    raw_params: typeof stored.raw_params === 'string' ? stored.raw_params : '',
    iter: Math.max(0, numberOf(iter, 0)),
    num_iter: numberOf(num_iter, Math.floor(numGames / 2)),
    params: Array.isArray(params) ? params.map(readParam) : [],
  };
}

/** Entries that are whole enough to be drawn: old ones lack the size of the perturbation, or are its value alone. */
export function readHistory(stored: unknown): SpsaHistoryPoint[][] {
  if (!Array.isArray(stored)) return [];
  return stored.filter(Array.isArray).map((entry: unknown[]) =>
    entry.map((point) => {
      const { theta, R, c } = (typeof point === 'object' && point !== null ? point : { theta: point }) as {
        [name in keyof SpsaHistoryPoint]?: unknown;
      };
      // A member that is missing stays so: the chart then goes on with what it had.
      const kept: Partial<SpsaHistoryPoint> = {
        ...(isNumber(theta) && { theta }),
        ...(isNumber(R) && { R }),
        ...(isNumber(c) && { c }),
      };
      return kept as SpsaHistoryPoint;
    }),
  );
}

function readParam(entry: unknown): SpsaParam {
  const stored = (typeof entry === 'object' && entry !== null ? entry : {}) as Partial<SpsaParam>;
  const start = numberOf(stored.start, 0);
  return {
    ...stored,
    name: typeof stored.name === 'string' ? stored.name : '',
    start,
    min: numberOf(stored.min, start),
    max: numberOf(stored.max, start),
    c: numberOf(stored.c, 0),
    c_end: numberOf(stored.c_end, 0),
    a: numberOf(stored.a, 0),
    a_end: numberOf(stored.a_end, 0),
    r_end: numberOf(stored.r_end, 0),
    theta: numberOf(stored.theta, start),
  };
}

function numberOf(value: unknown, fallback: number): number {
  if (isNumber(value)) return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : fallback;
}
