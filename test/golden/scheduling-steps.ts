/** The steps of scheduling scenarios: requests of workers, jobs, and what people do to runs. */
import {
  cleanWorkerRuns,
  cleanWorkerTasks,
  scavenge,
  storeWorkerRuns,
  updateSpeeds,
  updateThroughput,
} from '../../src/jobs/upkeep.js';
import { operatorNamed } from '../../src/operations/actor.js';
import { pushItem, pushUserChange, withSystem } from '../../src/operations/changes.js';
import { OperationRefused } from '../../src/operations/refusal.js';
import { approveRun } from '../../src/operations/run/approve-run.js';
import { deleteRun } from '../../src/operations/run/close-run.js';
import { endRun } from '../../src/operations/run/end-run.js';
import { modifyRun } from '../../src/operations/run/modify-run.js';
import { purgeRun } from '../../src/operations/run/purge-run.js';
import type { Farm } from './farm.js';
import { type Recorded, runOf } from './scheduling-seed.js';

/** Steps that name a run which may be finished and out of memory. */
const CHANGES_OF_RUNS: ReadonlySet<string> = new Set(['approve', 'admin_stop', 'purge', 'modify', 'delete']);

/** Does what a step says, and answers as the recording does. */
export async function takeStep(farm: Farm, scenario: Recorded, step: Recorded): Promise<Recorded> {
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
  return state.runs.locks.run(slot, () => act(slot));
}

function blockWorker({ state, now }: Farm, { worker_name: name, blocked, message }: Recorded): void {
  state.requestTaskMutex.acquire();
  state.workers.setBlock(state.workers.record(name), blocked, message ?? '', now);
  state.requestTaskMutex.release();
  const worker = { worker_name: name, blocked, message: message ?? '', last_updated: now };
  withSystem(state, (slot) => pushItem(state, slot, { kind: 'worker', worker }));
}

async function setUser({ state, reader }: Farm, { username, set }: Recorded): Promise<void> {
  const user = (await reader.user(username))!;
  withSystem(state, (slot) => pushUserChange(state, slot, user, set));
}
