/**
 * The periodic work on state (spec: scheduling.md §8). Functions of state and clock; `schedule.ts` says when.
 */

import { logAction, markRun, pushItem, withSystem } from '../operations/changes.js';
import { dropRun } from '../operations/load-run.js';
import { withReferredTask } from '../operations/request-task.js';
import { deactivateTask, isActive, noteCrashOrTime, taskAction } from '../operations/transitions.js';
import type { RunArgs } from '../protocol/documents.js';
import { internalThroughput } from '../rules/throughput.js';
import { runGames } from '../state/results.js';
import { fixedHead } from '../state/run-document.js';
import { RunFlag, RunFloat, RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';
import { TaskFloat, TaskWord } from '../state/task-record.js';

/** A task that was silent for longer is dead. */
const DEAD_AFTER_MS = 360_000;
/** A finished run that nobody asked for leaves memory. */
const EVICT_AFTER_MS = 300_000;
const REFERENCE_NPS = 628_000;

/** §8.1: tasks whose workers are silent become inactive. Returns how many. */
export function scavenge(state: State, now: number): number {
  let dead = 0;
  forEachUnfinished(state, (slot) => {
    for (let taskId = 0; taskId < state.runs.word(slot, RunWord.taskCount); taskId++) {
      const at = state.tasks.at(slot, taskId);
      if (!isActive(state, at)) continue;
      if (!(now - state.tasks.records.f64[at / 2 + TaskFloat.lastUpdated]! > DEAD_AFTER_MS)) continue;
      noteCrashOrTime(state, slot, taskId, at, now);
      logAction(state, slot, now, 'dead_task', taskAction(state, slot, taskId, at));
      deactivateTask(state, slot, taskId, at, now);
      dead++;
    }
  });
  if (dead > 0) state.journal.append();
  return dead;
}

/** §7.3 for all unfinished runs. */
export function updateThroughput(state: State): void {
  const active = new Map<string, number>();
  const slots = state.runs.unfinished();
  const argsOf = (slot: number): RunArgs => fixedHead(state, slot).args;
  for (const slot of slots) {
    if (state.runs.word(slot, RunWord.workers) <= 0) continue;
    const { username } = argsOf(slot);
    active.set(username, (active.get(username) ?? 0) + 1);
  }
  forEachUnfinished(state, (slot) => {
    const { runs } = state;
    const { tc, threads, username } = argsOf(slot);
    const isSprt = runs.has(slot, RunFlag.sprt);
    const itp = internalThroughput({
      throughput: runs.float(slot, RunFloat.throughput),
      tc,
      threads,
      activeRunsOfOwner: active.get(username) ?? 0,
      games: runGames(runs, slot),
      sprt: isSprt
        ? { llr: runs.float(slot, RunFloat.llr), elo0: runs.float(slot, RunFloat.elo0) }
        : undefined,
    });
    if (itp === runs.float(slot, RunFloat.itp)) return;
    runs.setFloat(slot, RunFloat.itp, itp);
    markRun(state, slot);
  });
}

/** §7.6: nodes per second and games per minute of all unfinished runs. */
export function updateSpeeds(state: State): void {
  forEachUnfinished(state, (slot) => {
    const { runs, tasks } = state;
    const gamesPerMinute = 60 / runs.float(slot, RunFloat.gameDuration);
    const threads = runs.word(slot, RunWord.threads);
    let [nps, gpm] = [0, 0];
    for (let taskId = 0; taskId < runs.word(slot, RunWord.taskCount); taskId++) {
      const at = tasks.at(slot, taskId);
      if (!isActive(state, at)) continue;
      const concurrency = tasks.records.i32[at + TaskWord.concurrency]!;
      const workerNps = tasks.records.f64[at / 2 + TaskFloat.nps]!;
      nps += concurrency * workerNps;
      if (workerNps !== 0)
        gpm += (workerNps / REFERENCE_NPS) * gamesPerMinute * Math.floor(concurrency / threads);
    }
    if (nps === runs.float(slot, RunFloat.nps) && gpm === runs.float(slot, RunFloat.gamesPerMinute)) return;
    runs.setFloat(slot, RunFloat.nps, nps);
    runs.setFloat(slot, RunFloat.gamesPerMinute, gpm);
    markRun(state, slot);
  });
}

/** Forgets the tasks of workers that are not active any more. Returns how many workers are. */
export function cleanWorkerTasks(state: State): number {
  let active = 0;
  underMutex(state, () => {
    for (const worker of state.workers.table.entries()) {
      if (withReferredTask(state, worker, ({ at }) => isActive(state, at)) === true) active++;
      else state.workers.setTask(worker, undefined);
    }
  });
  return active;
}

/** Forgets finished runs among those that workers have seen, and workers of which nothing is left; stores the rest. */
export function cleanWorkerRuns(state: State): void {
  underMutex(state, () => {
    const isLive = (runId: string) => {
      const slot = state.runs.find(runId);
      return slot >= 0 && state.runs.isUnfinished(slot);
    };
    for (const worker of state.workers.table.entries()) {
      const lastRun = state.workers.lastRun(worker);
      const seen = state.workers.seenRuns(worker).filter(isLive);
      const keepsLast = lastRun !== undefined && (seen.length > 0 || isLive(lastRun));
      state.workers.setRuns(worker, keepsLast ? lastRun : undefined, seen);
      state.workers.forgetIfIdle(worker);
    }
  });
  storeWorkerRuns(state);
}

/** Keeps what workers have seen across a restart. */
export function storeWorkerRuns(state: State): void {
  withSystem(state, (slot) =>
    pushItem(state, slot, { kind: 'keyValue', key: 'worker_runs', value: workerRuns(state) }),
  );
  state.journal.append();
}

/** By short worker name: the runs it has seen, and the last one it got a task of. */
export function workerRuns(state: State): Record<string, Record<string, true | string>> {
  const all: Record<string, Record<string, true | string>> = {};
  for (const worker of state.workers.table.entries()) {
    const lastRun = state.workers.lastRun(worker);
    if (lastRun === undefined) continue;
    const runs = Object.fromEntries(state.workers.seenRuns(worker).map((id) => [id, true as const]));
    all[state.workers.table.key(worker)] = { ...runs, last_run: lastRun };
  }
  return all;
}

/** Finished runs leave memory when nobody needs them and the store has all of them. Returns how many left. */
export function evictRuns(state: State, now: number): number {
  let evicted = 0;
  const { runs } = state;
  for (const slot of runs.slots()) {
    if (!runs.has(slot, RunFlag.finished) || now - runs.float(slot, RunFloat.lastAccess) < EVICT_AFTER_MS)
      continue;
    runs.locks.acquire(slot);
    try {
      const pending =
        runs.word(slot, RunWord.dirtyTasks) !== 0 ||
        runs.word(slot, RunWord.outbox) !== 0 ||
        runs.has(slot, RunFlag.isNew | RunFlag.dirtyLive | RunFlag.dirtySpsa);
      if (pending || !runs.has(slot, RunFlag.finished)) continue;
      dropRun(state, slot);
      evicted++;
    } finally {
      runs.locks.release(slot);
    }
  }
  return evicted;
}

function forEachUnfinished(state: State, visit: (slot: number) => void): void {
  for (const slot of state.runs.unfinished()) {
    state.runs.locks.acquire(slot);
    try {
      if (state.runs.isUnfinished(slot)) visit(slot);
    } finally {
      state.runs.locks.release(slot);
    }
  }
}

function underMutex(state: State, act: () => void): void {
  state.requestTaskMutex.acquire();
  try {
    act();
  } finally {
    state.requestTaskMutex.release();
  }
}
