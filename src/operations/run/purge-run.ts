/** Takes the games of bad workers out of a finished run (docs/spec/scheduling.md §5). Call under the run's lock. */
import { chooseBadTasks, type PurgeCandidate, type PurgeRule } from '../../rules/purge-choice.js';
import { updateSprt } from '../../rules/sprt.js';
import {
  readRunResults,
  readSprt,
  readTaskResults,
  taskGames,
  writeRunResults,
  writeSprt,
  writeTaskResults,
} from '../../state/results.js';
import { RunFlag, RunFloat, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { readTask } from '../../state/task-document.js';
import { TaskChange, TaskFlag, TaskWord } from '../../state/task-record.js';
import { markRun, markTask, pushItem } from '../changes.js';
import { sumTasks } from './sum-tasks.js';
import { deactivateTask, isUndecided, reviveRun, updateFlags } from './transitions.js';

const DAY_MS = 86_400_000;
const OLDEST_DAYS = 30;
/** What became of a purge. */
export type Purge =
  | { readonly purged: true; readonly needsGames?: true }
  | { readonly purged: false; readonly reason: string };

/**
 * A purged run that is undecided again is revived.
 * @param mayRevive false: the run stays finished, and the answer tells that it needs games
 */
export function purgeRun(
  state: State,
  slot: number,
  rule: PurgeRule,
  now: number,
  mayRevive: boolean = true,
): Purge {
  const { runs } = state;
  if (!runs.has(slot, RunFlag.finished)) return refused('Can only purge completed run');
  const startTime = runs.float(slot, RunFloat.startTime);
  if (!(Math.floor((now - startTime) / DAY_MS) <= OLDEST_DAYS)) return refused('Run too old to be purged');
  if (runs.has(slot, RunFlag.failed)) return refused('You cannot purge a failed run');

  const bad = chooseBadTasks(candidates(state, slot), rule);
  if (bad.length === 0) return refused('No bad workers');
  for (const { taskId, residual, color } of bad) {
    setBadTask(state, slot, taskId, state.tasks.offsetOf(slot, taskId), residual, color, now);
  }
  recount(state, slot);
  if (!isUndecided(state, slot)) updateFlags(state, slot);
  else if (mayRevive) reviveRun(state, slot);
  else return { purged: true, needsGames: true };
  return { purged: true };
}

function refused(reason: string): Purge {
  return { purged: false, reason };
}

/** §5.2 step 6. */
function recount(state: State, slot: number): void {
  const { runs } = state;
  writeRunResults(runs, slot, sumTasks(state, slot).results);
  if (runs.has(slot, RunFlag.sprt) && runs.has(slot, RunFlag.sprtState)) {
    const sprt = readSprt(runs, slot);
    updateSprt(readRunResults(runs, slot), sprt);
    writeSprt(runs, slot, sprt);
  }
  markRun(state, slot);
}

/** §5.1. */
function setBadTask(
  state: State,
  slot: number,
  taskId: number,
  offset: number,
  residual: number,
  color: string,
  now: number,
): void {
  const { runs, tasks } = state;
  deactivateTask(state, slot, taskId, offset, now);
  const { bad: _bad, spsa_params: _flips, ...task } = readTask(state, offset);
  const badTask = { ...task, task_id: taskId, bad: true as const, residual, residual_color: color };
  pushItem(state, slot, { kind: 'badTask', badTask });
  runs.addFloat(slot, RunFloat.committedGames, -taskGames(tasks, offset));
  const { pentanomial } = task.stats;
  writeTaskResults(tasks, offset, {
    wins: 0,
    losses: 0,
    draws: 0,
    crashes: 0,
    time_losses: 0,
    ...(pentanomial === undefined ? {} : { pentanomial: [0, 0, 0, 0, 0] }),
  });
  tasks.records.i32[offset + TaskWord.flags]! |= TaskFlag.bad;
  markTask(state, slot, taskId, offset, TaskChange.live);
  markRun(state, slot);
}

/** The run's tasks that are not purged yet. */
function candidates(state: State, slot: number): PurgeCandidate[] {
  const found: PurgeCandidate[] = [];
  const { runs, tasks } = state;
  for (let taskId = 0; taskId < runs.word(slot, RunWord.taskCount); taskId++) {
    const offset = tasks.offsetOf(slot, taskId);
    if ((tasks.records.i32[offset + TaskWord.flags]! & TaskFlag.bad) !== 0) continue;
    found.push({ taskId, key: uniqueKey(state, offset), stats: readTaskResults(tasks, offset) });
  }
  return found;
}

function uniqueKey(state: State, offset: number): string | undefined {
  const entry = state.tasks.records.i32[offset + TaskWord.workerInfo]!;
  return entry === 0 ? undefined : state.workerProfiles.get(entry).unique_key;
}
