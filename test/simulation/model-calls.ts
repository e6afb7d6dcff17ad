/** The model's answers to workers (docs/spec/worker-api.md §3–4, docs/spec/scheduling.md §3–4). */

import { crc32 } from 'node:zlib';
import type { Results, Spsa } from '../../src/model/documents.js';
import { longWorkerName } from '../../src/model/names.js';
import type { WorkerCall } from '../../src/operations/context.js';
import type { DrawFlips } from '../../src/operations/worker/request-spsa.js';
import type { OperationName } from '../../src/operations/worker/worker-routes.js';
import * as texts from '../../src/protocol/texts.js';
import { updateSprt } from '../../src/rules/sprt.js';
import { type Flip, packFlips } from '../../src/rules/spsa.js';
import { applySpsaResult, buildWorkerParams } from '../fixtures/document-tune.js';
import { isSame } from './check.js';
import { gamesOf, type Model, type ModelRun, runFields, taskFields } from './model.js';
import { decide, stopRun, sumOf } from './model-purge.js';
import { requestTask } from './model-request.js';

export interface ModelReply {
  status: number;
  body: Record<string, unknown>;
}

const LARGEST_COUNT = 1_000_000_000;
/** A handler's failure: its text gets the path in front. */
const failure = (call: WorkerCall, status: number, text: string): ModelReply => ({
  status,
  body: { error: `${call.path}: ${text}` },
});
const ok = (body: Record<string, unknown>): ModelReply => ({ status: 200, body });

export function answer(model: Model, name: OperationName, call: WorkerCall, draw: DrawFlips): ModelReply {
  const { run_id: runId, task_id: taskId, worker_info: info } = call.request;
  const run = runId === undefined ? undefined : model.runs.get(runId);
  if (runId !== undefined) {
    if (run === undefined) return failure(call, 400, texts.invalidRunId(runId));
    if (taskId !== undefined) {
      const task = run.tasks[taskId];
      if (task === undefined) return failure(call, 400, texts.invalidTaskId(runId, taskId));
      if (task.worker_info.unique_key !== info.unique_key)
        return failure(call, 400, texts.invalidUniqueKey(runId, taskId));
      if (task.worker_info.username !== info.username)
        return failure(call, 400, texts.invalidTaskUsername(runId, taskId, info.username));
    }
  }
  if (name === 'request_task') return ok(requestTask(model, call));
  if (name === 'worker_log' && run === undefined) return workerLog(model, call, {});
  if (run === undefined) return failure(call, 400, texts.MISSING_RUN_ID);
  if (name === 'stop_run') return requestStop(model, run, taskId, call);
  if (taskId === undefined) {
    return failure(call, 400, name === 'worker_log' ? texts.LOG_WITHOUT_TASK_ID : texts.MISSING_TASK_ID);
  }
  if (name === 'worker_log') return workerLog(model, call, { ...runFields(run), task_id: taskId });
  if (name === 'update_task') return update(model, run, taskId, call);
  if (name === 'beat') return beat(model, run, taskId, call.now);
  if (name === 'failed_task') return fail(model, run, taskId, call);
  return requestSpsa(model, run, taskId, call, draw);
}

function workerLog(model: Model, call: WorkerCall, where: object): ModelReply {
  const { worker_info: info, message = '' } = call.request;
  const fields = { username: info.username, worker: longWorkerName(info), message, ...where };
  model.log(call.now, 'worker_log', fields);
  return ok({});
}

/** §4.3 */
function beat(model: Model, run: ModelRun, taskId: number, now: number): ModelReply {
  const task = run.tasks[taskId]!;
  if (task.active) {
    model.undo.keep(task);
    task.last_updated = now;
  }
  return ok({ task_alive: task.active });
}

/** §4.2 */
function fail(model: Model, run: ModelRun, taskId: number, call: WorkerCall): ModelReply {
  if (!run.tasks[taskId]!.active) {
    return ok({ task_alive: false, info: texts.taskNotActive('Failed_task', run._id, taskId) });
  }
  model.fail(run, taskId, call.request.message ?? '', call.now);
  return ok({});
}

/** docs/spec/worker-api.md §4.7 */
function requestStop(model: Model, run: ModelRun, taskId: number | undefined, call: WorkerCall): ModelReply {
  if (run.finished) return failure(call, 401, texts.alreadyFinished(run._id));
  if (taskId === undefined) return failure(call, 400, texts.MISSING_TASK_ID);
  const { username } = call.request.worker_info;
  const mayStop = (model.users.get(username)?.cpuHours ?? -1) >= 1000;
  const message = (call.request.message ?? '') + (mayStop ? '' : texts.NOT_AUTHORIZED_SUFFIX);
  model.log(call.now, 'stop_run', { ...taskFields(run, taskId), username, message });
  if (!mayStop) {
    model.deactivate(run, taskId, call.now);
    return failure(call, 401, texts.tooFewGames(username));
  }
  model.undo.keep(run);
  run.failed = true;
  run.failures += 1;
  stopRun(model, run, call.now);
  return ok({});
}

