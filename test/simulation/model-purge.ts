/** The model's end of a run and its purges (docs/spec/scheduling.md §5, §6). */
import { chi2OfWorkers, colorOfResidual, findOutliers } from '../../src/rules/chi2.js';
import { isCrashOrTime } from '../../src/rules/crash-or-time.js';
import { finishedMessage } from '../../src/rules/run-progress.js';
import { updateSprt } from '../../src/rules/sprt.js';
import { gamesOf, type Model, type ModelRun, runFields } from './model.js';

export const NO_GAMES = { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0 };
const DAY_MS = 86_400_000;

/** §6: ends a run; an automatic purge may revive it. */
export function stopRun(model: Model, run: ModelRun, now: number): void {
  model.finish(run, now);
  if (!run.args.auto_purge || run.args.spsa !== undefined) return;
  const refusal = purge(model, run, 0.001, 7, now);
  const message = refusal === '' ? 'Auto purge' : `Auto purge (not performed): ${refusal}`;
  model.log(now, 'purge_run', { username: run.args.username, ...runFields(run), message });
}

/** §3 step 9 */
export function decide(model: Model, run: ModelRun, now: number): void {
  stopRun(model, run, now);
  if (!run.finished) return;
  const message = finishedMessage({
    isSpsa: run.args.spsa !== undefined,
    isGreen: run.is_green,
    results: run.results,
    sprt: run.args.sprt,
  });
  model.log(now, 'finished_run', { username: run.args.username, ...runFields(run), message });
}

/** §5.2; returns why nothing was purged, or an empty text. */
export function purge(model: Model, run: ModelRun, p: number, res: number, now: number): string {
  if (!run.finished) return 'Can only purge completed run';
  if (Math.floor((now - run.start_time) / DAY_MS) > 30) return 'Run too old to be purged';
  if (run.failed) return 'You cannot purge a failed run';
  const good = () => run.tasks.filter((task) => !task.bad);
  const crashed = good().filter((task) => isCrashOrTime(task.stats));
  for (const task of crashed) setBad(model, run, run.tasks.indexOf(task), 10, 'red', now);
  const views = good().map((task) => ({ key: task.worker_info.unique_key, stats: task.stats }));
  const chi2 = chi2OfWorkers(views);
  const keys = new Set(findOutliers(views, chi2, p, res, crashed.length > 0 ? 0 : 1));
  const bad = good().filter((task) => keys.has(task.worker_info.unique_key));
  for (const task of bad) {
    const residual = chi2.residual.get(task.worker_info.unique_key) ?? Number.POSITIVE_INFINITY;
    setBad(model, run, run.tasks.indexOf(task), residual, colorOfResidual(residual, chi2), now);
  }
  if (crashed.length + bad.length === 0) return 'No bad workers';
  model.undo.keep(run);
  run.results = sumOf(run.tasks.map((task) => task.stats));
  if (run.args.sprt?.state !== undefined) {
    const sprt = structuredClone(run.args.sprt);
    updateSprt(run.results, sprt);
    run.args = { ...run.args, sprt };
  }
  if (model.isUndecided(run)) model.revive(run);
  else model.setFlags(run);
  return '';
}

/** §5.1 */
function setBad(
  model: Model,
  run: ModelRun,
  taskId: number,
  residual: number,
  residual_color: string,
  now: number,
): void {
  model.deactivate(run, taskId, now);
  const task = run.tasks[taskId]!;
  model.undo.keep(run);
  model.undo.keep(task);
  run.badTasks = [...run.badTasks, { task_id: taskId, residual, residual_color, stats: task.stats }];
  run.committed_games -= gamesOf(task.stats);
  task.bad = true;
  task.stats = { ...NO_GAMES, pentanomial: [0, 0, 0, 0, 0] };
}

export function sumOf(all: readonly ModelRun['results'][]): ModelRun['results'] {
  const sum: Required<ModelRun['results']> = { ...NO_GAMES, pentanomial: [0, 0, 0, 0, 0] };
  for (const stats of all) {
    for (const name of ['wins', 'losses', 'draws', 'crashes', 'time_losses'] as const)
      sum[name] += stats[name];
    stats.pentanomial?.forEach((pairs, i) => {
      sum.pentanomial[i]! += pairs;
    });
  }
  return sum;
}
