/** When a new run ends: an SPRT, an SPSA tune or a fixed number of games (docs/spec/data-model.md §2.6). */

import type { RunArgs } from '../../model/documents.js';
import type { NewRunForm } from '../../protocol/admin.js';
import { isLtcSprt, tcRatio } from '../../rules/game-time.js';
import { LARGEST_SPSA_SETTING } from '../../rules/run-limits.js';
import { newSprt } from '../../rules/sprt.js';
import { boundsProblem } from '../../rules/sprt-bounds.js';
import { newTune } from '../../rules/spsa-form.js';
import { spsaLineProblems } from '../../rules/spsa-lines.js';
import type { Fault } from '../refusal.js';

/** The games of an SPRT, which ends before. */
export const SPRT_GAMES = 800_000;
const LARGEST_RUN = 3_200_000;
const GAMES_STEP = 1_000;
const SPSA_DEFAULTS = { A_ratio: 0.1, alpha: 0.602, gamma: 0.101 };
const LTC_MARK = 'LTC: ';

/** What is wrong with the rule: one thing, or every line of a tune's parameters that is at fault. */
export function checkStopRule({ sprt, spsa, num_games: games }: NewRunForm): Fault[] {
  if (sprt !== undefined) {
    if (spsa !== undefined) return fault('spsa', 'a run has either sprt or spsa, not both');
    if (games !== undefined && games !== SPRT_GAMES) {
      return fault('num_games', `an SPRT has ${SPRT_GAMES} games: leave num_games out`);
    }
    const problem = boundsProblem(sprt);
    return problem === undefined ? [] : fault('sprt', problem);
  }
  const problem = gamesProblem(games);
  const inGames = problem === undefined ? [] : fault('num_games', problem);
  if (spsa === undefined) return inGames;
  const inTune = [...settingProblems(spsa), ...spsaLineProblems(spsa.raw_params)];
  const inSpsa = inTune.flatMap((text) => fault('spsa', text));
  if (inGames.length + inSpsa.length > 0) return [...inGames, ...inSpsa];
  try {
    buildTune(spsa, games!);
    return [];
  } catch (error) {
    if (error instanceof RangeError) return fault('spsa', error.message);
    throw error;
  }
}

function gamesProblem(games: number | undefined): string | undefined {
  if (games === undefined) return 'num_games is needed, since the run is no SPRT';
  if (games >= GAMES_STEP && games <= LARGEST_RUN && games % GAMES_STEP === 0) return undefined;
  return `num_games (${games}) must be a multiple of ${GAMES_STEP} from ${GAMES_STEP} to ${LARGEST_RUN}`;
}

function settingProblems({ A_ratio, alpha, gamma }: NonNullable<NewRunForm['spsa']>): string[] {
  return Object.entries({ A_ratio, alpha, gamma }).flatMap(([name, value]) => {
    const isFit = value === undefined || (value >= 0 && value <= LARGEST_SPSA_SETTING);
    return isFit ? [] : [`the SPSA setting ${name} (${value}) must be from 0 to ${LARGEST_SPSA_SETTING}`];
  });
}

function fault(member: keyof NewRunForm, text: string): Fault[] {
  return [{ member, text }];
}

/** Completes args that have passed checkStopRule with the state of their test or tune. */
export function applyStopRule(args: RunArgs, { sprt, spsa, num_games: numGames }: NewRunForm): void {
  if (sprt !== undefined) {
    args.num_games = SPRT_GAMES;
    args.sprt = newSprt({
      alpha: 0.05,
      beta: 0.05,
      elo0: sprt.elo0,
      elo1: sprt.elo1,
      eloModel: 'normalized',
      batchSize: Math.max(1, Math.floor(0.5 + 16 / tcRatio(args.tc, args.threads))),
    });
    if (isLtcSprt(args) && !args.info.startsWith(LTC_MARK)) args.info = LTC_MARK + args.info;
  } else if (spsa !== undefined) {
    args.spsa = buildTune(spsa, numGames!);
  }
}

type Tuning = NonNullable<NewRunForm['spsa']>;

function buildTune(tuning: Tuning, numGames: number): NonNullable<RunArgs['spsa']> {
  const { A_ratio, alpha, gamma, raw_params } = { ...SPSA_DEFAULTS, ...tuning };
  return newTune(
    { spsa_A: `${A_ratio}`, spsa_alpha: `${alpha}`, spsa_gamma: `${gamma}`, spsa_raw_params: raw_params },
    numGames,
  );
}
