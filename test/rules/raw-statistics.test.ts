/** The numbers of the page of raw statistics against what the reference recorded of their parts (docs/spec/web-ui.md §11.4, 56). */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { EloModel, Results, Sprt } from '../../src/model/documents.js';
import { type RawStatistics, rawStatistics } from '../../src/rules/raw-statistics.js';
import type { SampleStatistics } from '../../src/rules/sample-statistics.js';
import { newSprt } from '../../src/rules/sprt.js';
import { documentAt, eloModelAt, numberAt, numbersAt, pdfAt, resultsAt } from '../golden/arguments.js';
import { readRecording, recordingOf } from '../golden/recordings.js';
import { type GoldenCase, revive } from '../golden/suite.js';
import { assertClose } from './close.js';

const TOLERANCE = 1e-6;
const BOUNDS = { elo0: 0, elo1: 2, model: 'normalized' as EloModel };

function testOf({ elo0, elo1, model }: typeof BOUNDS): Sprt {
  return newSprt({ alpha: 0.05, beta: 0.05, elo0, elo1, eloModel: model, batchSize: 8 });
}

/** Results whose sample is this one, alone. */
function resultsOf(counts: readonly number[]): Results {
  const none = { crashes: 0, time_losses: 0 };
  const [p0, p1, p2, p3 = 0, p4 = 0] = counts as [number, number, number, number?, number?];
  if (counts.length === 3) return { ...none, losses: p0, draws: p1, wins: p2 };
  const [losses, wins] = [2 * p0 + p1, p3 + 2 * p4];
  const draws = 2 * (p0 + p1 + p2 + p3 + p4) - wins - losses;
  return { ...none, losses, draws, wins, pentanomial: [p0, p1, p2, p3, p4] };
}

function sampleOf({ pentanomial, trinomial }: RawStatistics): SampleStatistics {
  return pentanomial ?? trinomial;
}

