/** Scheduling scenarios: each step's reply, the whole state after it, and what it wrote to the audit log. */
import {
  cleanWorkerRuns,
  cleanWorkerTasks,
  scavenge,
  storeWorkerRuns,
  updateSpeeds,
  updateThroughput,
} from '../../src/jobs/upkeep.js';
import type { RunDocument, UserDocument } from '../../src/model/documents.js';
import { operatorNamed } from '../../src/operations/actor.js';
import { pushItem, withSystem } from '../../src/operations/changes.js';
import { OperationRefused } from '../../src/operations/refusal.js';
import { approveRun } from '../../src/operations/run/approve-run.js';
import { deleteRun } from '../../src/operations/run/close-run.js';
import { endRun } from '../../src/operations/run/end-run.js';
import { modifyRun } from '../../src/operations/run/modify-run.js';
import { purgeRun } from '../../src/operations/run/purge-run.js';
import type { StorePlace } from '../store/store-place.js';
import { deviationOr } from './deviations.js';
import { Farm, type FarmSeed } from './farm.js';
import { type View, viewFarm } from './farm-view.js';
import { scheduleDifference } from './scheduling-compare.js';
import type { AuthResult, GoldenCase, Suite } from './suite.js';

// biome-ignore lint/suspicious/noExplicitAny: recorded JSON
type Recorded = any;

/** The recording calls the functions below the pages that write these. */
const PAGE_ACTIONS: ReadonlySet<string> = new Set([
  'approve_run',
  'modify_run',
  'delete_run',
  'new_run',
  'system_event',
]);

/** Steps that name a run which may be finished and out of memory. */
const CHANGES_OF_RUNS: ReadonlySet<string> = new Set(['approve', 'admin_stop', 'purge', 'modify', 'delete']);

/** @param makePlace an empty store for each scenario */
export function schedulingOver(makePlace: () => Promise<StorePlace>): Suite {
  return async (cases) => {
    const verdicts: AuthResult[] = [];
    for (const recorded of cases) verdicts.push(await judge(recorded, await makePlace()));
    return verdicts;
  };
}

async function judge({ input, output, tie }: GoldenCase, place: StorePlace): Promise<AuthResult> {
  const scenario = input as Recorded;
  const answers = output as Recorded;
  const startMs = scenario.start_time * 1000;
  const farm = await Farm.open(seedOf(scenario), startMs, place);
  try {
    const expected = applyChanges(
      { runs: {}, connections: {}, unfinished: [], worker_tasks: {}, worker_runs: {} },
      answers.startup,
    );
    let why = scheduleDifference(
      await viewFarm(farm, startMs, Object.keys(expected.runs)),
      expected,
      '$.startup',
    );
    farm.actions = [];
    for (let i = 0; i < scenario.steps.length && why === undefined; i++) {
      const step = scenario.steps[i];
      const answer = answers.steps[i];
      const actual = await takeStep(farm, scenario, step);
      await farm.drain();
      applyChanges(expected, answer);
      const where = `$.steps[${i}](${step.op})`;
      why =
        replyDifference(actual, answer, where, tie === true) ??
        scheduleDifference(takeActions(farm), answer.events ?? [], `${where}.events`) ??
        scheduleDifference(await viewFarm(farm, startMs, Object.keys(expected.runs)), expected, where);
      if (why !== undefined && tie === true) why = undefined;
    }
    return why === undefined ? { kind: 'pass' } : deviationOr({ input, output }, undefined, why);
  } finally {
    await farm.stop();
    await farm.remove();
  }
}

function takeActions(farm: Farm): View[] {
  const actions = farm.actions.filter(({ action }) => !PAGE_ACTIONS.has(action));
  farm.actions = [];
  return actions.map(({ _id, time, ...rest }) =>
    rest.action === 'log_message' ? { ...rest, message: '<run or event does not validate>' } : { ...rest },
  );
}

