/** Takes the games of bad workers out of a finished run (docs/spec/scheduling.md §5). Call under the run's lock. */
import { type Chi2, chi2OfWorkers, colorOfResidual, findOutliers, type TaskView } from '../../rules/chi2.js';
import { isCrashOrTime } from '../../rules/crash-or-time.js';
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

/** How suspicious a worker must be: a p-value, a residual, and how many workers are looked for. */
export interface PurgeRule {
  p: number;
  residual: number;
  iterations: number;
}

export const AUTO_PURGE: PurgeRule = { p: 0.001, residual: 7, iterations: 1 };
export const MANUAL_PURGE: PurgeRule = { p: 0.01, residual: 4.5, iterations: 1 };

const DAY_MS = 86_400_000;
const OLDEST_DAYS = 30;
/** The residual shown for tasks with too many crashes or time losses. */
const CRASH_RESIDUAL = 10;

/** What became of a purge. */
export type Purge = { readonly purged: true } | { readonly purged: false; readonly reason: string };

/** A purged run that is undecided again is revived. */
export function purgeRun(state: State, slot: number, rule: PurgeRule, now: number): Purge {
  const { runs } = state;
  if (!runs.has(slot, RunFlag.finished)) return refused('Can only purge completed run');
  const startTime = runs.float(slot, RunFloat.startTime);
  if (!(Math.floor((now - startTime) / DAY_MS) <= OLDEST_DAYS)) return refused('Run too old to be purged');
  if (runs.has(slot, RunFlag.failed)) return refused('You cannot purge a failed run');

  let purged = false;
  forEachGoodTask(state, slot, (taskId, offset) => {
    if (!isCrashOrTime(readTaskResults(state.tasks, offset))) return;
    setBadTask(state, slot, taskId, offset, CRASH_RESIDUAL, 'red', now);
    purged = true;
  });
  const views = taskViews(state, slot);
  const chi2 = chi2OfWorkers(views);
  const bad = new Set(
    findOutliers(views, chi2, rule.p, rule.residual, purged ? rule.iterations - 1 : rule.iterations),
  );
  if (bad.size > 0) {
    forEachGoodTask(state, slot, (taskId, offset) => {
      const key = uniqueKey(state, offset);
      if (key === undefined || !bad.has(key)) return;
      const residual = chi2.residual.get(key) ?? Number.POSITIVE_INFINITY;
      setBadTask(state, slot, taskId, offset, residual, colorOf(chi2, residual), now);
      purged = true;
    });
  }
  if (!purged) return refused('No bad workers');
  recount(state, slot);
  return { purged };
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
  if (isUndecided(state, slot)) reviveRun(state, slot);
  else updateFlags(state, slot);
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

/** The run's tasks as the chi-squared test sees them. */
export function taskViews(state: State, slot: number): TaskView[] {
  const views: TaskView[] = [];
  forEachGoodTask(state, slot, (_taskId, offset) => {
    const key = uniqueKey(state, offset);
    if (key !== undefined) views.push({ key, stats: readTaskResults(state.tasks, offset) });
  });
  return views;
}

function uniqueKey(state: State, offset: number): string | undefined {
  const entry = state.tasks.records.i32[offset + TaskWord.workerInfo]!;
  return entry === 0 ? undefined : state.workerProfiles.get(entry).unique_key;
}

function colorOf(chi2: Chi2, residual: number): string {
  return colorOfResidual(residual, chi2);
}

function forEachGoodTask(state: State, slot: number, visit: (taskId: number, offset: number) => void): void {
  for (let taskId = 0; taskId < state.runs.word(slot, RunWord.taskCount); taskId++) {
    const offset = state.tasks.offsetOf(slot, taskId);
    if ((state.tasks.records.i32[offset + TaskWord.flags]! & TaskFlag.bad) === 0) visit(taskId, offset);
  }
}
