/**
 * A worker asks for work (docs/spec/scheduling.md §2). One decision at a time, under the request-task mutex: refusals, the
 * best run in the specified order, a new task. The best run is found in one pass over the ready runs: the first of the
 * sorted order that passes all filters is the least of those that pass them.
 */

import { TableFull } from '../../memory/tables/keyed-table.js';
import { SlabFull } from '../../memory/tables/slab.js';
import { longWorkerName, shortWorkerName } from '../../model/names.js';
import { assignment, NO_TASK_BODY, noTask } from '../../protocol/replies.js';
import * as texts from '../../protocol/texts.js';
import { taskSize } from '../../rules/task-size.js';
import { argsText, fixedHead } from '../../state/run-document.js';
import { RunFlag, RunFloat, RunWord } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { freeTask, writeTask } from '../../state/task-document.js';
import { TaskChange, TaskFloat, TaskWord } from '../../state/task-record.js';
import { TasksFull } from '../../state/tasks.js';
import { DEFAULT_MACHINE_LIMIT } from '../../state/users.js';
import type { TaskReference } from '../../state/workers.js';
import { markAggregates, markTask, pushItem, withSystem } from '../changes.js';
import { type Context, type Outcome, type Reply, retryLater, type WorkerCall } from '../context.js';
import { isActive } from '../run/transitions.js';
import { chooseRun } from './choose-run.js';
import { replaceTask, withLastTask } from './last-task.js';
import { checkReferences } from './resolve-task.js';

/** A worker of the same name that was heard of within this many whole seconds is taken to be running. */
const DUPLICATE_SECONDS = 120;
const SECONDS_A_DAY = 86_400;

export function requestTask(context: Context, call: WorkerCall): Outcome {
  const refusal = checkReferences(context, call);
  if (refusal !== undefined) return refusal;
  return assignTask(context.state, call);
}

/** A worker may name a task that it had: of a finished run, it makes no difference. */
export function answerFinished(state: State, call: WorkerCall): Reply {
  return assignTask(state, call);
}

/**
 * Everything after validation. Where memory is full there is no task, whatever it is full of: what is left of it is for the results of
 * tasks that are out.
 */
function assignTask(state: State, call: WorkerCall): Reply {
  if (state.slab.isNearlyFull()) return tooBusy();
  try {
    return decide(state, call);
  } catch (error) {
    if (error instanceof TasksFull || error instanceof TableFull || error instanceof SlabFull)
      return tooBusy();
    throw error;
  }
}

function tooBusy(): Reply {
  return retryLater(noTask('info', texts.TOO_BUSY));
}

function decide(state: State, call: WorkerCall): Reply {
  return state.requestTaskMutex.run(0, () => {
    const worker = state.workers.record(shortWorkerName(call.request.worker_info));
    const refusal =
      refuseBlocked(state, call, worker) ??
      refuseDuplicate(state, call, worker) ??
      refuseOverMachineLimit(state, call);
    if (refusal !== undefined) return refusal;
    const slot = chooseRun(state, call.request.worker_info, worker);
    if (slot < 0) return retryLater(NO_TASK_BODY);
    return createTask(state, call, worker, slot);
  });
}

function refuseBlocked(state: State, call: WorkerCall, worker: number): Reply | undefined {
  if (!state.workers.isBlocked(worker)) return undefined;
  const { message } = state.workers.block(worker)!;
  const name = shortWorkerName(call.request.worker_info);
  state.workers.setBlock(worker, true, message, call.now);
  const entry = { worker_name: name, blocked: true, message, last_updated: call.now };
  withSystem(state, (slot) => pushItem(state, slot, { kind: 'worker', worker: entry }));
  return retryLater(noTask('error', texts.blockedWorker(name, message, call.hostUrl)));
}

/** Whole seconds of a duration, within a day and never negative: where the clock stepped back, that is long ago (§2.2). */
function secondsOfDay(ms: number): number {
  const seconds = Math.floor(ms / 1000) % SECONDS_A_DAY;
  return seconds < 0 ? seconds + SECONDS_A_DAY : seconds;
}