/** §3 */
function update(model: Model, run: ModelRun, taskId: number, call: WorkerCall): ModelReply {
  const { stats, spsa, worker_info: info } = call.request;
  const isSpsa = run.args.spsa !== undefined;
  if (stats === undefined) return failure(call, 500, texts.MISSING_STATS);
  if (isSpsa && spsa === undefined) return failure(call, 500, texts.MISSING_SPSA);
  if (Math.max(stats.wins, stats.losses, stats.draws, stats.crashes, stats.time_losses) > LARGEST_COUNT) {
    return failure(call, 400, `stats has a count above ${LARGEST_COUNT}`);
  }
  const task = run.tasks[taskId]!;
  if (!task.active) {
    return ok({ task_alive: false, info: texts.taskNotActive('Update_task', run._id, taskId) });
  }
  if (isSpsa && spsa!.num_games > 0 && isSame(stats, task.stats)) return ok({ task_alive: true });
  const spsaGames = isSpsa ? spsa!.wins + spsa!.losses + spsa!.draws : 0;
  const error = incompatibility(run, taskId, gamesOf(stats), spsaGames);
  if (error !== undefined) {
    model.deactivate(run, taskId, call.now);
    return ok({ task_alive: false, error });
  }
  model.undo.keep(run);
  model.undo.keep(task);
  const newGames = gamesOf(stats) - gamesOf(task.stats);
  run.results = changeResults(run.results, task.stats, stats);
  task.stats = stats;
  task.last_updated = call.now;
  run.cores += info.concurrency - task.worker_info.concurrency;
  task.worker_info = {
    ...info,
    remote_addr: task.worker_info.remote_addr,
    country_code: call.countryCode,
  };
  if (isSpsa) {
    const tune: Spsa = structuredClone(run.args.spsa!);
    if (spsa!.num_games !== newGames) delete task.spsa_params;
    applySpsaResult(tune, task, { ...spsa!, sig: spsa!.sig ?? 0 }, run.args.num_games);
    run.args = { ...run.args, spsa: tune };
  }
  if (gamesOf(stats) >= task.num_games) {
    model.deactivate(run, taskId, call.now);
    model.noteCrash(run, taskId, call.now);
  }
  run.last_updated = call.now;
  if (run.args.sprt !== undefined) {
    const sprt = structuredClone(run.args.sprt);
    updateSprt(run.results, sprt);
    run.args = { ...run.args, sprt };
  }
  if (model.isUndecided(run)) return ok({ task_alive: task.active });
  decide(model, run, call.now);
  return ok({ task_alive: false });
}

/** §3 step 2 */
function incompatibility(run: ModelRun, taskId: number, n: number, m: number): string | undefined {
  const n0 = gamesOf(run.tasks[taskId]!.stats);
  if (n < n0 || (m > 0 && (n <= 0 || n <= n0)) || (n - n0) % 2 !== 0)
    return texts.incompatibleStats(run._id, taskId, n0, n, m);
  if (run.args.sprt !== undefined && n % (2 * run.args.sprt.batch_size!) !== 0)
    return texts.wrongBatchSize(run._id, taskId);
  return undefined;
}

/** §3 step 3: results += stats − task.stats. */
function changeResults(results: Results, before: Results, after: Results): Results {
  const negative = {
    wins: -before.wins,
    losses: -before.losses,
    draws: -before.draws,
    crashes: -before.crashes,
    time_losses: -before.time_losses,
    pentanomial: before.pentanomial!.map((pairs) => -pairs) as Results['pentanomial'] & object,
  };
  return sumOf([results, after, negative]);
}

/** docs/spec/spsa.md §3 */
function requestSpsa(
  model: Model,
  run: ModelRun,
  taskId: number,
  call: WorkerCall,
  draw: DrawFlips,
): ModelReply {
  const { spsa } = run.args;
  if (spsa === undefined) return failure(call, 500, texts.notSpsa(run._id));
  const task = run.tasks[taskId]!;
  if (!task.active) {
    return ok({ task_alive: false, info: texts.taskNotActive('request_spsa_data', run._id, taskId) });
  }
  const flips = draw(spsa.params.length) as readonly Flip[];
  const packed = packFlips(flips);
  model.undo.keep(task);
  task.spsa_params = { iter: spsa.iter, packed_flips: packed };
  const { wParams, bParams } = buildWorkerParams(spsa, flips);
  return ok({ task_alive: true, sig: crc32(packed), w_params: wParams, b_params: bParams });
}
