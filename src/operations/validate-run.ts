/** Checks a run's invariants when it ends (spec: data-model.md §2.5); what is broken is logged and never blocks. */
import { readRunResults, taskGames } from '../state/results.js';
import { fixedHead } from '../state/run-document.js';
import { RunFlag, RunFloat, RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';
import { TaskWord } from '../state/task-record.js';
import { logAction } from './changes.js';
import { isActive, runAction } from './transitions.js';

/** Runs of older versions break rules that they never knew. */
const FIRST_CHECKED_VERSION = 24;

/** Call under the run's lock. */
export function noteInvalidRun(state: State, slot: number, now: number): void {
  if (fixedHead(state, slot).version < FIRST_CHECKED_VERSION) return;
  const problems = findBrokenInvariants(state, slot);
  if (problems.length === 0) return;
  const { run_id: runId } = runAction(state, slot);
  const message = `run ${runId} is inconsistent: ${problems.join('; ')}`;
  logAction(state, slot, now, 'log_message', { username: 'fishtest.system', message });
}

/** What does not add up, one sentence each. */
export function findBrokenInvariants(state: State, slot: number): string[] {
  const { runs, tasks } = state;
  let [workers, cores, committed, total, wins, losses, draws] = [0, 0, 0, 0, 0, 0, 0];
  for (let taskId = 0; taskId < runs.word(slot, RunWord.taskCount); taskId++) {
    const at = tasks.at(slot, taskId);
    const { i32 } = tasks.records;
    const active = isActive(state, at);
    workers += active ? 1 : 0;
    cores += active ? i32[at + TaskWord.concurrency]! : 0;
    committed += active ? i32[at + TaskWord.numGames]! : taskGames(tasks, at);
    total += i32[at + TaskWord.numGames]!;
    wins += i32[at + TaskWord.wins]!;
    losses += i32[at + TaskWord.losses]!;
    draws += i32[at + TaskWord.draws]!;
  }
  const results = readRunResults(runs, slot);
  const compared: [string, number, number][] = [
    ['workers', runs.word(slot, RunWord.workers), workers],
    ['cores', runs.word(slot, RunWord.cores), cores],
    ['committed_games', runs.float(slot, RunFloat.committedGames), committed],
    ['total_games', runs.float(slot, RunFloat.totalGames), total],
    ['results.wins', results.wins, wins],
    ['results.losses', results.losses, losses],
    ['results.draws', results.draws, draws],
  ];
  const problems = compared
    .filter(([, is, should]) => is !== should)
    .map(([name, is, should]) => `${name} is ${is}, tasks say ${should}`);
  const hasOvershoot = runs.has(slot, RunFlag.overshoot);
  if (runs.has(slot, RunFlag.sprt) && hasOvershoot === runs.has(slot, RunFlag.lostSamples)) {
    problems.push(`args.sprt has ${hasOvershoot ? 'both' : 'neither'} of overshoot and lost_samples`);
  }
  return problems;
}
