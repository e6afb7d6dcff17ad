/** Rules that tie a run's members to each other and to its tasks (docs/spec/data-model.md §2.1, §2.5). */

import type { Results, RunDocument } from '../model/documents.js';
import { computeFlags, isUndecided } from '../rules/run-progress.js';

type CheckedRun = Omit<RunDocument, '_id'>;

/** The first rule that the run breaks, in words; undefined when it keeps them all. */
export function findRunProblem(run: CheckedRun): string | undefined {
  return findFlagProblem(run) ?? findSumProblem(run) ?? findEndProblem(run);
}

/** The same without the rules that need the tasks. */
export function findHeadProblem(run: CheckedRun): string | undefined {
  return findFlagProblem(run) ?? findEndProblem(run);
}

function findFlagProblem(run: CheckedRun): string | undefined {
  const { approved, approver, finished, failed, failures, is_green, is_yellow, args, results } = run;
  if (approved !== (approver !== ''))
    return `approved is ${approved} but approver is ${JSON.stringify(approver)}`;
  if (is_green && is_yellow) return 'is_green and is_yellow exclude each other';
  if (failed && failures === 0) return 'failed is true but failures is 0';
  const { green, yellow } = computeFlags({
    finished,
    isSpsa: args.spsa !== undefined,
    isSprt: args.sprt !== undefined,
    sprtState: args.sprt?.state,
    results,
  });
  if (green !== is_green) return `is_green is ${is_green} but the results say ${green}`;
  if (yellow !== is_yellow) return `is_yellow is ${is_yellow} but the results say ${yellow}`;
  return undefined;
}

function findSumProblem(run: CheckedRun): string | undefined {
  const { tasks } = run;
  const active = tasks.filter((task) => task.active);
  const sums = {
    workers: active.length,
    cores: sum(active.map((task) => task.worker_info.concurrency)),
    committed_games: sum(tasks.map((task) => (task.active ? task.num_games : games(task.stats)))),
    total_games: sum(tasks.map((task) => task.num_games)),
  };
  for (const [name, expected] of Object.entries(sums)) {
    const stored = run[name as keyof typeof sums];
    if (stored !== expected) return `${name} is ${stored} but its tasks say ${expected}`;
  }
  for (const name of COUNTS) {
    const expected = sum(tasks.map((task) => task.stats[name]));
    if (run.results[name] !== expected) {
      return `results.${name} is ${run.results[name]} but its tasks say ${expected}`;
    }
  }
  for (const i of [0, 1, 2, 3, 4] as const) {
    const expected = sum(tasks.map((task) => task.stats.pentanomial?.[i] ?? 0));
    if (run.results.pentanomial?.[i] !== expected) {
      return `results.pentanomial[${i}] is ${run.results.pentanomial?.[i]} but its tasks say ${expected}`;
    }
  }
  return undefined;
}

function findEndProblem(run: CheckedRun): string | undefined {
  if (run.finished) {
    const busy = (['workers', 'cores', 'nps', 'games_per_minute'] as const).find((name) => run[name] !== 0);
    return busy && `finished is true but ${busy} is ${run[busy]}`;
  }
  if (run.failed || run.deleted) return `finished is false but ${run.failed ? 'failed' : 'deleted'} is true`;
  if (isUndecided(run.results, run.args.num_games, run.args.sprt)) return undefined;
  return 'finished is false but the results decide the run';
}

const COUNTS = ['wins', 'losses', 'draws', 'crashes', 'time_losses'] as const;

function games({ wins, losses, draws }: Results): number {
  return wins + losses + draws;
}

function sum(terms: readonly number[]): number {
  return terms.reduce((total, term) => total + term, 0);
}
