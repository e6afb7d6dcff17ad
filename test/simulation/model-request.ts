/** The model's scheduler: who is refused, which run comes first, how large a task is (docs/spec/scheduling.md §2). */

import { longWorkerName, shortWorkerName } from '../../src/model/names.js';
import type { WorkerCall } from '../../src/operations/context.js';
import * as texts from '../../src/protocol/texts.js';
import { matchArchs } from '../../src/rules/arch-filter.js';
import { gameDuration } from '../../src/rules/game-time.js';
import { coreLimit, hashOption, memoryNeed, taskSize } from '../../src/rules/task-size.js';
import type { Model, ModelRun } from './model.js';
import { NO_GAMES } from './model-purge.js';

type Body = Record<string, unknown>;

export function requestTask(model: Model, call: WorkerCall): Body {
  const info = call.request.worker_info;
  const name = shortWorkerName(info);
  const refusal = refuse(model, call, name);
  if (refusal !== undefined) return { task_waiting: false, error: refusal };
  const run = model
    .unfinished()
    .filter((candidate) => fits(model, candidate, call, name))
    .sort((a, b) => compare(model, a, b, call, name))[0];
  if (run === undefined) return { task_waiting: false };
  return createTask(model, run, call, name);
}

/** §2.2 */
function refuse(model: Model, call: WorkerCall, name: string): string | undefined {
  const info = call.request.worker_info;
  const block = model.blocks.get(name);
  if (block !== undefined) return texts.blockedWorker(name, block, call.hostUrl);
  const latest = model.latest.get(name);
  const running = latest?.run.tasks[latest.taskId];
  if (latest !== undefined && running?.active && running.worker_info.unique_key !== info.unique_key) {
    // A last word from the future is long ago: the clock stepped back.
    const seconds = Math.floor((call.now - running.last_updated) / 1000);
    const idleSeconds = ((seconds % 86_400) + 86_400) % 86_400;
    if (idleSeconds <= 120) {
      const names = [longWorkerName(running.worker_info), longWorkerName(info)] as const;
      return texts.duplicateWorker(names[0], idleSeconds, latest.run._id, latest.taskId, names[1]);
    }
  }
  const limit = model.users.get(info.username)?.machineLimit ?? 16;
  if ((model.connections.get(call.remoteAddr) ?? 0) >= limit) return texts.machineLimit(info.username);
  return undefined;
}

/** §2.4 */
function fits(model: Model, run: ModelRun, call: WorkerCall, name: string): boolean {
  const { args } = run;
  const info = call.request.worker_info;
  const need = memoryNeed(
    info.concurrency,
    args.threads,
    hashOption(args.new_options) + hashOption(args.base_options),
  );
  return (
    !run.finished &&
    run.approved &&
    args.threads <= info.concurrency &&
    args.threads >= info.min_threads &&
    args.num_games - run.committed_games > 0 &&
    need <= info.max_memory &&
    !(info.near_github_api_limit && model.seen.get(name)?.runs.has(run._id) !== true) &&
    run.cores <= coreLimit(args.spsa?.params.length) &&
    archPasses(args.arch_filter, info.worker_arch) &&
    (args.compiler === undefined || args.compiler === '' || args.compiler === info.compiler)
  );
}

const archAnswers = new Map<string, boolean>();

function archPasses(filter: string | undefined, arch: string): boolean {
  if (filter === undefined || filter === '') return true;
  const key = `${filter}\0${arch}`;
  let answer = archAnswers.get(key);
  if (answer === undefined) {
    const matches = matchArchs(filter, [arch]);
    answer = 'matches' in matches && matches.matches[0] === true;
    archAnswers.set(key, answer);
  }
  return answer;
}

/** §2.3, the older run first among equals. */
function compare(model: Model, a: ModelRun, b: ModelRun, call: WorkerCall, name: string): number {
  const conc = call.request.worker_info.concurrency;
  const last = model.seen.get(name)?.last;
  const cores = (run: ModelRun) => run.cores + (run._id === last ? conc : 0);
  const load = (run: ModelRun) => (cores(run) + conc / 2) / run.args.itp;
  return (
    b.args.priority - a.args.priority ||
    Number(cores(a) > 0) - Number(cores(b) > 0) ||
    load(a) - load(b) ||
    (a._id < b._id ? -1 : 1)
  );
}

/** §2.5, §2.6 */
function createTask(model: Model, run: ModelRun, call: WorkerCall, name: string): Body {
  const info = call.request.worker_info;
  const { args } = run;
  const size = taskSize({
    gameDuration: gameDuration(args.tc),
    threads: args.threads,
    concurrency: info.concurrency,
    remaining: args.num_games - run.committed_games,
    batchSize: args.sprt?.batch_size,
  });
  const start = run.total_games;
  const taskId = run.tasks.length;
  model.undo.keep(run);
  model.undo.add(() => run.tasks.pop());
  run.tasks.push({
    num_games: size,
    active: true,
    bad: false,
    start,
    last_updated: call.now,
    stats: { ...NO_GAMES, pentanomial: [0, 0, 0, 0, 0] },
    worker_info: { ...info, remote_addr: call.remoteAddr, country_code: call.countryCode },
  });
  model.connect(call.remoteAddr, 1);
  run.workers += 1;
  run.cores += info.concurrency;
  run.committed_games += size;
  run.total_games += size;
  model.giveTask(name, run, taskId, call.now);
  const runs = new Set(model.seen.get(name)?.runs).add(run._id);
  model.seen.set(name, { last: run._id, runs });
  const shown: Body = { ...args };
  if (args.spsa !== undefined) {
    const { param_history: _history, ...tune } = args.spsa;
    shown['spsa'] = tune;
  }
  const stats = { ...NO_GAMES, pentanomial: [0, 0, 0, 0, 0] };
  return { run: { _id: run._id, args: shown, my_task: { num_games: size, start, stats } }, task_id: taskId };
}