async function takeStep(farm: Farm, scenario: Recorded, step: Recorded): Promise<Recorded> {
  const { state } = farm;
  if (CHANGES_OF_RUNS.has(step.op)) await farm.reloadRun(step.run_id);
  switch (step.op) {
    case 'advance':
      farm.now += step.seconds * 1000;
      return {};
    case 'scavenge':
      scavenge(state, farm.now);
      return {};
    case 'update_itp':
      updateThroughput(state);
      return {};
    case 'update_nps_gpm':
      updateSpeeds(state);
      return {};
    case 'clean_wtt_map':
      cleanWorkerTasks(state);
      return {};
    case 'clean_worker_runs':
      cleanWorkerRuns(state);
      return {};
    case 'approve':
      return refusable(() => approveRun(state, operatorNamed(step.approver), step.run_id, farm.now));
    case 'admin_stop':
      underLock(farm, step.run_id, (slot) => endRun(state, slot, farm.now));
      return {};
    case 'purge':
      return { message: purge(farm, step) };
    case 'modify':
      modifyRun(state, operatorNamed('someone'), step.run_id, step.set, farm.now);
      return {};
    case 'delete':
      deleteRun(state, operatorNamed('someone'), step.run_id, farm.now);
      return {};
    case 'new_run':
      await farm.addRun(runOf(step.run));
      return {};
    case 'block_worker':
      blockWorker(farm, step);
      return {};
    case 'set_user':
      await setUser(farm, step);
      return {};
    case 'restart':
      storeWorkerRuns(state);
      await farm.restart();
      return {};
    default:
      return await sendRequest(farm, scenario, step);
  }
}

async function sendRequest(farm: Farm, scenario: Recorded, step: Recorded): Promise<Recorded> {
  const worker = scenario.workers[step.worker];
  const body: Recorded = {
    // A password of null is sent as that.
    password: 'password' in step ? step.password : worker.password,
    worker_info: { ...worker.worker_info, ...(step.set ?? {}) },
  };
  for (const key of ['run_id', 'task_id', 'stats', 'spsa', 'message']) {
    if (key in step) body[key] = step[key];
  }
  try {
    const reply = await farm.request({
      op: step.op,
      body: JSON.stringify(body),
      remoteAddr: step.remote_addr ?? worker.remote_addr,
      country: worker.country,
      draw: step.flips === undefined ? undefined : () => step.flips,
    });
    return { status: reply.status, response: JSON.parse(reply.json) };
  } catch (error) {
    // As a front thread answers what a handler did not expect.
    return { status: 500, response: { error: `/api/${step.op}: ${(error as Error).message}` } };
  }
}

function replyDifference(
  actual: Recorded,
  answer: Recorded,
  where: string,
  tie: boolean,
): string | undefined {
  if (answer.error_kind !== undefined || tie)
    return scheduleDifference(actual.status, answer.status, `${where}.status`);
  const { status, response, ok, message } = answer;
  if (ok !== undefined) return scheduleDifference(actual.ok, ok, `${where}.ok`);
  if (status === undefined) {
    return message === undefined
      ? undefined
      : scheduleDifference(actual.message, message, `${where}.message`);
  }
  // The reference raised an exception that nobody handled: there is no answer to agree with, but for its being a refusal.
  if (status === 500 && response === undefined) {
    return actual.status >= 400 && typeof actual.response?.error === 'string'
      ? undefined
      : `${where}: actual ${JSON.stringify(actual)?.slice(0, 300)}, recorded an unhandled exception`;
  }
  const got = { ...actual.response };
  const wanted = { ...response };
  if (wanted.run?.args === '<run.args>' && got.run !== undefined) got.run = hideArgs(got.run);
  // Prose differs between implementations; that an error begins with its path does not.
  if (status !== 200 && typeof wanted.error === 'string') {
    wanted.error = wanted.error.split(': ', 1)[0];
    got.error = String(got.error).split(': ', 1)[0];
  }
  return scheduleDifference({ status: actual.status, response: got }, { status, response: wanted }, where);
}

