/** How a task's residual is shown (docs/spec/scheduling.md §5.5), from documents that may lack members: for the web application's list of tasks. */

import { type Chi2, colorOfResidual, type TaskView } from './chi2.js';
import { isCrashOrTime, type PartialResults } from './crash-or-time.js';
import { GREEN, RED } from './result-box.js';

/** Residual of tasks with too many crashes or time losses. */
export const CRASH_RESIDUAL = 10;

/** A task as old databases hold it. */
export interface StoredTask {
  readonly worker_info?: { readonly unique_key: string };
  readonly stats?: PartialResults;
  /** Present on purged tasks, whatever its value. */
  readonly bad?: unknown;
  readonly residual?: number;
  readonly residual_color?: string;
}

export interface DisplayedResidual {
  readonly residual: number;
  readonly residual_color: string;
  readonly display_color: string;
}

/** The views of the tasks that are not purged and say which worker played them. */
export function taskViews(tasks: Iterable<StoredTask>): TaskView[] {
  const views: TaskView[] = [];
  for (const { worker_info, stats, bad } of tasks) {
    if (worker_info !== undefined && bad === undefined) views.push({ key: worker_info.unique_key, stats });
  }
  return views;
}

/** The stored residual of a purged task, a fixed one for a flagged task, otherwise that of its worker. */
export function displayResidual(
  task: StoredTask,
  chi2: Pick<Chi2, 'residual' | 'z_95' | 'z_99'>,
): DisplayedResidual {
  if (task.bad !== undefined) {
    const residual = task.residual ?? Number.POSITIVE_INFINITY;
    return colored(residual, task.residual_color ?? colorOfResidual(residual, chi2));
  }
  if (isCrashOrTime(task.stats ?? {})) return colored(CRASH_RESIDUAL, 'red');
  const residual = chi2.residual.get(task.worker_info?.unique_key ?? '') ?? Number.POSITIVE_INFINITY;
  return colored(residual, colorOfResidual(residual, chi2));
}

function colored(residual: number, color: string): DisplayedResidual {
  const display = color === 'green' ? GREEN : color === 'red' ? RED : color;
  return { residual, residual_color: color, display_color: display };
}
