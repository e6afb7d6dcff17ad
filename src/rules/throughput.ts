/** Internal throughput: the weight by which the scheduler shares cores among runs (docs/spec/scheduling.md §7.3). */

import { tcRatio } from './game-time.js';

export interface ThroughputInput {
  /** Percent, as the owner asked for. */
  readonly throughput: number;
  readonly tc: string;
  readonly threads: number;
  /** Unfinished runs of the same owner that have workers. */
  readonly activeRunsOfOwner: number;
  /** Games of the run's results. */
  readonly games: number;
  readonly sprt: { readonly llr: number; readonly elo0: number } | undefined;
}

const LONG_TC_EXPONENT = 0.774;
/** Square of the number of runs at which the weight of each has halved. */
const OWNER_RUNS = 36;
const GAMES_FOR_FULL_BONUS = 200_000;
/** LLR from which a test is likely to be accepted soon. */
const PROMISING_LLR = 2;

/**
 * The weight of a run.
 * @throws RangeError when the time control is malformed
 */
export function internalThroughput(input: ThroughputInput): number {
  let weight = Math.min(Math.max(input.throughput, 1), 500);
  const ratio = tcRatio(input.tc, input.threads);
  if (ratio > 1) weight *= ratio ** LONG_TC_EXPONENT;
  weight *= OWNER_RUNS / (OWNER_RUNS + input.activeRunsOfOwner ** 2);
  let bonus = Math.min(input.games / GAMES_FOR_FULL_BONUS, 1);
  if (input.sprt !== undefined && input.sprt.llr > PROMISING_LLR) bonus += input.sprt.elo0 > 0 ? 0.2 : 0.1;
  return weight * (1 + bonus);
}
