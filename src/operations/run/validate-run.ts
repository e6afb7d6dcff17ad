/**
 * Measures a run in memory by the schema of run documents (docs/spec/data-model.md §2), its sums by its tasks. What is broken
 * is logged and never blocks.
 */
import { checkRunHead, checkTask } from '../../protocol/check-document.js';
import { readRunResults } from '../../state/results.js';
import { fixedHead, readHead } from '../../state/run-document.js';
import { RunFloat, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { readTask } from '../../state/task-document.js';
import { logAction } from '../changes.js';
import { sumTasks } from './sum-tasks.js';
import { runAction } from './transitions.js';

/** Runs of older versions break rules that they never knew. */
const FIRST_CHECKED_VERSION = 24;

/** Logs what is broken in the run, its tasks aside. Call under the run's lock. */
export function noteInvalidRun(state: State, slot: number, now: number): void {
  const problem = checkRunHead(readHead(state, slot)) ?? findBrokenSum(state, slot);
  if (problem !== undefined) logInvalidRun(state, slot, problem, now);
}

/** Call under the run's lock. */
export function logInvalidRun(state: State, slot: number, problem: string, now: number): void {
  if (fixedHead(state, slot).version < FIRST_CHECKED_VERSION) return;
  const { run_id: runId } = runAction(state, slot);
  const message = `run ${runId} does not validate: ${problem}`;
  logAction(state, slot, now, 'log_message', { username: 'fishtest.system', message });
}

/** What is wrong with the document of a task in memory. Call under the run's lock. */
export function findTaskProblem(state: State, slot: number, taskId: number): string | undefined {
  const problem = checkTask(readTask(state, state.tasks.offsetOf(slot, taskId)));
  return problem === undefined ? undefined : `task ${taskId}: ${problem}`;
}

/** The first aggregate that is not what the tasks say. Call under the run's lock. */
function findBrokenSum(state: State, slot: number): string | undefined {
  const { runs } = state;
  const { results, ...sums } = sumTasks(state, slot);
  const stored = {
    results: JSON.stringify(readRunResults(runs, slot)),
    workers: runs.word(slot, RunWord.workers),
    cores: runs.order.cores(slot),
    committed_games: runs.float(slot, RunFloat.committedGames),
    total_games: runs.float(slot, RunFloat.totalGames),
  };
  const told = { results: JSON.stringify(results), ...sums };
  const wrong = (Object.keys(stored) as (keyof typeof stored)[]).find((name) => stored[name] !== told[name]);
  return wrong === undefined ? undefined : `${wrong} is ${stored[wrong]} but its tasks say ${told[wrong]}`;
}
