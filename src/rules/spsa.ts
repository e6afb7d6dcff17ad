/**
 * Tuning by simultaneous perturbation (docs/spec/spsa.md §3–5): the perturbations of a batch, how they are packed, and the step
 * its result causes. Source of the method: J. Spall, "Implementation of the simultaneous perturbation algorithm for
 * stochastic optimization", IEEE Trans. Aerosp. Electron. Syst. 34 (1998).
 */

import type { Spsa, SpsaHistoryPoint } from '../model/documents.js';

/** The direction in which a parameter is perturbed. */
export type Flip = 1 | -1;

/** Size c of a perturbation, and gain R of its result. */
export interface StepSizes {
  c: number;
  R: number;
}

/** What a worker reports for one batch. */
export interface SpsaResult {
  readonly wins: number;
  readonly losses: number;
  readonly num_games: number;
  readonly sig?: number;
}

/**
 * Step sizes after `iter` applied game pairs. R is 0 where c is too small to divide by its square, so that a step
 * stays finite.
 */
export function stepSizes(
  c: number,
  a: number,
  A: number,
  alpha: number,
  gamma: number,
  iter: number,
): StepSizes {
  const i = iter + 1;
  const size = c / i ** gamma;
  const gain = a / (A + i) ** alpha / (size * size);
  return { c: size, R: Number.isFinite(gain) ? gain : 0 };
}

/** The value moved into the parameter's range. */
export function clipTheta(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

/** The flips as bits, +1 as 1, first flip in the most significant bit; the last byte is padded with zeros. */
export function packFlips(flips: ArrayLike<number>): Uint8Array {
  const packed = new Uint8Array(Math.ceil(flips.length / 8));
  for (let i = 0; i < flips.length; i++) if (flips[i] === 1) packed[i >> 3]! |= 0x80 >> (i & 7);
  return packed;
}

/**
 * The first `length` flips of the bytes, all by default.
 * @throws RangeError when there are not as many
 */
export function unpackFlips(packed: Uint8Array, length = packed.length * 8): Flip[] {
  if (length > packed.length * 8) throw new RangeError(`${packed.length} bytes do not hold ${length} flips`);
  return Array.from({ length }, (_, i) => (packed[i >> 3]! & (0x80 >> (i & 7)) ? 1 : -1));
}

/**
 * Game pairs between two points of the history: about a hundred points for up to 100 parameters, fewer for more.
 * 0 means no history.
 * @param numGames games of the whole run
 */
export function historyPeriod(paramCount: number, numGames: number): number {
  if (numGames <= 0 || paramCount <= 0) return 0;
  const samples = paramCount < 100 ? 100 : paramCount < 1000 ? 10_000 / paramCount : 1;
  return numGames / 2 / samples;
}

/** The numbers of a tune, however they are kept; parameters are counted from 0. */
export interface TuneNumbers {
  iter: number;
  readonly A: number;
  readonly alpha: number;
  readonly gamma: number;
  /** Number of parameters. */
  readonly length: number;
  c(i: number): number;
  a(i: number): number;
  min(i: number): number;
  max(i: number): number;
  theta(i: number): number;
  setTheta(i: number, value: number): void;
}

/** What the two engines play for a parameter in the next batch. */
export function batchValues(
  tune: TuneNumbers,
  i: number,
  flip: number,
): StepSizes & { w: number; b: number } {
  const steps = stepSizes(tune.c(i), tune.a(i), tune.A, tune.alpha, tune.gamma, tune.iter);
  const clipped = (shift: number) => clipTheta(tune.theta(i) + shift, tune.min(i), tune.max(i));
  return { ...steps, w: clipped(steps.c * flip), b: clipped(-steps.c * flip) };
}

/**
 * Moves the parameters by the result of a batch and counts its pairs. Returns the point of the history that it makes.
 * @param iter the iteration that the flips were drawn in
 */
export function applyBatch(
  tune: TuneNumbers,
  iter: number,
  flips: ArrayLike<number>,
  result: SpsaResult,
): SpsaHistoryPoint[] {
  const score = result.wins - result.losses;
  tune.iter += Math.floor(result.num_games / 2);
  return Array.from({ length: tune.length }, (_, i) => {
    const { c, R } = stepSizes(tune.c(i), tune.a(i), tune.A, tune.alpha, tune.gamma, iter);
    const theta = clipTheta(tune.theta(i) + R * c * score * flips[i]!, tune.min(i), tune.max(i));
    tune.setTheta(i, theta);
    return { theta, R, c };
  });
}

/** Whether the history, of this length, gets another point: at most one an update, so a large batch leaves it behind. */
export function wantsHistory(historyLength: number, iter: number, period: number): boolean {
  return historyLength + 1 <= iter / period;
}

/**
 * Refuses tunes of an algorithm that is not known; a missing one is the classic one.
 * @throws RangeError
 */
export function requireClassic({ algorithm }: Pick<Spsa, 'algorithm'>): void {
  if (algorithm !== undefined && algorithm !== null && algorithm !== 'classic') {
    throw new RangeError(`the SPSA algorithm must be "classic", not ${JSON.stringify(algorithm)}`);
  }
}
