/** The state of a farm in the form in which scenarios record it. */
import { workerRuns } from '../../src/jobs/upkeep.js';
import type { TaskDocument } from '../../src/model/documents.js';
import { longWorkerName } from '../../src/model/names.js';
import { readHead } from '../../src/state/run-document.js';
import { RunWord } from '../../src/state/run-record.js';
import { readTask } from '../../src/state/task-document.js';
import type { RunHead } from '../../src/store/port.js';
import type { Farm } from './farm.js';

export type View = Record<string, unknown>;

/**
 * @param startMs the instant that recorded times count from
 * @param runIds runs to show besides those in memory: finished ones, which only the store has after a restart
 */
export async function viewFarm(farm: Farm, startMs: number, runIds: readonly string[]): Promise<View> {
  const { state, reader } = farm;
  const runs: View = {};
  for (const slot of state.runs.slots()) {
    const count = state.runs.word(slot, RunWord.taskCount);
    const tasks = Array.from({ length: count }, (_, taskId) =>
      readTask(state, state.tasks.offsetOf(slot, taskId)),
    );
    runs[state.runs.id(slot)] = await viewRun(farm, readHead(state, slot), tasks, startMs);
  }
  for (const runId of runIds) {
    const head = runId in runs ? undefined : await reader.run(runId);
    if (head === undefined) continue;
    const tasks: TaskDocument[] = [];
    for await (const task of reader.tasks(runId)) tasks.push(task);
    runs[runId] = await viewRun(farm, head, tasks, startMs);
  }
  return {
    runs,
    connections: Object.fromEntries(state.connections.entries()),
    unfinished: state.runs
      .unfinished()
      .map((slot) => state.runs.id(slot))
      .sort(),
    worker_tasks: workerTasks(farm),
    worker_runs: Object.fromEntries(
      Object.entries(workerRuns(state)).map(([name, { last_run: lastRun, ...seen }]) => [
        name,
        { last_run: lastRun, seen: Object.keys(seen).sort() },
      ]),
    ),
  };
}

async function viewRun(
  farm: Farm,
  head: RunHead,
  documents: readonly TaskDocument[],
  startMs: number,
): Promise<View> {
  const { args } = head;
  const tasks: View = {};
  documents.forEach((task, taskId) => {
    const view: View = {
      num_games: task.num_games,
      start: task.start,
      active: task.active,
      stats: task.stats,
      worker: longWorkerName(task.worker_info),
      last_updated: (task.last_updated - startMs) / 1000,
    };
    if (task.bad) view['bad'] = true;
    if (task.spsa_params !== undefined) {
      const { iter, packed_flips: flips } = task.spsa_params;
      view['spsa_params'] = { iter, packed_flips: Buffer.from(flips).toString('hex') };
    }
    tasks[taskId] = view;
  });
  const { workers, cores, committed_games, total_games, results, finished, deleted, failed, failures } = head;
  const { is_green, is_yellow, approved, approver, nps, games_per_minute } = head;
  const { badTasks, history } = await farm.storedLists(head._id);
  const view: View = {
    workers,
    cores,
    committed_games,
    total_games,
    results,
    finished,
    deleted,
    failed,
    failures,
    is_green,
    is_yellow,
    approved,
    approver,
    nps,
    games_per_minute,
    last_updated: (head.last_updated - startMs) / 1000,
    'args.itp': args.itp,
    'args.priority': args.priority,
    'args.throughput': args.throughput,
    'args.num_games': args.num_games,
    'args.auto_purge': args.auto_purge,
    bad_tasks: badTasks.map((task) => ({
      task_id: task.task_id,
      residual: task.residual,
      residual_color: task.residual_color,
      num_games: task.num_games,
      start: task.start,
      stats: task.stats,
    })),
    n_tasks: Object.keys(tasks).length,
    tasks,
  };
  if (args.sprt !== undefined) {
    const { llr, state: sprtState, overshoot, lost_samples, illegal_update } = args.sprt;
    view['args.sprt'] = { llr, state: sprtState, overshoot, lost_samples, illegal_update };
  }
  if (args.spsa !== undefined) {
    const { iter, params } = args.spsa;
    view['args.spsa'] = {
      iter,
      theta: params.map(({ theta }) => theta),
      history,
    };
  }
  return view;
}

function workerTasks({ state }: Farm): View {
  const tasks: View = {};
  for (const worker of state.workers.table.entries()) {
    const task = state.workers.task(worker);
    if (task !== undefined) tasks[state.workers.table.key(worker)] = [state.runs.id(task.slot), task.taskId];
  }
  return tasks;
}
