/** Tests whose numbers are recorded, of each kind, and documents as old databases have them (docs/spec/data-model.md §2.7). */
import type { EloModel, Results, Sprt, SpsaHistoryPoint } from '../../src/model/documents.js';
import { newSprt } from '../../src/rules/sprt.js';
import { historyPeriod, stepSizes } from '../../src/rules/spsa.js';
import { newTune } from '../../src/rules/spsa-form.js';
import { eloModelAt, numberAt, resultsAt } from '../golden/arguments.js';
import { readRecording, recordingOf } from '../golden/recordings.js';
import type { GoldenCase } from '../golden/suite.js';
import { type SeededRun, seededTask } from './run-seed.js';

const id = (n: number) => `66f1a2b3c4d5e6f7082a00${n.toString(16).padStart(2, '0')}`;

export const RUNS = {
  normalized: id(1),
  logistic: id(2),
  BayesElo: id(3),
  games: id(4),
  trinomial: id(5),
  tune: id(6),
  even: id(7),
  active: id(8),
  oldSprt: id(9),
  oldTune: id(10),
  oldGames: id(11),
  empty: id(12),
  played: id(13),
  manyParameters: id(14),
} as const;

export interface RecordedElo {
  readonly elo: number;
  readonly ci: readonly [number, number];
  readonly LOS: number;
  readonly LLR: number;
}

export interface RecordedTest {
  readonly results: Results;
  readonly sprt: Sprt;
  readonly output: RecordedElo;
}

/** For each model the recorded test with pairs that had the most games. */
export async function recordedTests(): Promise<Record<EloModel, RecordedTest>> {
  const text = await readRecording(await recordingOf('stats'));
  const { cases } = JSON.parse(text) as { cases: GoldenCase[] };
  const tests = cases
    .filter(({ input, tol }) => input['fn'] === 'SPRT_elo' && tol !== null && input['p'] === 0.05)
    .map(({ input, output }): RecordedTest & { readonly model: EloModel } => ({
      model: eloModelAt(input),
      results: resultsAt(input, 'R'),
      output: output as unknown as RecordedElo,
      sprt: newSprt({
        alpha: numberAt(input, 'alpha'),
        beta: numberAt(input, 'beta'),
        elo0: numberAt(input, 'elo0'),
        elo1: numberAt(input, 'elo1'),
        eloModel: eloModelAt(input),
        batchSize: 8,
      }),
    }))
    .filter(({ results }) => results.pentanomial !== undefined);
  const pairs = ({ results }: RecordedTest) => results.pentanomial!.reduce((sum, count) => sum + count, 0);
  const largest = (model: EloModel) => {
    const own = tests.filter((test) => test.model === model && pairs(test) < 1e6);
    return own.reduce((best, test) => (pairs(test) > pairs(best) ? test : best));
  };
  return {
    normalized: largest('normalized'),
    logistic: largest('logistic'),
    BayesElo: largest('BayesElo'),
  };
}

/** A formula to a spreadsheet, markup to a careless page. */
export const HOSTILE_NAME = '=cmd|<img src=x onerror=alert(1)>';
const DONE = { approved: true, approver: 'cora', finished: true };
const NO_SPRT = { sprt: undefined as never, num_games: 60_000 };
const COUNTS = { crashes: 0, time_losses: 0 };
export const GAMES: Results = { ...COUNTS, wins: 5019, losses: 5026, draws: 15_699 };
/** Elo of nothing at all, which the reference writes as "-0.00". */
const EVEN: Results = { ...COUNTS, wins: 27, losses: 27, draws: 146, pentanomial: [0, 27, 46, 27, 0] };

/** Whole and fair results of recorded pairs: some recordings name the pairs alone. */
function withGames({ pentanomial, ...rest }: Results): Results {
  const [p0, p1, p2, p3, p4] = pentanomial!;
  const [losses, wins] = [2 * p0 + p1, p3 + 2 * p4];
  return {
    ...rest,
    losses,
    wins,
    draws: 2 * (p0 + p1 + p2 + p3 + p4) - wins - losses,
    pentanomial: pentanomial!,
  };
}