describe('raw statistics', () => {
  let cases: readonly GoldenCase[];
  const each = (fn: string) => {
    const found = cases.filter(
      ({ input, output, tags = [], tol }) =>
        input['fn'] === fn &&
        tol !== null &&
        !tags.includes('ill-conditioned') &&
        !(typeof output === 'object' && output !== null && 'error' in output),
    );
    assert.ok(found.length > 2, `${fn} is recorded ${found.length} times`);
    return found.map(({ input, output }) => ({ input, output: revive(output) }));
  };
  before(async () => {
    const text = await readRecording(await recordingOf('stats'));
    cases = (JSON.parse(text) as { cases: GoldenCase[] }).cases;
  });

  it('give the recorded Elo, interval, LOS and LLR of sequential tests in three models', () => {
    const models = new Set<string>();
    for (const { input, output } of each('SPRT_elo')) {
      const recorded = output as { elo: number; ci: [number, number]; LOS: number; LLR: number };
      const model = eloModelAt(input);
      const [elo0, elo1] = [numberAt(input, 'elo0'), numberAt(input, 'elo1')];
      const sprt = {
        ...testOf({ elo0, elo1, model }),
        alpha: numberAt(input, 'alpha'),
        beta: numberAt(input, 'beta'),
      };
      if (numberAt(input, 'p') !== 0.05) continue;
      const { elo, los, llrs } = sampleOf(rawStatistics(resultsAt(input, 'R'), sprt));
      const what = JSON.stringify(input);
      assertClose(elo.value, recorded.elo, TOLERANCE, `Elo of ${what}`);
      assertClose(elo.low, recorded.ci[0], TOLERANCE, `lower end of ${what}`);
      assertClose(elo.high, recorded.ci[1], TOLERANCE, `upper end of ${what}`);
      assertClose(los, recorded.LOS, TOLERANCE, `LOS of ${what}`);
      assertClose(llrs!.llr, recorded.LLR, TOLERANCE, `LLR of ${what}`);
      models.add(model);
    }
    assert.equal(models.size, 3);
  });

  it('give the recorded Elo and LOS of games of a fixed number, in pairs or one by one', () => {
    for (const { input, output } of each('get_elo')) {
      const recorded = output as { elo: number; elo95: number; los: number };
      const counts = numbersAt(input, 'results');
      const statistics = rawStatistics(resultsOf(counts), undefined);
      const { elo, los, llrs } = sampleOf(statistics);
      assertClose(elo.value, recorded.elo, TOLERANCE);
      assertClose(elo.high - elo.low, 2 * recorded.elo95, TOLERANCE);
      assertClose(los, recorded.los, TOLERANCE);
      assert.equal(llrs, undefined);
      assert.equal(statistics.bounds, undefined);
    }
  });

  it('give the recorded likelihood ratios in each form', () => {
    for (const [fn, member, model] of [
      ['LLR_logistic', 'logistic', 'logistic'],
      ['LLR_normalized', 'normalized', 'normalized'],
      ['LLR_normalized_alt', 'normalized_alt', 'normalized'],
    ] as const) {
      for (const { input, output } of each(fn)) {
        const sprt = testOf({ elo0: numberAt(input, 'elo0'), elo1: numberAt(input, 'elo1'), model });
        const { llrs } = sampleOf(rawStatistics(resultsOf(numbersAt(input, 'results')), sprt));
        assertClose(llrs![member], output as number, TOLERANCE, `${fn} of ${JSON.stringify(input)}`);
      }
    }
    for (const { input, output } of each('LLRlegacy')) {
      const sprt = testOf({
        elo0: numberAt(input, 'elo0'),
        elo1: numberAt(input, 'elo1'),
        model: 'BayesElo',
      });
      const { trinomial } = rawStatistics(resultsOf(numbersAt(input, 'results')), sprt);
      assertClose(trinomial.bayes_elo_llr!, output as number, TOLERANCE);
    }
  });

  it('give the recorded moments of the same distributions', () => {
    const moments = new Map(each('stats_ex').map(({ input, output }) => [keyOf(input), output]));
    let compared = 0;
    for (const { input, output } of each('results_to_pdf')) {
      const counts = numbersAt(input, 'results');
      const recorded = moments.get(JSON.stringify(documentAt<{ pdf: unknown }>({ output }, 'output').pdf));
      if (recorded === undefined) continue;
      const sample = sampleOf(rawStatistics(resultsOf(counts), testOf(BOUNDS)));
      const { s, var: v, skewness, exkurt } = recorded as Record<string, number>;
      assertClose(sample.expected_value, s!, TOLERANCE);
      assertClose(sample.variance, v!, TOLERANCE);
      assertClose(sample.skewness, skewness!, TOLERANCE);
      assertClose(sample.excess_kurtosis, exkurt!, TOLERANCE);
      compared++;
    }
    assert.ok(compared > 2, `${compared} are compared`);
  });

  it('give the normalized Elo of docs/spec/statistics.md §9, and splits that add up', () => {
    const counts = [39, 2226, 31451, 2412, 40];
    const statistics = rawStatistics(resultsOf(counts), testOf({ elo0: 0.2, elo1: 0.9, model: 'logistic' }));
    const { pentanomial, comparison, trinomial, bounds } = statistics;
    assertClose(pentanomial!.normalized_elo.value, 3.450799606946096, 1e-9);
    assertClose(
      (pentanomial!.normalized_elo.high - pentanomial!.normalized_elo.low) / 2,
      2.5312396032638778,
      1e-9,
    );
    assertClose(pentanomial!.pairs_ratio, 2452 / 2265, 1e-12);
    assertClose(
      pentanomial!.draw_draw_ratio + pentanomial!.win_loss_ratio,
      statistics.pentanomial_draw_ratio!,
      1e-12,
    );
    assertClose(
      comparison!.variance_ratio * trinomial.variance_per_game.value,
      pentanomial!.variance_per_game.value,
      1e-12,
    );
    // The same bounds, whichever scale they are told in.
    const [elo0, elo1] = bounds!.normalized;
    const told = rawStatistics(resultsOf(counts), testOf({ elo0, elo1, model: 'normalized' }));
    for (const scale of ['logistic', 'bayes_elo', 'score'] as const)
      for (const i of [0, 1]) assertClose(told.bounds![scale][i]!, bounds![scale][i]!, 1e-9);
    assertClose(told.pentanomial!.elo.value, pentanomial!.elo.value, 1e-9);
  });

  it('name what does not exist for no games and for one-sided ones, and throw for none', () => {
    for (const counts of [
      [0, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 7],
      [0, 12, 14, 4, 0],
      [1e9, 0, 0, 0, 0],
    ]) {
      for (const model of ['normalized', 'logistic', 'BayesElo'] as const) {
        for (const [elo0, elo1] of [
          [0, 2],
          [0, 100],
          [1, 1],
        ] as const) {
          const { trinomial } = rawStatistics(resultsOf(counts), testOf({ elo0, elo1, model }));
          assert.ok(Number.isFinite(trinomial.elo.value), `${counts} ${model}`);
          assert.ok(trinomial.deviation_per_game.low >= 0);
        }
      }
    }
  });
});

function keyOf(input: Readonly<Record<string, unknown>>): string {
  const { values, probabilities } = pdfAt(input);
  return JSON.stringify(Array.from(values, (value, i) => [value, probabilities[i]]));
}
