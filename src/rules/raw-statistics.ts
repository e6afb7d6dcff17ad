/** All numbers of the page of raw statistics (docs/spec/web-ui.md §4.8; docs/spec/statistics.md §3–§7), from a run's results and its bounds. */
import type { EloModel, Results, Sprt } from '../model/documents.js';
import {
  bayesEloOfElo,
  drawEloOf,
  eloOfBayesElo,
  eloOfScore,
  NORMALIZED_ELO_UNIT,
  scoreOfElo,
} from './elo.js';
import { bayesEloLlr } from './llr-variants.js';
import { momentsOf } from './moments.js';
import { pdfOfResults, regularize } from './pdf.js';
import {
  type SampleBounds,
  type SampleStatistics,
  sampleStatistics,
  unlessOutOfRange,
} from './sample-statistics.js';
import { expectedOvershoot, sprtBounds } from './sprt.js';

type Pair = readonly [number, number];

export interface RawStatistics {
  readonly sprt?: {
    readonly alpha: number;
    readonly beta: number;
    readonly elo0: number;
    readonly elo1: number;
    readonly elo_model: EloModel;
    readonly batch_games: number;
    /** Bounds of the LLR. */
    readonly lower_bound: number;
    readonly upper_bound: number;
    /** By how much the LLR is expected to pass the lower and the upper one. */
    readonly expected_overshoot: Pair;
  };
  readonly draw_ratio: number;
  readonly pentanomial_draw_ratio?: number;
  readonly draw_elo: number;
  /** H0 and H1 in each scale. */
  readonly bounds?: {
    readonly logistic: Pair;
    readonly normalized: Pair;
    readonly bayes_elo: Pair;
    readonly score: Pair;
  };
  readonly pentanomial?: SampleStatistics & {
    /** Pairs that gained points for each that lost some; NaN or Infinity where none lost. */
    readonly pairs_ratio: number;
    /** Of the even pairs: two draws, or a win and a loss. */
    readonly draw_draw_ratio: number;
    readonly win_loss_ratio: number;
  };
  readonly trinomial: SampleStatistics & { readonly bayes_elo_llr?: number };
  readonly comparison?: {
    readonly variance_ratio: number;
    readonly variance_difference: number;
    readonly rms_bias: number;
    readonly rms_bias_elo: number;
  };
}

/** Old documents may lack the pairs, and of a sequential test the model and the size of a batch. */
export function rawStatistics(results: Results, sprt: Sprt | undefined): RawStatistics {
  const { wins = 0, draws = 0, losses = 0, pentanomial: pairs } = results;
  const games = [losses, draws, wins];
  const regular = regularize(games);
  const drawRatio = regular[1]! / (regular[0]! + regular[1]! + regular[2]!);
  const drawElo = unlessOutOfRange(() => drawEloOf(regular)) ?? Number.NaN;
  const bounds = sprt === undefined ? undefined : boundsOf(sprt, pairs ?? games, drawRatio, drawElo);
  const trinomial = sampleStatistics(games, bounds?.sample);
  return {
    ...(sprt !== undefined && { sprt: settingsOf(sprt) }),
    draw_ratio: drawRatio,
    ...(pairs !== undefined && { pentanomial_draw_ratio: pdfOfResults(pairs).pdf.probabilities[2]! }),
    draw_elo: drawElo,
    ...(bounds !== undefined && { bounds: bounds.shown }),
    ...(pairs !== undefined && pairsAndComparison(pairs, bounds?.sample, drawRatio, trinomial)),
    trinomial:
      bounds === undefined
        ? trinomial
        : {
            ...trinomial,
            bayes_elo_llr:
              unlessOutOfRange(() => bayesEloLlr(...bounds.shown.bayes_elo, regular)) ?? Number.NaN,
          },
  };
}

function settingsOf(sprt: Sprt): NonNullable<RawStatistics['sprt']> {
  const { alpha, beta, elo0, elo1, elo_model = 'BayesElo', batch_size = 1, overshoot } = sprt;
  const { lower, upper } = sprtBounds(alpha, beta);
  const { below, above } = expectedOvershoot(overshoot);
  return {
    alpha,
    beta,
    elo0,
    elo1,
    elo_model,
    batch_games: 2 * batch_size,
    lower_bound: lower,
    upper_bound: upper,
    expected_overshoot: [below, above],
  };
}

/** @param counts by whose spread normalized Elo is measured */
function boundsOf(
  { alpha, beta, elo0, elo1, elo_model: model = 'BayesElo' }: Sprt,
  counts: readonly number[],
  drawRatio: number,
  drawElo: number,
): { readonly sample: SampleBounds; readonly shown: NonNullable<RawStatistics['bounds']> } {
  const perGame = Math.sqrt(((counts.length - 1) / 2) * momentsOf(pdfOfResults(counts).pdf).variance);
  const each = (f: (elo: number) => number): Pair => [f(elo0), f(elo1)];
  const score = each((elo) => {
    if (model === 'normalized') return (elo / NORMALIZED_ELO_UNIT) * perGame + 0.5;
    return scoreOfElo(model === 'BayesElo' ? eloOfBayesElo(elo, drawElo) : elo);
  });
  const ofScore = (f: (score: number) => number): Pair => [f(score[0]), f(score[1])];
  const logistic = model === 'logistic' ? ([elo0, elo1] as const) : ofScore(eloOfScore);
  const normalized =
    model === 'normalized'
      ? ([elo0, elo1] as const)
      : ofScore((s) => ((s - 0.5) / perGame) * NORMALIZED_ELO_UNIT);
  const bayes = (elo: number) => unlessOutOfRange(() => bayesEloOfElo(elo, drawRatio).elo) ?? Number.NaN;
  const bayesElo =
    model === 'BayesElo' ? ([elo0, elo1] as const) : ([bayes(logistic[0]), bayes(logistic[1])] as const);
  return {
    sample: { alpha, beta, isNormalized: model === 'normalized', logistic, normalized, score },
    shown: { logistic, normalized, bayes_elo: bayesElo, score },
  };
}

function pairsAndComparison(
  pairs: readonly number[],
  bounds: SampleBounds | undefined,
  drawRatio: number,
  trinomial: SampleStatistics,
): Pick<RawStatistics, 'pentanomial' | 'comparison'> {
  const sample = sampleStatistics(pairs, bounds);
  const [p0, p1, , p3, p4] = pairs as [number, number, number, number, number];
  const [, f1, f2, f3] = sample.distribution as [number, number, number, number, number];
  const drawDraw = drawRatio - (f1 + f3) / 2;
  const [ofPairs, ofGames] = [sample.variance_per_game.value, trinomial.variance_per_game.value];
  const bias = Math.sqrt(Math.max(0, ofGames - ofPairs));
  return {
    pentanomial: {
      ...sample,
      pairs_ratio: (p3 + p4) / (p0 + p1),
      draw_draw_ratio: drawDraw,
      win_loss_ratio: f2 - drawDraw,
    },
    comparison: {
      variance_ratio: ofPairs / ofGames,
      variance_difference: ofGames - ofPairs,
      rms_bias: bias,
      rms_bias_elo: eloOfScore(0.5 + bias),
    },
  };
}
