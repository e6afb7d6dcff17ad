/** Golden cases of the statistics (docs/spec/statistics.md; docs/spec/worker-api.md §5.7 for the calculator). */

import type { Sprt } from '../../src/model/documents.js';
import { outcomeCdf, outcomeCdfForShortTime } from '../../src/rules/brownian.js';
import { calcElo } from '../../src/rules/calc-elo.js';
import * as elo from '../../src/rules/elo.js';
import { type Constraint, constrainedMle } from '../../src/rules/likelihood.js';
import * as llr from '../../src/rules/llr.js';
import * as variants from '../../src/rules/llr-variants.js';
import { momentsOf } from '../../src/rules/moments.js';
import { normalCdf, normalQuantile } from '../../src/rules/normal.js';
import { mean, pdfOfResults, regularize, variance } from '../../src/rules/pdf.js';
import { secularRoot } from '../../src/rules/secular.js';
import { newSprt, updateSprt } from '../../src/rules/sprt.js';
import { sprtElo } from '../../src/rules/sprt-elo.js';
import { exactLlrMotion } from '../rules/llr-motion.js';
import {
  type Arguments,
  attempt,
  documentAt,
  eloModelAt,
  judgeAttempt,
  numberAt,
  numbersAt,
  pdfAt,
  pdfPairs,
  resultsAt,
  unknownFunction,
} from './arguments.js';
import { type AuthResult, compare, type GoldenCase, revive, type Suite } from './suite.js';

const DEFAULT_TOLERANCE = 1e-9;
/** For cases that say that a correct algorithm may differ a lot. */
const LOOSE_TOLERANCE = 1e-2;

type Call = (input: Arguments) => unknown;

const CALLS: Readonly<Record<string, Call>> = {
  get_elo: (input) => {
    const { elo: value, elo95, los } = elo.estimateElo(numbersAt(input, 'results'));
    return { elo: value, elo95, los };
  },
  SPRT_elo: (input) =>
    sprtElo(resultsAt(input, 'R'), {
      alpha: numberAt(input, 'alpha'),
      beta: numberAt(input, 'beta'),
      elo0: numberAt(input, 'elo0'),
      elo1: numberAt(input, 'elo1'),
      eloModel: eloModelAt(input),
      p: numberAt(input, 'p'),
    }),
  LLR_logistic: onResults(llr.llrLogistic),
  LLR_normalized: onResults(llr.llrNormalized),
  LLR_normalized_alt: onResults(variants.normalizedLlrInClosedForm),
  LLRlegacy: onResults(variants.bayesEloLlr),
  LLR: (input) =>
    llr.llrOfPdf(pdfAt(input), numberAt(input, 's0'), numberAt(input, 's1'), constraintAt(input)),
  LLRjumps: (input) =>
    llr.llrJumps(pdfAt(input), numberAt(input, 's0'), numberAt(input, 's1'), constraintAt(input)),
  LLR_alt: (input) => variants.logarithmicLlr(pdfAt(input), numberAt(input, 's0'), numberAt(input, 's1')),
  LLR_alt2: (input) => variants.parabolicLlr(pdfAt(input), numberAt(input, 's0'), numberAt(input, 's1')),
  LLR_drift_variance: onTruth(exactLlrMotion),
  LLR_drift_variance_alt2: onTruth(llr.brownianLlr),
  regularize: (input) => [...regularize(numbersAt(input, 'results'))],
  results_to_pdf: (input) => {
    const { n, pdf } = pdfOfResults(numbersAt(input, 'results'));
    return { N: n, pdf: pdfPairs(pdf) };
  },
  'LLRcalc.stats': (input) => {
    const { values, probabilities } = pdfAt(input);
    const s = mean(values, probabilities);
    return { s, var: variance(values, probabilities, s) };
  },
  stats_ex: (input) => {
    const { mean: s, variance: v, skewness, excessKurtosis: exkurt } = momentsOf(pdfAt(input));
    return { s, var: v, skewness, exkurt };
  },
  'stat_util.stats': (input) => {
    const { games, mu, variance: v } = elo.gameStatistics(numbersAt(input, 'results'));
    return { games, mu, var: v };
  },
  MLE_expected: (input) => pdfPairs(constrainedMle(pdfAt(input), { kind: 'mean' }, numberAt(input, 's'))),
  MLE_t_value: (input) =>
    pdfPairs(
      constrainedMle(pdfAt(input), { kind: 't-value', ref: numberAt(input, 'ref') }, numberAt(input, 's')),
    ),
  secular: (input) => {
    const { values, probabilities } = pdfAt(input);
    return secularRoot(values, probabilities, values.length);
  },
  elo: (input) => elo.eloOfScore(numberAt(input, 'x')),
  L: (input) => elo.scoreOfElo(numberAt(input, 'x')),
  L_: (input) => elo.scoreOfElo(numberAt(input, 'x')),
  Phi: (input) => normalCdf(numberAt(input, 'q')),
  Phi_inv: (input) => normalQuantile(numberAt(input, 'p')),
  bayeselo_to_proba: (input) => {
    const [loss, draw, win] = elo.outcomesOfBayesElo(numberAt(input, 'elo'), numberAt(input, 'drawelo'));
    return [loss, draw, win];
  },
  proba_to_bayeselo: (input) => {
    const [loss, draw, win] = numbersAt(input, 'P') as [number, number, number];
    return elo.bayesEloOfOutcomes([loss, draw, win]);
  },
  bayeselo_to_elo: (input) => elo.eloOfBayesElo(numberAt(input, 'belo'), numberAt(input, 'drawelo')),
  elo_to_bayeselo: (input) => elo.bayesEloOfElo(numberAt(input, 'elo'), numberAt(input, 'draw_ratio')),
  draw_elo_calc: (input) => elo.drawEloOf(numbersAt(input, 'R')),
  SPRT: (input) =>
    newSprt({
      alpha: numberAt(input, 'alpha'),
      beta: numberAt(input, 'beta'),
      elo0: numberAt(input, 'elo0'),
      elo1: numberAt(input, 'elo1'),
      eloModel: eloModelAt(input),
      batchSize: numberAt(input, 'batch_size'),
    }),
  'Brownian.outcome_cdf': (input) => outcomeCdf(...brownianAt(input)),
  'Brownian.outcome_cdf_alt2': (input) => outcomeCdfForShortTime(...brownianAt(input)),
  'api.calc_elo': (input) => calcElo(documentAt<Record<string, string>>(input, 'params')),
  update_SPRT_sequence: (input) => {
    const sprt = documentAt<Sprt>(input, 'sprt');
    const steps = documentAt<unknown[]>(input, 'results');
    return steps.map((_, i) => {
      updateSprt(resultsAt({ step: steps[i] }, 'step'), sprt);
      const { llr: value, state, overshoot, lost_samples, illegal_update } = sprt;
      return { llr: value, state, overshoot: overshoot && { ...overshoot }, lost_samples, illegal_update };
    });
  },
};

