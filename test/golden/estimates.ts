/** Golden cases of the estimates and small helpers (docs/spec/scheduling.md §2, §4.4, §7; docs/spec/ui.md §5). */

import type { RunDocument, WorkerInfo } from '../../src/model/documents.js';
import { longWorkerName, runName, shortWorkerName } from '../../src/model/names.js';
import { countGames, isCrashOrTime, type PartialResults } from '../../src/rules/crash-or-time.js';
import { gameDuration, isLtcSprt, tcRatio } from '../../src/rules/game-time.js';
import { hasUsualHashes, isUsualHash } from '../../src/rules/hash-check.js';
import { canonicalizeRepoUrl } from '../../src/rules/repo-url.js';
import { formatBounds, resultBox } from '../../src/rules/result-box.js';
import { computeFlags, isUndecided, remainingHours } from '../../src/rules/run-progress.js';
import { hashOption, workerCap } from '../../src/rules/task-size.js';
import { internalThroughput } from '../../src/rules/throughput.js';
import {
  type Arguments,
  attempt,
  documentAt,
  eloModelAt,
  judgeAttempt,
  numberAt,
  resultsAt,
  textAt,
  unknownFunction,
} from './arguments.js';
import { type AuthResult, compare, type GoldenCase, revive, type Suite } from './suite.js';

const TOLERANCE = { tolerance: 1e-9, floor: 1e-9 };

type Call = (input: Arguments) => unknown;
type Args = RunDocument['args'];

const CALLS: Readonly<Record<string, Call>> = {
  estimate_game_duration: (input) => gameDuration(textAt(input, 'tc')),
  get_tc_ratio: (input) =>
    tcRatio(
      textAt(input, 'tc'),
      input['threads'],
      input['base'] === undefined ? undefined : textAt(input, 'base'),
    ),
  worker_cap: (input) => {
    const args = documentAt<Args>(input, 'args');
    return workerCap({
      gameDuration: gameDuration(args.tc),
      threads: args.threads,
      concurrency: documentAt<WorkerInfo>(input, 'worker_info').concurrency,
      batchSize: args.sprt === undefined ? undefined : (args.sprt.batch_size ?? 1),
    });
  },
  calc_itp: (input) => {
    const { throughput, tc, threads, sprt } = documentAt<Args>(input, 'args');
    return internalThroughput({
      throughput,
      tc,
      threads,
      sprt,
      games: countGames(resultsAt(input, 'results')),
      activeRunsOfOwner: numberAt(input, 'count'),
    });
  },
  get_hash: (input) => hashOption(textAt(input, 'engine_options')),
  remaining_hours: (input) => remainingHours(documentAt<RunDocument>(input, 'run')),
  count_games: (input) => countGames(documentAt<PartialResults>(input, 'stats')),
  worker_name: (input) => {
    const info = documentAt<WorkerInfo>(input, 'worker_info');
    return input['short'] === true ? shortWorkerName(info) : longWorkerName(info);
  },
  run_name: (input) => runName(textAt(input, 'new_tag'), textAt(input, '_id')),
  ok_hash: (input) => isUsualHash(numberAt(input, 'tc_ratio'), numberAt(input, 'hash')),
  reasonable_run_hashes: (input) => hasUsualHashes(documentAt<RunDocument>(input, 'run').args),
  is_sprt_ltc_data: (input) => isLtcSprt(documentAt<Args>(input, 'args')),
  crash_or_time: (input) => isCrashOrTime(documentAt<PartialResults>(input, 'stats')),
  compute_flags: (input) => {
    const { args, results, finished } = documentAt<RunDocument>(input, 'run');
    const { green, yellow } = computeFlags({
      finished,
      isSpsa: args.spsa !== undefined,
      isSprt: args.sprt !== undefined,
      sprtState: args.sprt?.state,
      results,
    });
    return { is_green: green, is_yellow: yellow };
  },
  is_undecided: (input) => {
    const { args, results } = documentAt<RunDocument>(input, 'run');
    return isUndecided(results, args.num_games, args.sprt);
  },
  format_results: (input) => resultBox(documentAt<RunDocument>(input, 'run')),
  format_bounds: (input) => formatBounds(eloModelAt(input), numberAt(input, 'elo0'), numberAt(input, 'elo1')),
  canonicalize_repo_url: (input) =>
    input['repo_url'] === null ? null : canonicalizeRepoUrl(textAt(input, 'repo_url')),
};

export const estimatesFunctions: readonly string[] = Object.keys(CALLS);

export const estimatesSuite: Suite = async (cases) => cases.map(judgeCase);

function judgeCase(recorded: GoldenCase): AuthResult {
  const { input, output } = recorded;
  const call = CALLS[String(input['fn'])];
  if (call === undefined) return unknownFunction(input['fn']);
  const tried = attempt(() => call(input));
  return judgeAttempt(recorded, tried, (answer) => compare(answer, revive(output), TOLERANCE));
}
