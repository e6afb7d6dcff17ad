/** The log-likelihood ratio of a run's results, which every update_task of a sequential test works out anew. */
import type { EloModel, Results } from '../../src/model/documents.js';
import { llrLogistic, llrNormalized } from '../../src/rules/llr.js';
import { countsOf, liveLlr, newSprt, updateSprt } from '../../src/rules/sprt.js';
import type { Figure } from '../work/result.js';
import { compare, type MicroOptions } from './compare.js';

const RESULTS: Results = {
  wins: 12_000,
  losses: 11_500,
  draws: 40_500,
  crashes: 0,
  time_losses: 0,
  pentanomial: [500, 7300, 16_000, 7700, 500],
};

export async function measureStatistics(options: MicroOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  const models: readonly [EloModel, typeof llrLogistic][] = [
    ['logistic', llrLogistic],
    ['normalized', llrNormalized],
  ];
  for (const [eloModel, exact] of models) {
    const sprt = newSprt({ alpha: 0.05, beta: 0.05, elo0: 0, elo1: 2, eloModel, batchSize: 4 });
    const repeat = (work: () => unknown) => (times: number) => {
      for (let i = 0; i < times; i++) work();
    };
    const pieces = {
      'the whole step of the test': repeat(() => updateSprt(RESULTS, sprt)),
      'LLR alone': repeat(() => liveLlr(RESULTS, sprt)),
      'LLR in the general form': repeat(() => exact(0, 2, countsOf(RESULTS))),
    };
    figures.push(...(await compare(`LLR, ${eloModel}`, pieces, options)));
  }
  return figures;
}
