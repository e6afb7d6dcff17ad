/** Replays one recorded file: finds the suite of every case by what the case holds, and collects the verdicts. */

import { sqlitePlace } from '../store/sqlite-place.js';
import type { StorePlace } from '../store/store-place.js';
import { readRecording } from './recordings.js';
import { type AuthResult, type GoldenCase, isRecord, type Suite } from './suite.js';

type SuiteName = 'stats' | 'spsa' | 'estimates' | 'purge' | 'scheduling' | 'validation';

/** What a file gave; undefined when it is no list of golden cases (the recorded HTTP sessions). */
export interface FileReport {
  readonly cases: readonly GoldenCase[];
  readonly verdicts: readonly AuthResult[];
}

/**
 * Replays the file, or answers undefined for a recorded HTTP session, which `npm run replay` reads.
 * @param makePlace an empty store for each scenario that needs one; embedded unless given
 * @throws Error when the file is not JSON or holds no cases
 */
export async function runFile(
  path: string,
  makePlace: () => Promise<StorePlace> = sqlitePlace,
): Promise<FileReport | undefined> {
  const file: unknown = JSON.parse(await readRecording(path));
  const cases = isRecord(file) ? file['cases'] : undefined;
  if (!Array.isArray(cases) || !cases.every(isGoldenCase)) {
    if (!isRecord(file) || !('cases' in file)) return undefined;
    throw new Error(`${path}: "cases" must be a list of {input, output}`);
  }
  return { cases, verdicts: await runCases(cases, makePlace) };
}

/** Replays cases of any mix of suites; the verdicts come in the order of the cases. */
export async function runCases(
  cases: readonly GoldenCase[],
  makePlace: () => Promise<StorePlace>,
): Promise<AuthResult[]> {
  const verdicts: AuthResult[] = cases.map((recorded) => ({
    kind: 'fail',
    why: `no suite knows the function ${JSON.stringify(recorded.input['fn'])}`,
  }));
  const groups = new Map<SuiteName, number[]>();
  const functions = await functionTable();
  for (const [index, { input }] of cases.entries()) {
    const name = suiteOf(input, functions);
    if (name === undefined) continue;
    const group = groups.get(name) ?? [];
    group.push(index);
    groups.set(name, group);
  }
  for (const [name, indices] of groups) {
    const suite = await loadSuite(name, makePlace);
    const results = await suite(indices.map((index) => cases[index]!));
    for (const [position, index] of indices.entries()) verdicts[index] = results[position]!;
  }
  return verdicts;
}

function suiteOf(
  input: GoldenCase['input'],
  functions: ReadonlyMap<string, SuiteName>,
): SuiteName | undefined {
  if (typeof input['fn'] === 'string') return functions.get(input['fn']);
  if ('schema' in input) return 'validation';
  return 'steps' in input ? 'scheduling' : undefined;
}

async function functionTable(): Promise<Map<string, SuiteName>> {
  const [stats, spsa, estimates, purge] = await Promise.all([
    import('./stats.js'),
    import('./spsa.js'),
    import('./estimates.js'),
    import('./purge.js'),
  ]);
  const table = new Map<string, SuiteName>();
  for (const fn of stats.statsFunctions) table.set(fn, 'stats');
  for (const fn of spsa.spsaFunctions) table.set(fn, 'spsa');
  for (const fn of estimates.estimatesFunctions) table.set(fn, 'estimates');
  for (const fn of purge.purgeFunctions) table.set(fn, 'purge');
  return table;
}

async function loadSuite(name: SuiteName, makePlace: () => Promise<StorePlace>): Promise<Suite> {
  switch (name) {
    case 'stats':
      return (await import('./stats.js')).statsSuite;
    case 'spsa':
      return (await import('./spsa.js')).spsaSuite;
    case 'estimates':
      return (await import('./estimates.js')).estimatesSuite;
    case 'purge':
      return (await import('./purge.js')).purgeSuite;
    case 'scheduling':
      return (await import('./scheduling.js')).schedulingOver(makePlace);
    case 'validation':
      return (await import('./validation.js')).validationSuite;
  }
}

function isGoldenCase(value: unknown): value is GoldenCase {
  return isRecord(value) && isRecord(value['input']) && 'output' in value;
}
