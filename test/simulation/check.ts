/** Compares a farm with its model, and both with what must hold of any farm. */
import { workerRuns } from '../../src/jobs/upkeep.js';
import type { TaskSpsaParams } from '../../src/model/documents.js';
import { readHead } from '../../src/state/run-document.js';
import { RunWord } from '../../src/state/run-record.js';
import type { State } from '../../src/state/state.js';
import { readTask } from '../../src/state/task-document.js';
import type { Farm } from './farm.js';
import { gamesOf, type Model, type ModelRun, type ModelTask } from './model.js';
import { sumOf } from './model-purge.js';

/** Shoal and the model, or Shoal and an invariant, disagree. */
export class Disagreement extends Error {}

/** Characters shown around the first difference. */
const SHOWN_BEFORE = 200;
const SHOWN_AFTER = 300;

const MEMBERS = [
  'approved',
  'approver',
  'finished',
  'deleted',
  'failed',
  'failures',
  'is_green',
  'is_yellow',
  'workers',
  'cores',
  'committed_games',
  'total_games',
  'results',
  'nps',
  'games_per_minute',
  'start_time',
  'last_updated',
] as const;
const ARGS = ['num_games', 'priority', 'throughput', 'itp', 'auto_purge', 'sprt'] as const;

/** As JSON they are the same, but for NaN and infinities; a member that is undefined is none. Fast, for millions of replies. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  }
  if (Array.isArray(b)) return false;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const name in one) if (!isSame(one[name], other[name])) return false;
  for (const name in other) if (other[name] !== undefined && one[name] === undefined) return false;
  return true;
}

export function expectEqual(what: string, is: unknown, should: unknown): void {
  if (isSame(is, should)) return;
  const [a, b] = [`${JSON.stringify(is)}`, `${JSON.stringify(should)}`];
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const show = (text: string) => text.slice(Math.max(0, same - SHOWN_BEFORE), same + SHOWN_AFTER);
  throw new Disagreement(`${what}, from character ${same}\n  is     ${show(a)}\n  should ${show(b)}`);
}

/** Everything in memory. */
export function checkFarm(farm: Farm, model: Model): void {
  const { state } = farm;
  const unfinished = model.unfinished().map((run) => run._id);
  expectEqual(
    'unfinished runs in memory',
    state.runs
      .unfinished()
      .map((slot) => state.runs.id(slot))
      .sort(),
    unfinished.sort(),
  );
  for (const slot of state.runs.slots()) {
    const run = model.runs.get(state.runs.id(slot));
    if (run === undefined) throw new Disagreement(`run ${state.runs.id(slot)} should not be`);
    checkRun(state, slot, run);
    checkTasks(state, slot, run);
  }
  expectEqual('active tasks by address', sorted(state.connections.entries()), sorted(model.connections));
  checkWorkers(state, model);
  checkModel(model);
}

/** The run of a request, if it is in memory: so a disagreement is found near the step that made it. */
export function checkMentioned(farm: Farm, model: Model, runId: string | undefined): void {
  const run = runId === undefined ? undefined : model.runs.get(runId);
  const slot = run === undefined ? -1 : farm.state.runs.find(run._id);
  if (slot >= 0) checkRun(farm.state, slot, run!);
}

function checkRun(state: State, slot: number, run: ModelRun): void {
  const head = readHead(state, slot);
  for (const name of MEMBERS) expectEqual(`run ${run._id}: ${name}`, head[name], run[name]);
  for (const name of ARGS) expectEqual(`run ${run._id}: args.${name}`, head.args[name], run.args[name]);
  const { spsa } = run.args;
  expectEqual(`run ${run._id}: tasks`, state.runs.word(slot, RunWord.taskCount), run.tasks.length);
  if (spsa === undefined) return;
  expectEqual(`run ${run._id}: spsa.iter`, head.args.spsa?.iter, spsa.iter);
  expectEqual(`run ${run._id}: spsa.params`, head.args.spsa?.params, spsa.params);
}

function checkTasks(state: State, slot: number, run: ModelRun): void {
  for (let taskId = 0; taskId < run.tasks.length; taskId++) checkTask(state, slot, run, taskId);
}