export async function numberedRuns(): Promise<SeededRun[]> {
  const recorded = await recordedTests();
  const models = (['normalized', 'logistic', 'BayesElo'] as const).map((model): SeededRun => {
    const { results, sprt } = recorded[model];
    const known = model === 'BayesElo' ? results : withGames(results);
    return { id: RUNS[model], head: { ...DONE, results: known }, form: { new_tag: model }, args: { sprt } };
  });
  return [
    ...models,
    { id: RUNS.games, form: NO_SPRT, head: { ...DONE, results: withGames(recorded.normalized.results) } },
    {
      id: RUNS.trinomial,
      form: { new_tag: 'trinomial' },
      head: { ...DONE, results: GAMES },
      args: {
        sprt: newSprt({ alpha: 0.05, beta: 0.05, elo0: 0, elo1: 5, eloModel: 'BayesElo', batchSize: 1 }),
      },
    },
    {
      id: RUNS.tune,
      form: {
        ...NO_SPRT,
        num_games: 20_000,
        spsa: { raw_params: 'P1,10,0,100,5,0.002\nP2,-3.5,-10,10,1,0.0020' },
      },
    },
    playedTune(RUNS.played, 12, 60),
    playedTune(RUNS.manyParameters, 1200, 1),
    { id: RUNS.even, form: { ...NO_SPRT, new_tag: 'even' }, head: { ...DONE, results: EVEN } },
    {
      id: RUNS.active,
      head: { approved: true, approver: 'cora' },
      tasks: ['one', 'two'].map((key) =>
        seededTask(key, [3, 20, 60, 22, 4], { active: true, num_games: 400 }),
      ),
    },
    { id: RUNS.empty, form: { priority: 10 }, head: { approved: true, approver: 'cora' } },
    ...oldRuns(),
  ];
}

/** A tune that stands between two points of its history, one parameter named as nobody should. */
function playedTune(runId: string, parameters: number, points: number): SeededRun {
  const names = Array.from({ length: parameters }, (_, i) => (i === 3 ? HOSTILE_NAME : `lmr_${i}`));
  const lines = names.map((name, i) => `${name},${100 + i},0,1000,${5 + i},0.002`);
  const numGames = 20_000;
  const tune = newTune(
    { spsa_A: '0.1', spsa_alpha: '0.602', spsa_gamma: '0.101', spsa_raw_params: lines.join('\n') },
    numGames,
  );
  const period = historyPeriod(parameters, numGames);
  const thetaAt = (i: number, pairs: number) =>
    100 + i + Math.sin(pairs / 900 + i) * (4 + i) - 4 * Math.sin(i);
  const history = Array.from({ length: points }, (_, row) =>
    tune.params.map(({ c, a }, i) => {
      const pairs = Math.ceil(period * (row + 1));
      return { ...stepSizes(c, a, tune.A, tune.alpha, tune.gamma, pairs), theta: thetaAt(i, pairs) };
    }),
  );
  const iter = Math.ceil(period * (points + 0.5));
  const params = tune.params.map((param, i) => ({ ...param, theta: thetaAt(i, iter) }));
  return {
    id: runId,
    form: { ...NO_SPRT, new_tag: 'played-tune', num_games: numGames },
    head: { approved: true, approver: 'cora' },
    args: { spsa: { ...tune, iter, params } },
    history,
  };
}

/** What the reference's readers fill in, and members that nobody writes any more. */
function oldRuns(): SeededRun[] {
  const results = { wins: 1000, losses: 900, draws: 3100 } as Results;
  const gone = {
    new_nets: undefined,
    base_nets: undefined,
    threads: undefined,
    new_tc: undefined,
    itp: undefined,
  };
  const oldArgs = {
    ...gone,
    throughput: undefined,
    tests_repo: '',
    base_options: 'Hash=4',
    new_options: 'Hash=4',
  } as never;
  const sprt = {
    alpha: 0.05,
    beta: 0.05,
    elo0: -1.5,
    elo1: 4.5,
    llr: -0.001,
    lower_bound: -2.94,
    upper_bound: 2.94,
  };
  const param = {
    name: 'old',
    start: 5,
    min: 0,
    max: 10,
    c_end: 1,
    r_end: 0.02,
    c: 2,
    a_end: 1,
    a: 3,
    theta: 6.5,
  };
  // Numbers as texts, no stabiliser, and points of the history without the sizes of their perturbations.
  const spsa = {
    iter: 300,
    gamma: '0.101',
    params: [param, { ...param, name: 'no theta', theta: undefined, start: '4' }],
  };
  const history = [[{ theta: 5.5 }, { theta: 4 }], [{ theta: 6 }]] as unknown as SpsaHistoryPoint[][];
  return [
    { id: RUNS.oldSprt, head: { ...DONE, results }, args: { ...(oldArgs as object), sprt } },
    { id: RUNS.oldGames, form: NO_SPRT, head: { ...DONE, results }, args: oldArgs },
    {
      id: RUNS.oldTune,
      form: NO_SPRT,
      head: { ...DONE, results },
      args: { ...(oldArgs as object), spsa: spsa as never },
      history,
    },
  ];
}
