/** Internal throughput: the weight by which the scheduler shares cores among runs (spec: scheduling.md §7.3). */
import { tcRatio } from './game-time.js';

export interface ThroughputInput {
  throughput: number;
  tc: string;
  threads: number;
  /** Unfinished runs of the same owner that have workers. */
  activeRunsOfOwner: number;
  /** Games of the run's results. */
  games: number;
  sprt: { llr: number; elo0: number } | undefined;
}

const LONG_TC_EXPONENT = 0.774;
const OWNER_RUNS = 36;
const GAMES_FOR_FULL_BONUS = 200_000;
const PROMISING_LLR = 2;

export function internalThroughput(input: ThroughputInput): number {
  let itp = Math.min(Math.max(input.throughput, 1), 500);
  const ratio = tcRatio(input.tc, input.threads);
  if (ratio > 1) itp *= ratio ** LONG_TC_EXPONENT;
  itp *= OWNER_RUNS / (OWNER_RUNS + input.activeRunsOfOwner * input.activeRunsOfOwner);
  let bonus = Math.min(input.games / GAMES_FOR_FULL_BONUS, 1);
  if (input.sprt !== undefined && input.sprt.llr > PROMISING_LLR) bonus += 0.1 + (input.sprt.elo0 > 0 ? 0.1 : 0);
  return itp * (1 + bonus);
}
