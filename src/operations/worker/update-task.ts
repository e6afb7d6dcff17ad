/**
 * A worker reports the games of its task (docs/spec/scheduling.md §3). Everything is worked out before anything is written,
 * so that an update that decides its run can be sent to a pool thread without a trace, and no error leaves half of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Results, Sprt } from '../../model/documents.js';
import { ALIVE_BODY, NOT_ALIVE_BODY } from '../../protocol/replies.js';
import { LARGEST_COUNT } from '../../protocol/schema-parts.js';
import * as texts from '../../protocol/texts.js';
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
import { RunFlag, RunFloat } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { TaskChange, TaskFloat, TaskWord } from '../../state/task-record.js';
import { markAggregates, markRun, markTask } from '../changes.js';
import {
  accept,
  type Context,
  type Outcome,
  type Reply,
  refuse,
  WOULD_BLOCK,
  type WorkerCall,
} from '../context.js';
import { finishRun } from '../run/finish-run.js';
import { deactivateTask, isActive, noteCrashOrTime } from '../run/transitions.js';
import { applySpsa } from './apply-spsa.js';
import { aboutTask } from './finished-call.js';
import { type ResolvedTask, withResolvedTask } from './resolve-task.js';

/** A task's counts are 32-bit; no machine plays that many games in one task. */
const COUNT_LIMIT = 1_000_000_000;

export function updateTask(context: Context, call: WorkerCall): Outcome {
  const { state } = context;
  return withResolvedTask(context, call, (task) => {
    const isSpsa = state.runs.has(task.slot, RunFlag.spsa);
    const refusal = checkReport(call, isSpsa);
    if (refusal !== undefined) return refusal;
    const stats = call.request.stats!;
    if (isSpsa && !context.mayBlock) return WOULD_BLOCK;
    const isStored = () => isDeepStrictEqual(stats, readTaskResults(state.tasks, task.offset));
    if (call.isRetry && isStored()) return acceptedReply(state, task.offset);
    if (!isActive(state, task.offset)) return notActive(state.runs.id(task.slot), task.taskId);
    if (isSpsa && call.request.spsa!.num_games > 0 && isStored()) {
      // Its reply got lost, and the worker sends it again. It would be refused, since the games do not grow.
      return acceptedReply(state, task.offset);
    }
    if (coresAfter(state, call, task) > LARGEST_COUNT) {
      return refuse(call, 400, `concurrency: a run cannot have more than ${LARGEST_COUNT} cores`);
    }
    const incompatible = findIncompatibility(context, call, task, stats);
    if (incompatible !== undefined) {
      deactivateTask(state, task.slot, task.taskId, task.offset, call.now);
      return accept({ task_alive: false, error: incompatible }, state.commits.next());
    }
    return applyUpdate(context, call, task, stats);
  });
}

export const answerFinished = aboutTask((call, run, taskId) => {
  const refusal = checkReport(call, run.args.spsa !== undefined);
  return refusal ?? notActive(run._id, taskId);
});

function notActive(runId: string, taskId: number): Reply {
  return accept({ task_alive: false, info: texts.taskNotActive('Update_task', runId, taskId) });
}

/**
 * What a report must have, whatever became of its task. The reference fails on both missing members with an unexpected
 * exception; the status is kept, the text says what is wrong.
 */
function checkReport(call: WorkerCall, isSpsa: boolean): Reply | undefined {
  const { stats, spsa } = call.request;
  if (stats === undefined) return refuse(call, 500, texts.MISSING_STATS);
  if (isSpsa && spsa === undefined) return refuse(call, 500, texts.MISSING_SPSA);
  if (isTooLarge(stats)) return refuse(call, 400, `stats has a count above ${COUNT_LIMIT}`);
  return undefined;
}

/** §3 step 2: the counts must grow by whole pairs, and by whole batches in an SPRT run. */
function findIncompatibility(
  context: Context,
  call: WorkerCall,
  task: ResolvedTask,
  stats: Results,
): string | undefined {
  const { runs, tasks } = context.state;
  const games = gamesOf(stats);
  const before = taskGames(tasks, task.offset);
  const { spsa } = call.request;
  const isSpsa = runs.has(task.slot, RunFlag.spsa);
  const spsaGames = isSpsa && spsa !== undefined ? spsa.wins + spsa.losses + spsa.draws : 0;
  const runId = runs.id(task.slot);
  const spsaMismatch = spsaGames > 0 && (games <= 0 || games <= before);
  if (games < before || spsaMismatch || (games - before) % 2 !== 0) {
    return texts.incompatibleStats(runId, task.taskId, before, games, spsaGames);
  }
  if (runs.has(task.slot, RunFlag.sprt)) {
    const batch = 2 * readSprt(runs, task.slot).batch_size!;
    if (games % batch !== 0) return texts.wrongBatchSize(runId, task.taskId);
  }
  return undefined;
}