/** The recording shows only the part of the args that the run's document does not have. */
function hideArgs({ args, ...run }: Recorded): Recorded {
  return {
    ...run,
    args: '<run.args>',
    ...(args.book_sri === undefined ? {} : { 'args.book_sri': args.book_sri }),
  };
}

function applyChanges(expected: Recorded, changes: Recorded): Recorded {
  for (const [id, fields] of Object.entries<Recorded>(changes.runs ?? {})) {
    const { tasks, ...others } = fields;
    expected.runs[id] ??= { tasks: {} };
    Object.assign(expected.runs[id], others);
    Object.assign(expected.runs[id].tasks, tasks ?? {});
  }
  for (const table of ['connections', 'worker_tasks', 'worker_runs']) {
    for (const [key, value] of Object.entries(changes[table] ?? {})) {
      if (value === null) delete expected[table][key];
      else expected[table][key] = value;
    }
  }
  if (changes.unfinished !== undefined) expected.unfinished = changes.unfinished;
  return expected;
}

function refusable(act: () => unknown): Recorded {
  try {
    act();
    return { ok: true };
  } catch (error) {
    if (error instanceof OperationRefused) return { ok: false, message: error.message };
    throw error;
  }
}

function purge(farm: Farm, step: Recorded): string {
  const rule = { p: step.p, residual: step.res, iterations: step.iters ?? 1 };
  const purged = underLock(farm, step.run_id, (slot) => purgeRun(farm.state, slot, rule, farm.now));
  // The recordings know a purge that was made by an empty text.
  return purged.purged ? '' : purged.reason;
}

function underLock<T>({ state }: Farm, runId: string, act: (slot: number) => T): T {
  const slot = state.runs.find(runId);
  state.runs.locks.acquire(slot);
  try {
    return act(slot);
  } finally {
    state.runs.locks.release(slot);
  }
}

function blockWorker({ state, now }: Farm, { worker_name: name, blocked, message }: Recorded): void {
  state.requestTaskMutex.acquire();
  state.workers.setBlock(state.workers.record(name), blocked, message ?? '', now);
  state.requestTaskMutex.release();
  const worker = { worker_name: name, blocked, message: message ?? '', last_updated: now };
  withSystem(state, (slot) => pushItem(state, slot, { kind: 'worker', worker }));
}

async function setUser({ state, reader }: Farm, { username, set }: Recorded): Promise<void> {
  const user = { ...(await reader.user(username))!, ...set };
  state.users.set(user);
  withSystem(state, (slot) => pushItem(state, slot, { kind: 'user', user }));
}

function seedOf(scenario: Recorded): FarmSeed {
  const instant = scenario.start_time * 1000;
  return {
    users: scenario.users.map((user: Recorded) => ({
      user: userOf(user, instant),
      cpuHours: user.cpu_hours,
    })),
    workers: scenario.blocked_workers.map((worker: Recorded) => ({
      blocked: true,
      last_updated: instant,
      ...worker,
    })),
    runs: scenario.runs.map(runOf),
    keyValues: [
      { key: 'books', value: scenario.books },
      { key: 'worker_runs', value: scenario.worker_runs ?? {} },
    ],
  };
}

function userOf({ cpu_hours: _hours, ...user }: Recorded, instant: number): UserDocument {
  const defaults = {
    pending: false,
    blocked: false,
    email: '',
    groups: [],
    tests_repo: '',
    machine_limit: 16,
  };
  return { ...defaults, registration_time: instant, ...user };
}

/** Recorded instants are seconds. */
export function runOf(run: Recorded): RunDocument {
  return {
    ...run,
    start_time: run.start_time * 1000,
    last_updated: run.last_updated * 1000,
    tasks: run.tasks.map((task: Recorded) => ({ ...task, last_updated: task.last_updated * 1000 })),
    bad_tasks: (run.bad_tasks ?? []).map((task: Recorded) => ({
      ...task,
      last_updated: task.last_updated * 1000,
    })),
  };
}
