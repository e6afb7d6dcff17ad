/** The live sequential probability ratio test: creation of its state and the step after every result (docs/spec/statistics.md §6). */

import type { EloModel, Overshoot, Results, Sprt } from '../model/documents.js';
import { drawEloOf, eloOfBayesElo, scoreOfElo } from './elo.js';
import { fillMeanMle, fillTValueMle } from './likelihood.js';
import { tValueUnit } from './llr.js';
import { fillProbabilities, outcomeValues, regularize } from './pdf.js';

/** Probabilities and constrained probabilities of the sample at hand, for 3 and for 5 outcomes. */
const SCRATCH = {
  3: { p: new Float64Array(3), p0: new Float64Array(3), p1: new Float64Array(3) },
  5: { p: new Float64Array(5), p0: new Float64Array(5), p1: new Float64Array(5) },
};

/** Parameters of a new test; Elo bounds in the units of the model, batch size in game pairs. */
export interface SprtSettings {
  readonly alpha: number;
  readonly beta: number;
  readonly elo0: number;
  readonly elo1: number;
  readonly eloModel: EloModel;
  readonly batchSize: number;
}

/** The state of a test before its first game. */
export function newSprt({ alpha, beta, elo0, elo1, eloModel, batchSize }: SprtSettings): Sprt {
  const { lower, upper } = sprtBounds(alpha, beta);
  return {
    alpha,
    beta,
    elo0,
    elo1,
    elo_model: eloModel,
    state: '',
    llr: 0,
    batch_size: batchSize,
    lower_bound: lower,
    upper_bound: upper,
    overshoot: { last_update: 0, skipped_updates: 0, ref0: 0, m0: 0, sq0: 0, ref1: 0, m1: 0, sq1: 0 },
  };
}

/** Wald's bounds of the LLR. */
export function sprtBounds(alpha: number, beta: number): { lower: number; upper: number } {
  return { lower: Math.log(beta / (1 - alpha)), upper: Math.log((1 - beta) / alpha) };
}

/**
 * Bounds in logistic Elo and the model that then applies; BayesElo uses the draw elo of the games, each kind of which counts
 * as none when only pairs are known (docs/spec/statistics.md §4.4, §5 step 1).
 * @throws RangeError when one outcome makes up all of a sample of more than about 10¹³ games in the BayesElo model
 */
export function withoutBayesElo(
  elo0: number,
  elo1: number,
  model: EloModel | undefined,
  { losses = 0, draws = 0, wins = 0 }: Partial<Pick<Results, 'wins' | 'losses' | 'draws'>>,
): { elo0: number; elo1: number; model: 'logistic' | 'normalized' } {
  if (model === 'logistic' || model === 'normalized') return { elo0, elo1, model };
  const drawElo = drawEloOf(regularize([losses, draws, wins]));
  return { elo0: eloOfBayesElo(elo0, drawElo), elo1: eloOfBayesElo(elo1, drawElo), model: 'logistic' };
}

/**
 * LLR of results, in a form that never throws: where no distribution meets a hypothesis, the last iterate or the
 * nearest root takes its place (docs/spec/statistics.md §4.2–4.3, §8 [F]; the mathematical source is in likelihood.ts; llr.ts has
 * the form that throws). NaN only where the sample or the bounds are beyond all numbers.
 * Allocates nothing for pentanomial results in the logistic and the normalized model.
 */
export function liveLlr(results: Results, sprt: Pick<Sprt, 'elo0' | 'elo1' | 'elo_model'>): number {
  let { elo0, elo1, elo_model: model } = sprt;
  if (model !== 'logistic' && model !== 'normalized') {
    try {
      ({ elo0, elo1, model } = withoutBayesElo(elo0, elo1, model, results));
    } catch (error) {
      if (error instanceof RangeError) return Number.NaN;
      throw error;
    }
  }
  const counts = countsOf(results);
  const outcomes = counts.length === 5 ? 5 : 3;
  const { p, p0, p1 } = SCRATCH[outcomes];
  const n = fillProbabilities(counts, p);
  const values = outcomeValues(outcomes);
  if (model === 'logistic') {
    fillMeanMle(values, p, scoreOfElo(elo0), p0);
    fillMeanMle(values, p, scoreOfElo(elo1), p1);
  } else {
    const unit = tValueUnit(outcomes);
    fillTValueMle(values, p, 0.5, elo0 * unit, p0);
    fillTValueMle(values, p, 0.5, elo1 * unit, p1);
  }
  let sum = 0;
  for (let i = 0; i < outcomes; i++) sum += p[i]! * Math.log(p1[i]! / p0[i]!);
  return n * sum;
}