export const statsFunctions: readonly string[] = Object.keys(CALLS);

export const statsSuite: Suite = async (cases) => cases.map(judgeCase);

function judgeCase(recorded: GoldenCase): AuthResult {
  const { input, output, tags = [] } = recorded;
  const call = CALLS[String(input['fn'])];
  if (call === undefined) return unknownFunction(input['fn']);
  const tried = attempt(() => call(input));
  const loose = recorded.tol === null || tags.includes('ill-conditioned');
  const tolerance = loose ? LOOSE_TOLERANCE : (recorded.tol ?? DEFAULT_TOLERANCE);
  return judgeAttempt(recorded, tried, (answer) => compare(answer, revive(output), tolerance));
}

function onResults(f: (elo0: number, elo1: number, results: number[]) => number): Call {
  return (input) => f(numberAt(input, 'elo0'), numberAt(input, 'elo1'), numbersAt(input, 'results'));
}

function onTruth(f: typeof exactLlrMotion): Call {
  return (input) =>
    f(
      pdfAt(input),
      numberAt(input, 's0'),
      numberAt(input, 's1'),
      input['s'] === undefined || input['s'] === null ? undefined : numberAt(input, 's'),
    );
}

function constraintAt(input: Arguments): Constraint {
  return input['statistic'] === 't_value'
    ? { kind: 't-value', ref: numberAt(input, 'ref') }
    : { kind: 'mean' };
}

function brownianAt(input: Arguments): Parameters<typeof outcomeCdf> {
  const motion = {
    a: numberAt(input, 'a'),
    b: numberAt(input, 'b'),
    drift: numberAt(input, 'mu'),
    sigma: numberAt(input, 'sigma'),
  };
  return [motion, numberAt(input, 'T'), numberAt(input, 'y')];
}
