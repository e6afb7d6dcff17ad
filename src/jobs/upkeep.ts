/**
 * The periodic work on state (docs/spec/scheduling.md §8). Functions of state and clock; `schedule.ts` says when.
 */

import { logAction, markBeat, markRun, pushItem, withSystem } from '../operations/changes.js';
import { deactivateTask, isActive, noteCrashOrTime, taskAction } from '../operations/run/transitions.js';
import { withLastTask } from '../operations/worker/last-task.js';
import { gamesPerMinute } from '../rules/games-per-minute.js';
import { internalThroughput } from '../rules/throughput.js';
import { runGames } from '../state/results.js';
import { fixedHead } from '../state/run-document.js';
import { RunFlag, RunFloat, RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';
import { TaskFloat, TaskWord } from '../state/task-record.js';
import { scanTasks, scanWorkers, withUnfinished } from './scan.js';

/** A task that was silent for longer is dead. */
const DEAD_AFTER_MS = 360_000;
/**
 * Names and run ids that are stored of the workers. They are one document, which in MongoDB ends at 16 MiB, and the
 * outbox takes an object of 65,535 members at most: a worker has a name and at least one id.
 */
const MOST_STORED = 130_000;

/** §8.1: tasks whose workers are silent become inactive. Returns how many. */
export function scavenge(state: State, now: number): number {
  let dead = 0;
  for (const slot of state.runs.unfinished()) {
    scanTasks(state, slot, (taskId, at) => {
      if (!isActive(state, at)) return;
      const { f64 } = state.tasks.records;
      const last = at / 2 + TaskFloat.lastUpdated;
      // The clock stepped back since: from now on its silence counts.
      if (f64[last]! > now) {
        f64[last] = now;
        markBeat(state, slot, taskId, at);
      }
      if (!(now - f64[last]! > DEAD_AFTER_MS)) return;
      noteCrashOrTime(state, slot, taskId, at, now);
      logAction(state, slot, now, 'dead_task', taskAction(state, slot, taskId, at));
      deactivateTask(state, slot, taskId, at, now);
      dead++;
    });
  }
  if (dead > 0) state.commits.next();
  return dead;
}

/** §7.3 for all unfinished runs. */
export function updateThroughput(state: State): void {
  const active = new Map<string, number>();
  const slots = state.runs.unfinished();
  for (const slot of slots) {
    if (state.runs.word(slot, RunWord.workers) <= 0) continue;
    const { username } = fixedHead(state, slot).args;
    active.set(username, (active.get(username) ?? 0) + 1);
  }
  for (const slot of slots) withUnfinished(state, slot, () => updateRunThroughput(state, slot, active));
}

function updateRunThroughput(state: State, slot: number, active: ReadonlyMap<string, number>): void {
  const { runs } = state;
  // A time control that cannot be read: the run is never given out.
  if (runs.float(slot, RunFloat.coreLimit) < 0) return;
  const { tc, threads, username } = fixedHead(state, slot).args;
  const isSprt = runs.has(slot, RunFlag.sprt);
  const itp = internalThroughput({
    throughput: runs.float(slot, RunFloat.throughput),
    tc,
    threads,
    activeRunsOfOwner: active.get(username) ?? 0,
    games: runGames(runs, slot),
    sprt: isSprt ? { llr: runs.float(slot, RunFloat.llr), elo0: runs.float(slot, RunFloat.elo0) } : undefined,
  });
  if (itp === runs.order.itp(slot)) return;
  runs.order.setItp(slot, itp);
  markRun(state, slot);
}

/** §7.6: nodes per second and games per minute of all unfinished runs. */
export function updateSpeeds(state: State): void {
  const { runs, tasks } = state;
  const { i32, f64 } = tasks.records;
  for (const slot of runs.unfinished()) {
    const generation = runs.word(slot, RunWord.generation);
    const duration = runs.float(slot, RunFloat.gameDuration);
    const threads = runs.word(slot, RunWord.threads);
    let [nps, gpm] = [0, 0];
    const complete = scanTasks(state, slot, (_taskId, at) => {
      if (!isActive(state, at)) return;
      const concurrency = i32[at + TaskWord.concurrency]!;
      const workerNps = f64[at / 2 + TaskFloat.nps]!;
      nps += concurrency * workerNps;
      gpm += gamesPerMinute({ nps: workerNps, concurrency, threads }, duration);
    });
    if (!complete) continue;
    withUnfinished(state, slot, () => {
      if (runs.word(slot, RunWord.generation) !== generation) return;
      if (nps === runs.float(slot, RunFloat.nps) && gpm === runs.float(slot, RunFloat.gamesPerMinute)) return;
      runs.setFloat(slot, RunFloat.nps, nps);
      runs.setFloat(slot, RunFloat.gamesPerMinute, gpm);
      markRun(state, slot);
    });
  }
}

/** Forgets the tasks of workers that are not active any more. Returns how many workers are. */
export function cleanWorkerTasks(state: State): number {
  let active = 0;
  scanWorkers(state, (worker) => {
    if (withLastTask(state, worker, ({ offset }) => isActive(state, offset)) === true) active++;
    else state.workers.setTask(worker, undefined);
  });
  return active;
}

/** Forgets finished runs among those that workers have seen, and workers of which nothing is left; stores the rest. */
export function cleanWorkerRuns(state: State): void {
  const isLive = (runId: string) => {
    const slot = state.runs.find(runId);
    return slot >= 0 && state.runs.isUnfinished(slot);
  };
  scanWorkers(state, (worker) => {
    const lastRun = state.workers.lastRun(worker);
    const seen = state.workers.seenRuns(worker).filter(isLive);
    const keepsLast = lastRun !== undefined && (seen.length > 0 || isLive(lastRun));
    state.workers.setRuns(worker, keepsLast ? lastRun : undefined, seen);
    state.workers.forgetIfIdle(worker);
  });
  storeWorkerRuns(state);
}

/** Keeps what workers have seen across a restart. */
export function storeWorkerRuns(state: State): void {
  const value = workerRuns(state);
  withSystem(state, (slot) => pushItem(state, slot, { kind: 'keyValue', key: 'worker_runs', value }));
  state.commits.next();
}

/**
 * By short worker name: the runs it has seen, and the last one it got a task of. Workers above MOST_STORED are left out:
 * after a restart they may be given a run again that they cannot fetch now.
 */
export function workerRuns(state: State): Record<string, Record<string, true | string>> {
  const all: Record<string, Record<string, true | string>> = {};
  let left = MOST_STORED;
  scanWorkers(state, (worker) => {
    const lastRun = state.workers.lastRun(worker);
    if (left <= 0 || lastRun === undefined) return;
    const seen = state.workers.seenRuns(worker);
    left -= 2 + seen.length;
    all[state.workers.table.key(worker)] = {
      ...Object.fromEntries(seen.map((id) => [id, true as const])),
      last_run: lastRun,
    };
  });
  return all;
}
