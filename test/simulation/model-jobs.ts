/** The model's periodic jobs, operator's commands and restart (docs/spec/scheduling.md §4.7–4.9, §8, §9). */

import { shortWorkerName } from '../../src/model/names.js';
import type { RunChanges } from '../../src/operations/run/check-modification.js';
import { gameDuration } from '../../src/rules/game-time.js';
import { internalThroughput } from '../../src/rules/throughput.js';
import { gamesOf, type Model, type ModelRun, runFields, type SeenRuns, taskFields } from './model.js';
import { decide, purge, stopRun } from './model-purge.js';

/** §8.1 */
export function scavenge(model: Model, now: number): void {
  for (const run of model.unfinished()) {
    run.tasks.forEach((task, taskId) => {
      if (!task.active) return;
      if (task.last_updated > now) {
        model.undo.keep(task);
        task.last_updated = now;
      }
      if (now - task.last_updated <= 360_000) return;
      model.noteCrash(run, taskId, now);
      model.log(now, 'dead_task', taskFields(run, taskId));
      model.deactivate(run, taskId, now);
    });
  }
}

/** §7.3 */
export function updateThroughput(model: Model): void {
  const active = (owner: string) =>
    model.unfinished().filter((run) => run.workers > 0 && run.args.username === owner).length;
  for (const run of model.unfinished()) {
    const { throughput, tc, threads, username, sprt } = run.args;
    const itp = internalThroughput({
      throughput,
      tc,
      threads,
      activeRunsOfOwner: active(username),
      games: gamesOf(run.results),
      sprt,
    });
    model.undo.keep(run);
    run.args = { ...run.args, itp };
  }
}

/** §7.6 */
export function updateSpeeds(model: Model): void {
  for (const run of model.unfinished()) {
    model.undo.keep(run);
    run.nps = 0;
    run.games_per_minute = 0;
    for (const { active, worker_info: info } of run.tasks) {
      if (!active) continue;
      run.nps += info.concurrency * info.nps;
      const games = Math.floor(info.concurrency / run.args.threads);
      if (info.nps !== 0) {
        run.games_per_minute += (info.nps / 628_000) * (60 / gameDuration(run.args.tc)) * games;
      }
    }
  }
}

export function cleanWorkerTasks(model: Model): void {
  for (const [name, { run, taskId }] of model.latest) {
    if (!run.tasks[taskId]?.active) model.latest.delete(name);
  }
}

export function cleanWorkerRuns(model: Model): void {
  const isLive = (runId: string) => model.runs.get(runId)?.finished === false;
  for (const [name, { last, runs }] of model.seen) {
    const live = new Set([...runs].filter(isLive));
    if (live.size === 0 && !isLive(last)) model.seen.delete(name);
    else model.seen.set(name, { last, runs: live });
  }
  storeSeen(model);
}

function storeSeen(model: Model): void {
  const before = model.storedSeen;
  model.undo.add(() => {
    model.storedSeen = before;
  });
  model.storedSeen = copySeen(model.seen);
}

function copySeen(seen: ReadonlyMap<string, SeenRuns>): Map<string, SeenRuns> {
  return new Map([...seen].map(([name, { last, runs }]) => [name, { last, runs: new Set(runs) }]));
}

/** An operator's command; returns whether it was carried out. */
export function command(model: Model, run: ModelRun, verb: OperatorVerb, now: number): boolean {
  const by = 'operator';
  if (verb.kind === 'approve') {
    if (run.approved || run.deleted || run.finished) return false;
    model.undo.keep(run);
    run.approved = true;
    run.approver = by;
    model.log(now, 'approve_run', { username: by, ...runFields(run), message: 'approved' });
  } else if (verb.kind === 'stop') {
    if (run.finished) return false;
    model.log(now, 'stop_run', { username: by, ...runFields(run), message: 'User stop' });
    stopRun(model, run, now);
  } else if (verb.kind === 'purge') {
    // What was deleted on purpose does not come back by the way.
    if (run.deleted || !run.finished) return false;
    const refusal = purge(model, run, 0.01, 4.5, now);
    const message = refusal === '' ? 'Manual purge' : `Manual purge (not performed): ${refusal}`;
    model.log(now, 'purge_run', { username: by, ...runFields(run), message });
  } else if (verb.kind === 'delete') {
    if (run.deleted) return false;
    model.finish(run, now);
    run.deleted = true;
    model.log(now, 'delete_run', { username: by, ...runFields(run) });
  } else {
    if (run.deleted) return false;
    modify(model, run, verb.changes, now);
  }
  return true;
}

export type OperatorVerb =
  | { kind: 'approve' }
  | { kind: 'stop' }
  | { kind: 'purge' }
  | { kind: 'delete' }
  | { kind: 'modify'; changes: RunChanges };

/** §4.9 */
function modify(model: Model, run: ModelRun, changes: RunChanges, now: number): void {
  const said: string[] = [];
  model.undo.keep(run);
  for (const name of ['priority', 'num_games', 'throughput', 'auto_purge'] as const) {
    const value = changes[name];
    if (value === undefined || value === run.args[name]) continue;
    said.push(`${name.replace('_', '-')} changed from ${run.args[name]} to ${value}`);
    run.args = { ...run.args, [name]: value };
  }
  if (run.finished && model.isUndecided(run)) {
    model.revive(run);
    if (said.length === 0) said.push('revived');
  }
  if (said.length === 0) return;
  const message = `modify: ${said.join(', ')}`;
  model.log(now, 'modify_run', { username: 'operator', ...runFields(run), message });
  // Shoal's own (docs/spec/README.md): no report may come any more that would end it.
  if (!run.finished && !model.isUndecided(run)) decide(model, run, now);
}

/** §9: what is not stored is gone, and rebuilt from the tasks. */
export function restart(model: Model, now: number): void {
  model.latest.clear();
  model.connections.clear();
  model.seen = copySeen(model.storedSeen);
  const runs = model.unfinished().sort((a, b) => b.last_updated - a.last_updated || (a._id < b._id ? -1 : 1));
  for (const run of runs) {
    for (const task of run.tasks) if (task.active) model.connect(task.worker_info.remote_addr, 1);
    if (!model.isUndecided(run)) model.finish(run, now);
  }
  for (const run of runs) {
    run.tasks.forEach((task, taskId) => {
      if (task.active) model.giveTask(shortWorkerName(task.worker_info), run, taskId, now);
    });
  }
  updateThroughput(model);
  updateSpeeds(model);
}
