/** Golden cases of purge_run: the run is loaded into live state, purged there, and read back. */

import type { BadTaskDocument, RunDocument } from '../../src/model/documents.js';
import { dropRun } from '../../src/operations/run/load-run.js';
import { purgeRun } from '../../src/operations/run/purge-run.js';
import { collectBatch } from '../../src/state/collect-batch.js';
import { readHead } from '../../src/state/run-document.js';
import { RunWord } from '../../src/state/run-record.js';
import { readTask } from '../../src/state/task-document.js';
import { Farm } from './farm.js';
import { type AuthResult, compare, type GoldenCase } from './suite.js';

// biome-ignore lint/suspicious/noExplicitAny: recorded JSON
type Recorded = any;

const ZERO = { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0 };
let shared: Promise<Farm> | undefined;

export async function judgePurgeRun({ input, output }: GoldenCase): Promise<AuthResult> {
  const { run, now, p, res, iters } = input as Recorded;
  const expected = output as Recorded;
  shared ??= Farm.open({ users: [], workers: [], runs: [], keyValues: [] }, now * 1000);
  const farm = await shared;
  const { state } = farm;
  await farm.addRun(completed(run));
  const slot = state.runs.find(run._id);
  state.runs.locks.acquire(slot);
  const purge = purgeRun(state, slot, { p, residual: res, iterations: iters }, now * 1000);
  const message = purge.purged ? '' : purge.reason;
  state.runs.locks.release(slot);
  // The recorded runs lack members that a store wants, so what would be written is looked at instead.
  const [written] = collectBatch(state).runs;
  const verdict = judgePurge(farm, slot, message, expected, written?.badTasks ?? []);
  dropRun(state, slot);
  return verdict;
}

function judgePurge(
  farm: Farm,
  slot: number,
  message: string,
  expected: Recorded,
  purged: readonly BadTaskDocument[],
): AuthResult {
  const why =
    compare(message, expected.message, 0, '$.message') ??
    (expected.run === undefined
      ? undefined
      : runDifference(purgedRun(farm, slot, purged, message), expected.run));
  return why === undefined ? { kind: 'pass' } : { kind: 'fail', why };
}

/** Compares the members that are recorded. */
function runDifference(actual: Recorded, expected: Recorded): string | undefined {
  for (const key of Object.keys(expected)) {
    const why = compare(actual[key], expected[key], 1e-6, `$.run.${key}`);
    if (why !== undefined) return why;
  }
  return undefined;
}

function purgedRun(
  { state }: Farm,
  slot: number,
  purged: readonly BadTaskDocument[],
  message: string,
): Recorded {
  const head = readHead(state, slot);
  const tasks = Array.from({ length: state.runs.word(slot, RunWord.taskCount) }, (_, taskId) => {
    const task = readTask(state, state.tasks.offsetOf(slot, taskId));
    return { stats: task.stats, bad: task.bad === true, active: task.active };
  });
  const badTasks = purged.map((task) => {
    const { task_id, residual, residual_color, stats, num_games, start, active, bad } = task;
    return { task_id, residual, residual_color, stats, num_games, start, active, bad };
  });
  const { sprt } = head.args;
  const { llr, state: sprtState, lost_samples, overshoot, illegal_update } = sprt ?? {};
  return {
    ...head,
    tasks,
    bad_tasks: badTasks,
    sprt: sprt === undefined ? undefined : { llr, state: sprtState, lost_samples, overshoot, illegal_update },
    // The recording tells whether the purge put the run back, not whether it had been unfinished all along.
    unfinished: message === '' && state.runs.isUnfinished(slot),
  };
}

/** The recorded runs hold only what a purge reads. */
function completed(run: Recorded): RunDocument {
  return {
    version: 24,
    approved: true,
    approver: '',
    failures: 0,
    nps: 0,
    games_per_minute: 0,
    tc_base: 10,
    ...run,
    last_updated: (run.start_time ?? Number.NaN) * 1000,
    start_time: (run.start_time ?? Number.NaN) * 1000,
    args: {
      new_tag: 'new',
      auto_purge: false,
      throughput: 100,
      itp: 100,
      priority: 0,
      info: '',
      new_options: '',
      base_options: '',
      ...run.args,
    },
    tasks: run.tasks.map((task: Recorded) => ({ last_updated: 0, stats: ZERO, ...task })),
    bad_tasks: [],
  };
}