function refuseDuplicate(state: State, call: WorkerCall, worker: number): Reply | undefined {
  const { worker_info: info } = call.request;
  const running = withLastTask(state, worker, ({ slot, taskId, offset }) => {
    if (!isActive(state, offset)) return undefined;
    const { i32, f64 } = state.tasks.records;
    const stored = state.workerProfiles.get(i32[offset + TaskWord.workerInfo]!);
    const idleSeconds = secondsOfDay(call.now - f64[offset / 2 + TaskFloat.lastUpdated]!);
    if (stored.unique_key === info.unique_key || idleSeconds > DUPLICATE_SECONDS) return undefined;
    const runId = state.runs.id(slot);
    return texts.duplicateWorker(longWorkerName(stored), idleSeconds, runId, taskId, longWorkerName(info));
  });
  return running === undefined ? undefined : retryLater(noTask('error', running));
}

function refuseOverMachineLimit(state: State, call: WorkerCall): Reply | undefined {
  const { username } = call.request.worker_info;
  const limit =
    state.users.accountStatus(username)?.machineLimit ?? call.machineLimit ?? DEFAULT_MACHINE_LIMIT;
  if (state.connections.count(call.remoteAddr) < limit) return undefined;
  return retryLater(noTask('error', texts.machineLimit(username)));
}

interface CreatedTask {
  readonly task: TaskReference;
  /** JSON text of the run's args as the worker gets them. */
  readonly args: string;
  readonly size: number;
  readonly start: number;
}

/** §2.5 and §2.6. */
function createTask(state: State, call: WorkerCall, worker: number, slot: number): Reply {
  const { runs } = state;
  const { worker_info: info } = call.request;
  const made = runs.locks.run(slot, (): Reply | CreatedTask => {
    const runId = runs.id(slot);
    const remaining = runs.float(slot, RunFloat.numGames) - runs.float(slot, RunFloat.committedGames);
    if (!runs.isUnfinished(slot) || remaining <= 0) {
      return retryLater(noTask('info', texts.runFinished(runId)));
    }
    const size = taskSize({
      gameDuration: runs.float(slot, RunFloat.gameDuration),
      threads: runs.word(slot, RunWord.threads),
      concurrency: info.concurrency,
      remaining,
      batchSize: runs.has(slot, RunFlag.sprt) ? runs.word(slot, RunWord.batchSize) : undefined,
    });
    const start = runs.float(slot, RunFloat.totalGames);
    const args = assignmentArgs(state, slot);
    const taskId = appendTask(state, slot, call, size, start);
    const task = { slot, generation: runs.word(slot, RunWord.generation), taskId };
    state.undoLog.noteAssignment({ ...task, worker });
    return { task, args, size, start };
  });
  if ('json' in made) return made;
  const { task, args, size, start } = made;
  replaceTask(state, worker, task, call.now);
  state.undoLog.noteAssignment(undefined);
  state.workers.recordAssignment(worker, runs.order.idWords(slot).slice());
  const json = assignment(runs.id(slot), args, task.taskId, size, start);
  return { status: 200, json, sequence: state.commits.next() };
}

/** Returns the new task's id. @throws TasksFull, TableFull, SlabFull, and the run is as it was */
function appendTask(state: State, slot: number, call: WorkerCall, size: number, start: number): number {
  const { runs } = state;
  const { worker_info: info } = call.request;
  const taskId = state.tasks.append(slot);
  const offset = state.tasks.offsetOf(slot, taskId);
  try {
    writeTask(state, offset, {
      num_games: size,
      active: true,
      last_updated: call.now,
      start,
      stats: { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0, pentanomial: [0, 0, 0, 0, 0] },
      worker_info: { ...info, remote_addr: call.remoteAddr, country_code: call.countryCode },
    });
    state.connections.add(call.remoteAddr);
  } catch (error) {
    // A number that no task has would be a gap in the store, which takes none.
    freeTask(state, offset);
    state.tasks.removeLast(slot);
    throw error;
  }
  runs.setWord(slot, RunWord.workers, runs.word(slot, RunWord.workers) + 1);
  runs.order.setCores(slot, runs.order.cores(slot) + info.concurrency);
  runs.addFloat(slot, RunFloat.committedGames, size);
  runs.addFloat(slot, RunFloat.totalGames, size);
  markTask(state, slot, taskId, offset, TaskChange.isNew);
  markAggregates(state, slot);
  return taskId;
}

function assignmentArgs(state: State, slot: number): string {
  const sri = state.books.sri(fixedHead(state, slot).args.book);
  return `${argsText(state, slot)}${sri === undefined ? '' : `,"book_sri":${JSON.stringify(sri)}`}}`;
}