/**
 * Brings the test up to date with the results of its run: LLR, overshoot estimate and state, in place. To be called
 * after every accepted update and after a purge. Never throws and never leaves a NaN behind.
 *
 * The bounds are drawn in by half the mean square of the LLR's ladder heights over their mean: a walk in steps ends
 * beyond its bound by that much on average (D. Siegmund, "Sequential Analysis", Springer 1985, chapter X).
 */
export function updateSprt(results: Results, sprt: Sprt): void {
  const samples = sampleCount(results);
  const llr = liveLlr(results, sprt);
  // Kept as it was where the sample is too lopsided to be told from a single outcome.
  if (Number.isFinite(llr)) sprt.llr = llr;
  followLadder(sprt, samples);
  const { below, above } = expectedOvershoot(sprt.overshoot);
  sprt.state =
    sprt.llr < sprt.lower_bound + below ? 'rejected' : sprt.llr > sprt.upper_bound - above ? 'accepted' : '';
}

/** Mean overshoot over the lower and the upper bound, both 0 when it is not known. */
export function expectedOvershoot(overshoot: Overshoot | undefined): { below: number; above: number } {
  if (overshoot === undefined) return NO_OVERSHOOT;
  const { m0, sq0, m1, sq1 } = overshoot;
  return { below: m0 === 0 ? 0 : -sq0 / m0 / 2, above: m1 === 0 ? 0 : sq1 / m1 / 2 };
}

const NO_OVERSHOOT = { below: 0, above: 0 } as const;

/** Records how far the LLR has come, batch by batch. Once samples went missing or came singly, no ladder can be told. */
function followLadder(sprt: Sprt, samples: number): void {
  const batchSize = sprt.batch_size ?? 1;
  if (samples % batchSize !== 0) {
    sprt.illegal_update = samples;
    delete sprt.overshoot;
  }
  const ladder = sprt.overshoot;
  if (ladder === undefined) return;
  const came = samples - ladder.last_update;
  if (came < 0) {
    sprt.lost_samples = -came;
    delete sprt.overshoot;
    return;
  }
  if (came === 0) return;
  ladder.last_update = samples;
  if (came === batchSize) {
    climb(ladder, sprt.llr);
    return;
  }
  // What lay between is not known: the ladder begins anew from here.
  ladder.skipped_updates += came - 1;
  ladder.ref0 = sprt.llr;
  ladder.ref1 = sprt.llr;
}

/** Adds the rung by which the LLR is lower (0) or higher (1) than ever since the ladder began. */
function climb(ladder: Overshoot, llr: number): void {
  const rung0 = llr - ladder.ref0;
  const rung1 = llr - ladder.ref1;
  if (llr < ladder.ref0) {
    ladder.ref0 = llr;
    ladder.m0 += rung0;
    ladder.sq0 += rung0 * rung0;
  }
  if (llr > ladder.ref1) {
    ladder.ref1 = llr;
    ladder.m1 += rung1;
    ladder.sq1 += rung1 * rung1;
  }
}

/** The pentanomial, or [losses, draws, wins] of old documents that have none. */
export function countsOf(results: Results): ArrayLike<number> {
  return results.pentanomial ?? [results.losses, results.draws, results.wins];
}

/** Number of pairs, or of games where there is no pentanomial. */
function sampleCount({ pentanomial, wins, losses, draws }: Results): number {
  if (pentanomial === undefined) return wins + losses + draws;
  return pentanomial[0] + pentanomial[1] + pentanomial[2] + pentanomial[3] + pentanomial[4];
}
