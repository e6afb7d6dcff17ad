/**
 * The games that simulated workers "play": pairs drawn so that the expected score is the true Elo's and the counts agree
 * with each other (docs/spec/worker-api.md §2.5), how long they take, and how many go into a batch (§6.4).
 */
import type { Results, RunArgs } from '../model/documents.js';
import type { Random } from './seeded-random.js';

/** Chances of a pair's score 0, ½, 1, 1½, 2, and of the 1-point pairs that consist of a win and a loss. */
export interface PairOdds {
  readonly scores: readonly [number, number, number, number, number];
  readonly decisiveShare: number;
}

/**
 * Two independent games whose expected score follows the logistic Elo model.
 * @param drawRatio wished share of draws, 0..1; lowered where the Elo difference leaves no room for it.
 */
export function pairOdds(elo: number, drawRatio: number): PairOdds {
  const score = 1 / (1 + 10 ** (-elo / 400));
  const draw = Math.min(drawRatio, 2 * score, 2 * (1 - score));
  const win = score - draw / 2;
  const loss = 1 - score - draw / 2;
  const even = draw * draw + 2 * win * loss;
  return {
    scores: [loss * loss, 2 * loss * draw, even, 2 * win * draw, win * win],
    decisiveShare: even > 0 ? (2 * win * loss) / even : 0,
  };
}

export function noResults(): Results & { pentanomial: [number, number, number, number, number] } {
  return { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0, pentanomial: [0, 0, 0, 0, 0] };
}

export type FullResults = ReturnType<typeof noResults>;

/** Draws games (an even number). @param timeLossRate chance that a pair holds a loss on time. */
export function playPairs(random: Random, odds: PairOdds, games: number, timeLossRate: number): FullResults {
  const results = noResults();
  for (let pair = 0; pair < games / 2; pair++) {
    const score = random.weighted(odds.scores);
    results.pentanomial[score]! += 1;
    if (score === 2) {
      const decisive = random.chance(odds.decisiveShare) ? 1 : 0;
      results.wins += decisive;
      results.losses += decisive;
      results.draws += 2 - 2 * decisive;
    } else {
      results.wins += score === 4 ? 2 : score === 3 ? 1 : 0;
      results.losses += score === 0 ? 2 : score === 1 ? 1 : 0;
      results.draws += score === 1 || score === 3 ? 1 : 0;
      if (score < 2 && random.chance(timeLossRate)) results.time_losses += 1;
    }
  }
  return results;
}

export function addResults(to: FullResults, more: FullResults): void {
  to.wins += more.wins;
  to.losses += more.losses;
  to.draws += more.draws;
  to.crashes += more.crashes;
  to.time_losses += more.time_losses;
  for (let i = 0; i < 5; i++) to.pentanomial[i]! += more.pentanomial[i]!;
}

export function gamesIn(results: Results): number {
  return results.wins + results.losses + results.draws;
}

interface TimeControl {
  readonly moves: number;
  readonly base: number;
  readonly increment: number;
}

function parseTimeControl(tc: string): TimeControl {
  const match = /^(?:(\d+)\/)?([\d.]+)(?:\+([\d.]+))?$/.exec(tc);
  if (!match) throw new Error(`cannot read the time control "${tc}" (expected [moves/]base[+increment])`);
  return { moves: Number(match[1] ?? 0), base: Number(match[2]), increment: Number(match[3] ?? 0) };
}

/** Seconds that one game of this time control lasts on the reference machine (docs/spec/scheduling.md §7.1). */
export function gameSeconds(tc: string): number {
  const { moves, base, increment } = parseTimeControl(tc);
  return ((moves > 0 ? (base * 68) / moves : base) + increment * 68) * 1.84;
}

function limit(tc: string): number {
  const { moves, base, increment } = parseTimeControl(tc);
  const plain = base * 3 + increment * 200;
  return moves > 0 ? (plain * 100) / moves : plain;
}

/** Python's round: halves go to the even neighbour. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * Games of a whole batch (docs/spec/worker-api.md §6.4); the machine's speed factor cancels out of the quotient.
 * @param concurrency cores offered; at least the run's threads.
 */
export function batchGames(args: RunArgs, concurrency: number): number {
  if (args.sprt) return 2 * (args.sprt.batch_size ?? 1);
  const mean = (limit(args.tc) + limit(args.new_tc ?? args.tc)) / 2;
  const ratio = limit('60+0.6') / (args.spsa ? 2 * mean : mean);
  return Math.floor(concurrency / args.threads) * 4 * Math.max(1, roundHalfEven(ratio));
}