function checkTask(state: State, slot: number, run: ModelRun, taskId: number): void {
  const is = readTask(state, state.tasks.offsetOf(slot, taskId)) as ModelTask;
  const should = run.tasks[taskId]!;
  const same =
    is.active === should.active &&
    is.last_updated === should.last_updated &&
    is.num_games === should.num_games &&
    is.start === should.start &&
    (is.bad === true) === should.bad &&
    isSame(is.stats, should.stats) &&
    isSame(is.worker_info, should.worker_info) &&
    isSame(plainFlips(is.spsa_params), plainFlips(should.spsa_params));
  if (!same) expectEqual(`task ${run._id}/${taskId}`, plainTask(is), plainTask(should));
}

function plainTask({ bad, spsa_params: flips, ...task }: ModelTask): object {
  return { ...task, bad: bad === true, spsa_params: plainFlips(flips) };
}

function plainFlips(flips: TaskSpsaParams | undefined): object | undefined {
  return flips && { iter: flips.iter, packed_flips: [...flips.packed_flips] };
}

function checkWorkers(state: State, model: Model): void {
  const latest = new Map<string, string>();
  for (const worker of state.workers.table.entries()) {
    const task = state.workers.task(worker);
    if (task === undefined || state.runs.word(task.slot, RunWord.generation) !== task.generation) continue;
    const run = model.runs.get(state.runs.id(task.slot))!;
    if (!run.tasks[task.taskId]!.active) continue;
    latest.set(state.workers.table.key(worker), `${run._id}/${task.taskId}`);
  }
  const should = new Map(
    [...model.latest]
      .filter(([, { run, taskId }]) => run.tasks[taskId]?.active)
      .map(([name, { run, taskId }]) => [name, `${run._id}/${taskId}`]),
  );
  expectEqual('latest tasks of workers', sorted(latest), sorted(should));
  const seen = Object.entries(workerRuns(state)).map(
    ([name, { last_run: last, ...runs }]) => [name, { last, runs: Object.keys(runs).sort() }] as const,
  );
  const shouldSee = [...model.seen].map(
    ([name, { last, runs }]) => [name, { last, runs: [...runs].sort() }] as const,
  );
  expectEqual('runs that workers have seen', sorted(seen), sorted(shouldSee));
}

/** The invariants of any farm, of the model too: else the two could agree on nonsense. */
function checkModel(model: Model): void {
  const addresses = new Map<string, number>();
  for (const run of model.runs.values()) {
    const active = run.tasks.filter((task) => task.active);
    for (const { worker_info: info } of active) {
      addresses.set(info.remote_addr, (addresses.get(info.remote_addr) ?? 0) + 1);
    }
    expectEqual(`model: results of ${run._id}`, run.results, sumOf(run.tasks.map((task) => task.stats)));
    expectEqual(`model: workers of ${run._id}`, run.workers, active.length);
    const committed = run.tasks.map((task) => (task.active ? task.num_games : gamesOf(task.stats)));
    expectEqual(`model: committed games of ${run._id}`, run.committed_games, total(committed));
    expectEqual(
      `model: cores of ${run._id}`,
      run.cores,
      total(active.map((task) => task.worker_info.concurrency)),
    );
  }
  expectEqual('model: active tasks by address', sorted(model.connections), sorted(addresses));
}

/** What the store has of every run, when everything was committed. */
export function checkStore(farm: Farm, model: Model): void {
  expectEqual('stored runs', [...farm.store.runs.keys()].sort(), [...model.runs.keys()].sort());
  for (const [id, { head, tasks, badTasks, history }] of farm.store.runs) {
    const run = model.runs.get(id)!;
    for (const name of MEMBERS) expectEqual(`stored run ${id}: ${name}`, head[name], run[name]);
    expectEqual(
      `stored tasks of ${id}`,
      tasks.map((task) => plainTask(task as ModelTask)),
      run.tasks.map(plainTask),
    );
    const bad = badTasks.map(({ task_id, residual, residual_color, stats }) => ({
      task_id,
      residual,
      residual_color,
      stats,
    }));
    expectEqual(`stored bad tasks of ${id}`, bad, run.badTasks);
    const points = run.args.spsa?.param_history ?? [];
    expectEqual(`stored SPSA history of ${id}`, history, points);
  }
}

function sorted<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