function applyUpdate(context: Context, call: WorkerCall, task: ResolvedTask, stats: Results): Outcome {
  const { state } = context;
  const { runs, tasks } = state;
  const { slot, taskId, offset } = task;
  const { now } = call;
  const before = readTaskResults(tasks, offset);
  const results = sumResults(readRunResults(runs, slot), stats, before);
  const sprt = runs.has(slot, RunFlag.sprt) ? readSprt(runs, slot) : undefined;
  if (sprt !== undefined) updateSprt(results, sprt);
  const undecided = isUndecidedWith(results, sprt, runs.float(slot, RunFloat.numGames));
  if (!undecided && !context.mayBlock) return WOULD_BLOCK;

  // First: it may find no room, and then nothing of the report is written.
  const infoChange = storeWorkerInfo(context, call, task);
  writeRunResults(runs, slot, results);
  writeTaskResults(tasks, offset, stats);
  tasks.records.f64[offset / 2 + TaskFloat.lastUpdated] = now;
  markTask(state, slot, taskId, offset, TaskChange.live | infoChange);
  if (runs.has(slot, RunFlag.spsa))
    applySpsa(state, task, call.request.spsa!, gamesOf(stats) - gamesOf(before));
  if (gamesOf(stats) >= tasks.records.i32[offset + TaskWord.numGames]!) {
    deactivateTask(state, slot, taskId, offset, now);
    noteCrashOrTime(state, slot, taskId, offset, now);
  }
  runs.setFloat(slot, RunFloat.lastUpdated, now);
  if (sprt !== undefined) writeSprt(runs, slot, sprt);
  if (undecided) markAggregates(state, slot);
  else markRun(state, slot);
  if (undecided) return acceptedReply(state, offset);
  finishRun(state, slot, now);
  return accept({ task_alive: false }, state.commits.next());
}

/** The games are in the task, which may be over with them. */
function acceptedReply(state: State, offset: number): Reply {
  const json = isActive(state, offset) ? ALIVE_BODY : NOT_ALIVE_BODY;
  return { status: 200, json, sequence: state.commits.next() };
}

/**
 * The request's worker_info replaces the task's, but the address stays the one that the task was given to. Returns what
 * that changes: bits of TaskChange.
 */
function storeWorkerInfo(context: Context, call: WorkerCall, { slot, offset }: ResolvedTask): number {
  const { runs, workerProfiles, tasks } = context.state;
  const { i32, f64 } = tasks.records;
  const old = i32[offset + TaskWord.workerInfo]!;
  const info = call.request.worker_info;
  const isSame = workerProfiles.matches(old, info, call.countryCode);
  if (isSame && f64[offset / 2 + TaskFloat.nps] === info.nps) return 0;
  if (!isSame) {
    i32[offset + TaskWord.workerInfo] = workerProfiles.retain({
      ...info,
      remote_addr: workerProfiles.get(old).remote_addr,
      country_code: call.countryCode,
    });
    context.state.undoLog.deferUntilRelease(() => workerProfiles.release(old));
    // The run's cores stay the sum of its active tasks' (§7.5).
    runs.order.setCores(
      slot,
      runs.order.cores(slot) + info.concurrency - i32[offset + TaskWord.concurrency]!,
    );
    i32[offset + TaskWord.concurrency] = info.concurrency;
  }
  f64[offset / 2 + TaskFloat.nps] = info.nps;
  return TaskChange.workerInfo;
}

/** Cores of the run when the task has those that the request names. */
function coresAfter(state: State, { request }: WorkerCall, { slot, offset }: ResolvedTask): number {
  const before = state.tasks.records.i32[offset + TaskWord.concurrency]!;
  return state.runs.order.cores(slot) - before + request.worker_info.concurrency;
}

function gamesOf({ wins, losses, draws }: Results): number {
  return wins + losses + draws;
}

function isUndecidedWith(results: Results, sprt: Sprt | undefined, numGames: number): boolean {
  if (gamesOf(results) >= numGames) return false;
  return sprt === undefined || (sprt.state ?? '') === '';
}

function sumResults(total: Results, added: Results, removed: Results): Results {
  const sum: Results = {
    wins: total.wins + added.wins - removed.wins,
    losses: total.losses + added.losses - removed.losses,
    draws: total.draws + added.draws - removed.draws,
    crashes: total.crashes + added.crashes - removed.crashes,
    time_losses: total.time_losses + added.time_losses - removed.time_losses,
  };
  if (total.pentanomial !== undefined) {
    sum.pentanomial = total.pentanomial.map(
      (pairs, i) => pairs + (added.pentanomial?.[i] ?? 0) - (removed.pentanomial?.[i] ?? 0),
    ) as Results['pentanomial'] & object;
  }
  return sum;
}

function isTooLarge(stats: Results): boolean {
  return (
    stats.wins > COUNT_LIMIT ||
    stats.losses > COUNT_LIMIT ||
    stats.draws > COUNT_LIMIT ||
    stats.crashes > COUNT_LIMIT ||
    stats.time_losses > COUNT_LIMIT
  );
}
