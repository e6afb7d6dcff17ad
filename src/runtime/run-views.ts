/** How runs, tasks and users look to an operator: from memory while a run is live, else from the store. */

import type { UserDocument } from '../model/documents.js';
import { longWorkerName } from '../model/names.js';
import { isHash } from '../operations/account/password.js';
import type { RunDetail, RunState, RunSummary, UserView, WorkerView } from '../protocol/admin.js';
import { estimateElo } from '../rules/elo.js';
import { countsOf } from '../rules/sprt.js';
import { isUndecidable } from '../rules/sprt-bounds.js';
import { sprtElo } from '../rules/sprt-elo.js';
import { readRun } from '../rules/stored-run.js';
import { taskGames } from '../state/results.js';
import { readHead } from '../state/run-document.js';
import { RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';
import { TaskFlag, TaskFloat, TaskWord } from '../state/task-record.js';
import type { RunHead } from '../store/port.js';

/** How far back a look at a run's latest workers goes, so that it holds the lock for microseconds. */
const NEWEST_TASKS = 1000;

export function userView(user: UserDocument): UserView {
  const { username, email, groups, pending, blocked, machine_limit, registration_time } = user;
  const has_clear_password = !isHash(user.password);
  return {
    username,
    email,
    groups,
    pending,
    blocked,
    machine_limit,
    registration_time,
    has_clear_password,
  };
}

export function runSummary(stored: RunHead): RunSummary {
  const head = readRun(stored);
  const { args, results } = head;
  const summary: RunSummary = {
    id: head._id,
    username: args.username,
    new_tag: args.new_tag,
    base_tag: args.base_tag,
    info: args.info,
    state: displayState(head),
    approved: head.approved,
    approver: head.approver,
    deleted: head.deleted,
    is_green: head.is_green,
    is_yellow: head.is_yellow,
    tc: args.tc,
    threads: args.threads,
    priority: args.priority,
    throughput: args.throughput,
    num_games: args.num_games,
    games: results.wins + results.losses + results.draws,
    workers: head.workers,
    cores: head.cores,
    results,
    start_time: head.start_time,
    last_updated: head.last_updated,
  };
  const { sprt, spsa } = args;
  if (sprt !== undefined) {
    summary.sprt = {
      elo0: sprt.elo0,
      elo1: sprt.elo1,
      elo_model: sprt.elo_model ?? 'BayesElo',
      llr: sprt.llr,
      lower_bound: sprt.lower_bound,
      upper_bound: sprt.upper_bound,
      state: sprt.state ?? '',
      ...(isUndecidable(sprt) ? { undecidable: true as const } : {}),
    };
  }
  if (spsa !== undefined) summary.spsa = { iter: spsa.iter, num_iter: spsa.num_iter };
  return summary;
}

export function runDetail(
  head: RunHead,
  tasks: { total: number; active: number; bad: number },
  activeWorkers: WorkerView[],
): RunDetail {
  const detail: RunDetail = {
    ...runSummary(head),
    tasks,
    nps: head.nps,
    games_per_minute: head.games_per_minute,
    args: head.args,
    active_workers: activeWorkers,
  };
  const elo = eloOf(readRun(head));
  if (elo !== undefined) detail.elo = elo;
  return detail;
}

/** The document of a live run, consistent at one instant. */
export function liveHead(state: State, slot: number): RunHead {
  return state.runs.locks.run(slot, () => {
    return readHead(state, slot);
  });
}

/** Counts of a live run's tasks, and the workers on its active ones. */
export function liveTasks(state: State, slot: number): { tasks: RunDetail['tasks']; workers: WorkerView[] } {
  const { runs, tasks } = state;
  const { i32 } = tasks.records;
  const counts = { total: 0, active: 0, bad: 0 };
  const workers: WorkerView[] = [];
  runs.locks.run(slot, () => {
    counts.total = runs.word(slot, RunWord.taskCount);
    for (let taskId = 0; taskId < counts.total; taskId++) {
      const at = tasks.offsetOf(slot, taskId);
      const flags = i32[at + TaskWord.flags]!;
      if ((flags & TaskFlag.bad) !== 0) counts.bad++;
      if ((flags & TaskFlag.active) === 0) continue;
      counts.active++;
      workers.push(workerView(state, slot, taskId, at));
    }
  });
  return { tasks: counts, workers };
}

/** Workers on the run's newest active tasks, newest first; none while the run is busy: the next look finds them. */
export function latestWorkers(state: State, slot: number, limit: number): WorkerView[] {
  const { runs, tasks } = state;
  const found: WorkerView[] = [];
  runs.locks.tryRun(slot, () => {
    if (!runs.isUnfinished(slot)) return;
    const count = runs.word(slot, RunWord.taskCount);
    for (
      let taskId = count - 1;
      taskId >= Math.max(0, count - NEWEST_TASKS) && found.length < limit;
      taskId--
    ) {
      const at = tasks.offsetOf(slot, taskId);
      if ((tasks.records.i32[at + TaskWord.flags]! & TaskFlag.active) === 0) continue;
      found.push(workerView(state, slot, taskId, at));
    }
  });
  return found;
}

function workerView(state: State, slot: number, taskId: number, at: number): WorkerView {
  const { i32, f64 } = state.tasks.records;
  const info = state.workerProfiles.get(i32[at + TaskWord.workerInfo]!);
  return {
    worker: longWorkerName(info),
    username: info.username,
    run_id: state.runs.id(slot),
    task_id: taskId,
    concurrency: info.concurrency,
    nps: f64[at / 2 + TaskFloat.nps]!,
    country_code: info.country_code,
    games: taskGames(state.tasks, at),
    num_games: i32[at + TaskWord.numGames]!,
    last_updated: f64[at / 2 + TaskFloat.lastUpdated]!,
  };
}

/** In a word: what the run waits for, or how it ended. */
export function displayState(head: RunHead): RunState {
  if (head.finished) return head.failed ? 'failed' : 'finished';
  if (head.workers > 0) return 'active';
  return head.approved ? 'paused' : 'pending';
}

/** Undefined for tunes, and before the first game. */
export function eloOf(head: RunHead): RunDetail['elo'] | undefined {
  const { wins, losses, draws } = head.results;
  return head.args.spsa !== undefined || wins + losses + draws === 0 ? undefined : eloEstimate(head);
}

/** Also before the first game. Results without an estimate of their own kind get the plain one. */
export function eloEstimate({
  args: { sprt },
  results,
}: Pick<RunHead, 'args' | 'results'>): NonNullable<RunDetail['elo']> {
  if (sprt !== undefined) {
    try {
      const { alpha, beta, elo0, elo1 } = sprt;
      const { elo, ci, LOS } = sprtElo(results, { alpha, beta, elo0, elo1, eloModel: sprt.elo_model });
      return { elo, low: ci[0], high: ci[1], los: LOS };
    } catch (error) {
      // One-sided results have no exact LLR; the plain estimate always exists.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  const { elo, elo95, los } = estimateElo(countsOf(results));
  return { elo, low: elo - elo95, high: elo + elo95, los };
}
