/** Which tasks of a run a purge takes the games out of (docs/spec/scheduling.md §5.2): worked out before anything is changed. */
import { type Chi2, chi2OfWorkers, colorOfResidual, findOutliers, type ResidualColor } from './chi2.js';
import { isCrashOrTime, type PartialResults } from './crash-or-time.js';

/** How suspicious a worker must be: a p-value, a residual, and how many workers are looked for. */
export interface PurgeRule {
  p: number;
  residual: number;
  iterations: number;
}

export const AUTO_PURGE: PurgeRule = { p: 0.001, residual: 7, iterations: 1 };
export const MANUAL_PURGE: PurgeRule = { p: 0.01, residual: 4.5, iterations: 1 };

/** The residual shown for tasks with too many crashes or time losses. */
const CRASH_RESIDUAL = 10;

/** A task that is not purged. */
export interface PurgeCandidate {
  readonly taskId: number;
  /** The whole unique_key of its worker; undefined where an old document has none. */
  readonly key: string | undefined;
  readonly stats: PartialResults;
}

export interface BadTask {
  readonly taskId: number;
  readonly residual: number;
  readonly color: ResidualColor;
}

/** Tasks with too many crashes come first, and count as the first round of the search for workers that differ. */
export function chooseBadTasks(
  candidates: readonly PurgeCandidate[],
  { p, residual, iterations }: PurgeRule,
): BadTask[] {
  const crashed = candidates.filter(({ stats }) => isCrashOrTime(stats));
  const others = candidates.filter(({ stats }) => !isCrashOrTime(stats));
  const views = others.flatMap(({ key, stats }) => (key === undefined ? [] : [{ key, stats }]));
  const chi2 = chi2OfWorkers(views);
  const rounds = crashed.length > 0 ? iterations - 1 : iterations;
  const bad = new Set(findOutliers(views, chi2, p, residual, rounds));
  return [
    ...crashed.map(({ taskId }) => ({ taskId, residual: CRASH_RESIDUAL, color: 'red' as const })),
    ...others
      .filter(({ key }) => key !== undefined && bad.has(key))
      .map(({ taskId, key }) => ({ taskId, ...residualOf(chi2, key!) })),
  ];
}

function residualOf(chi2: Chi2, key: string): Omit<BadTask, 'taskId'> {
  const residual = chi2.residual.get(key) ?? Number.POSITIVE_INFINITY;
  return { residual, color: colorOfResidual(residual, chi2) };
}
