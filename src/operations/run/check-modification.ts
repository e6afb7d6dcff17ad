/** What an account may ask a modification for (docs/spec/web-ui.md §6.2): the first fault is told, as the form does. */
import { limitProblem } from '../../rules/run-limits.js';
import { RunFlag, RunFloat } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { OperationRefused, type RefusalCode } from '../refusal.js';

export interface RunChanges {
  num_games?: number;
  priority?: number;
  throughput?: number;
  auto_purge?: boolean;
  info?: string;
}

const DAY_MS = 86_400_000;
const OLDEST_DAYS = 30;
/** Games are asked for by the thousand, up to this. */
const GAMES_STEP = 1000;
const MOST_GAMES = 3_200_000;
const LONGEST_INFO = 5_000;

/** Call under the run's lock. @throws OperationRefused */
export function checkModification(state: State, slot: number, changes: RunChanges, now: number): void {
  const { runs } = state;
  const age = Math.floor((now - runs.float(slot, RunFloat.startTime)) / DAY_MS);
  if (age > OLDEST_DAYS)
    refuse('conflict', `the run began ${age} days ago: after ${OLDEST_DAYS} it stays as it is`);
  const games = changes.num_games;
  if (games !== undefined && !Number.isSafeInteger(games))
    refuse('invalid', `num_games is no whole number: ${games}`);
  if (games !== undefined) checkGames(state, slot, games);
  if ((changes.info?.length ?? 0) > LONGEST_INFO)
    refuse('invalid', `the description is longer than ${LONGEST_INFO} characters`);
  checkLimits(changes);
}

/** The bounds of a new run hold for whoever changes one. @throws OperationRefused */
export function checkLimits(changes: RunChanges): void {
  for (const name of ['throughput', 'priority'] as const) {
    const problem = changes[name] === undefined ? undefined : limitProblem(name, changes[name]);
    if (problem !== undefined) refuse('invalid', problem);
  }
}

function checkGames(state: State, slot: number, games: number): void {
  const { runs } = state;
  const before = runs.float(slot, RunFloat.numGames);
  const isSpsa = runs.has(slot, RunFlag.spsa);
  if (isSpsa && games !== before) refuse('invalid', `an SPSA tune keeps its number of games, ${before}`);
  if (!isSpsa && !runs.has(slot, RunFlag.sprt) && games > before) {
    refuse('invalid', `a test of a fixed number of games cannot get more than it has, ${before}`);
  }
  if (games < 0 || games % GAMES_STEP !== 0) {
    refuse('invalid', `num_games is no multiple of ${GAMES_STEP}: ${games}`);
  }
  if (games > MOST_GAMES) refuse('invalid', `num_games is above ${MOST_GAMES}: ${games}`);
}

function refuse(code: RefusalCode, message: string): never {
  throw new OperationRefused(code, message);
}
