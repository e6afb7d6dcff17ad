/** The tune that a new run's author describes, and back for the web application's form of a run that is submitted again (docs/spec/spsa.md §2). */

import type { Spsa, SpsaParam } from '../model/documents.js';
import { parseFinite, toFinite, trimmed } from './parse-number.js';
import { requireClassic } from './spsa.js';

const FIELDS = ['name', 'start', 'min', 'max', 'c_end', 'r_end'] as const;
/** Of a value to start from: engines round it to a whole number. */
const CURRENT_DIGITS = 4;
const DEFAULTS = { A: 0.1, alpha: 0.602, gamma: 0.101 } as const;

/** The settings that the constants of every parameter are derived from; texts of numbers pass too. */
export interface SpsaSettings {
  readonly A: unknown;
  readonly alpha: unknown;
  readonly gamma: unknown;
  readonly num_iter: number;
  readonly raw_params: string;
  readonly algorithm?: string | null;
}

/** The fields of the form. */
export interface SpsaForm {
  readonly spsa_A?: string;
  readonly spsa_alpha?: string;
  readonly spsa_gamma?: string;
  readonly spsa_raw_params?: string;
  readonly spsa_algorithm?: string;
}

/** What the form shows when a tune is submitted again. */
export interface SpsaFormValues {
  readonly algorithm: 'classic';
  /** The stabiliser as a share of the tune's game pairs. */
  readonly A: number;
  readonly alpha: number;
  readonly gamma: number;
  readonly raw_params: string;
}

/**
 * A new tune.
 * @param numGames games of the whole run
 * @throws RangeError naming the field or the line that is wrong
 */
export function newTune(form: SpsaForm, numGames: number): Spsa {
  const algorithm = form.spsa_algorithm ?? 'classic';
  requireClassic({ algorithm });
  const A = Math.trunc((setting('A', form.spsa_A) * numGames) / 2);
  const alpha = setting('alpha', form.spsa_alpha);
  const gamma = setting('gamma', form.spsa_gamma);
  const num_iter = Math.floor(numGames / 2);
  const raw_params = form.spsa_raw_params ?? '';
  const params = tuneParams({ A, alpha, gamma, num_iter, raw_params });
  if (params.length === 0) throw new RangeError('an SPSA tune needs at least one parameter line');
  return { algorithm, A, alpha, gamma, raw_params, iter: 0, num_iter, params };
}

/**
 * The parameters that the raw text lists, one a line: name, start, min, max, c_end, r_end.
 * @throws RangeError naming the setting or the line that is wrong
 */
export function tuneParams(settings: SpsaSettings): SpsaParam[] {
  requireClassic({ algorithm: settings.algorithm ?? null });
  const A = setting('A', settings.A);
  const alpha = setting('alpha', settings.alpha);
  const gamma = setting('gamma', settings.gamma);
  const lines = settings.raw_params.split('\n').map(trimmed);
  return lines
    .filter((line) => line !== '')
    .map((line) => parseLine(line, A, alpha, gamma, settings.num_iter));
}

/** Form values of a stored tune, or of none. */
export function tuneFormValues(spsa: Partial<Spsa> | null, numGames: unknown): SpsaFormValues {
  requireClassic({ algorithm: spsa?.algorithm ?? null });
  const stored = numberOr(spsa?.A, undefined);
  const games = numberOr(numGames, 0);
  return {
    algorithm: 'classic',
    A:
      stored === undefined
        ? DEFAULTS.A
        : games > 0
          ? roundHalfEven((1000 * 2 * stored) / games) / 1000
          : stored,
    alpha: numberOr(spsa?.alpha, DEFAULTS.alpha),
    gamma: numberOr(spsa?.gamma, DEFAULTS.gamma),
    raw_params: spsa?.raw_params ?? '',
  };
}

/** Lines as the form takes them, which start where the tune stands. */
export function currentLines({ params }: Pick<Spsa, 'params'>): string {
  const rounded = (theta: number) => Number(theta.toFixed(CURRENT_DIGITS));
  return params
    .map(({ name, theta, min, max, c_end, r_end }) =>
      [name, rounded(theta), min, max, c_end, r_end].join(','),
    )
    .join('\n');
}

function parseLine(line: string, A: number, alpha: number, gamma: number, numIter: number): SpsaParam {
  const fields = line.split(',');
  if (fields.length !== FIELDS.length) {
    throw new RangeError(
      `the SPSA line ${JSON.stringify(line)} must have ${FIELDS.length} fields: ${FIELDS.join(', ')}`,
    );
  }
  const [start, min, max, c_end, r_end] = fields.slice(1).map((field) => parseFinite(field)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (c_end <= 0) throw new RangeError(`c_end of the SPSA line ${JSON.stringify(line)} must be positive`);
  if (r_end < 0) throw new RangeError(`r_end of the SPSA line ${JSON.stringify(line)} must not be negative`);
  const c = c_end * numIter ** gamma;
  const a_end = r_end * c_end * c_end;
  const a = a_end * (A + numIter) ** alpha;
  if (!Number.isFinite(c) || !Number.isFinite(a)) {
    throw new RangeError(`the SPSA line ${JSON.stringify(line)} leads to constants beyond all numbers`);
  }
  return { name: fields[0]!, start, min, max, c_end, r_end, c, a_end, a, theta: start };
}

function setting(name: string, value: unknown): number {
  const number = toFinite(value);
  if (number < 0) throw new RangeError(`the SPSA setting ${name} must not be negative, as ${number} is`);
  return number;
}

function numberOr<T>(value: unknown, otherwise: T): number | T {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
