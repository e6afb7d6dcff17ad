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

/** What the weight of a run is the product of, so that a person can be told why it is as it is. */
export interface ThroughputFactors {
  /** Percent, within bounds. */
  readonly asked: number;
  /** Above 1 for games longer than those of the standard time control. */
  readonly timeControl: number;
  /** Below 1 while the owner has active runs: the more, the less each of them weighs. */
  readonly owner: number;
  /** Above 1 for what is played already, and for an SPRT that is likely to be accepted soon. */
  readonly progress: number;
}

/** @throws RangeError when the time control is malformed */
export function throughputFactors(input: ThroughputInput): ThroughputFactors {
  const ratio = tcRatio(input.tc, input.threads);
  let bonus = Math.min(input.games / GAMES_FOR_FULL_BONUS, 1);
  if (input.sprt !== undefined && input.sprt.llr > PROMISING_LLR) bonus += input.sprt.elo0 > 0 ? 0.2 : 0.1;
  return {
    asked: Math.min(Math.max(input.throughput, 1), 500),
    timeControl: ratio > 1 ? ratio ** LONG_TC_EXPONENT : 1,
    owner: OWNER_RUNS / (OWNER_RUNS + input.activeRunsOfOwner ** 2),
    progress: 1 + bonus,
  };
}

/**
 * The weight of a run.
 * @throws RangeError when the time control is malformed
 */
export function internalThroughput(input: ThroughputInput): number {
  const { asked, timeControl, owner, progress } = throughputFactors(input);
  return asked * timeControl * owner * progress;
}
