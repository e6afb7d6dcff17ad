/** Golden cases of the search for outlying workers and of purging (docs/spec/scheduling.md §5). */

import { type Chi2, chi2OfWorkers, colorOfResidual, findOutliers } from '../../src/rules/chi2.js';
import { displayResidual, type StoredTask, taskViews } from '../../src/rules/residual-display.js';
import { type Arguments, documentAt, numberAt, unknownFunction } from './arguments.js';
import { deviationOr } from './deviations.js';
import { judgePurgeRun } from './purge-run.js';
import { type AuthResult, compare, type GoldenCase, isRecord, judge, revive, type Suite } from './suite.js';

const TOLERANCE = 1e-6;

type Call = (input: Arguments) => unknown;

const CALLS: Readonly<Record<string, Call>> = {
  get_chi2: (input) => {
    const exclude = new Set(documentAt<string[]>(input, 'exclude_workers'));
    const chi2 = chi2OfWorkers(taskViews(documentAt<StoredTask[]>(input, 'tasks')), exclude);
    return { ...chi2, residual: Object.fromEntries(chi2.residual) };
  },
  get_bad_workers: (input) => {
    const tasks = taskViews(documentAt<StoredTask[]>(input, 'tasks'));
    const [p, residual, iterations] = ['p', 'res', 'iters'].map((key) => numberAt(input, key));
    return findOutliers(tasks, chi2OfWorkers(tasks), p!, residual!, iterations!).sort();
  },
  residual_to_color: (input) => colorOfResidual(numberAt(input, 'residual'), chi2At(input)),
  display_residual: (input) => displayResidual(documentAt<StoredTask>(input, 'task'), chi2At(input)),
};

export const purgeFunctions: readonly string[] = [...Object.keys(CALLS), 'purge_run'];

/** One after the other: those that need a run take turns in the same memory. */
export const purgeSuite: Suite = async (cases) => {
  const verdicts: AuthResult[] = [];
  for (const recorded of cases) verdicts.push(await judgeCase(recorded));
  return verdicts;
};

async function judgeCase(recorded: GoldenCase): Promise<AuthResult> {
  const { output } = recorded;
  const fn = String(recorded.input['fn']);
  if (fn === 'purge_run') return judgePurgeRun(recorded);
  const call = CALLS[fn];
  if (call === undefined) return unknownFunction(fn);
  const input = revive(recorded.input) as Arguments;
  const actual = call(input);
  if (recorded.tie === true && fn === 'get_bad_workers') {
    return judge(differentTie(actual as string[], output, input));
  }
  const why = compare(actual, revive(output), TOLERANCE);
  return why === undefined ? judge(undefined) : deviationOr(recorded, actual, why);
}

/** Of workers with equal residuals any may be chosen: as many as recorded, all of them among the tasks. */
function differentTie(actual: readonly string[], output: unknown, input: Arguments): string | undefined {
  if (!Array.isArray(output) || output.length !== actual.length) return compare(actual, output);
  const keys = new Set(taskViews(documentAt<StoredTask[]>(input, 'tasks')).map(({ key }) => key));
  const stranger = actual.find((key) => !keys.has(key));
  return stranger === undefined ? undefined : `${stranger} has no task`;
}

function chi2At(input: Arguments): Pick<Chi2, 'residual' | 'z_95' | 'z_99'> {
  const chi2 = documentAt<Record<string, unknown>>(input, 'chi2');
  const residuals = isRecord(chi2['residual']) ? Object.entries(chi2['residual']) : [];
  return {
    residual: new Map(residuals.map(([key, value]) => [key, Number(value)])),
    z_95: numberAt(chi2, 'z_95'),
    z_99: numberAt(chi2, 'z_99'),
  };
}
