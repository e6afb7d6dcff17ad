/**
 * How a sequential test behaves before it is played: its chance to pass and its games on average, for a true strength
 * (docs/spec/web-ui.md §4.16). The walk of the LLR is taken for a Brownian motion between its bounds.
 */
const ERROR_RATE = 0.05;
const UPPER = Math.log((1 - ERROR_RATE) / ERROR_RATE);
const LOWER = -UPPER;
/** Normalized Elo of one standard deviation a game. */
const NORMALIZED = 800 / Math.LN10;
const NEARLY_LEVEL = 1e-6;

export interface SprtPlan {
  readonly model: 'normalized' | 'logistic';
  readonly elo0: number;
  readonly elo1: number;
  readonly drawRatio: number;
  /** Spread of the openings' bias, in Elo. */
  readonly rmsBias: number;
}

export interface SprtOutlook {
  readonly passes: number;
  readonly games: number;
}

/** The score that a difference in logistic Elo means. */
export function expectedScore(elo: number): number {
  return 1 / (1 + 10 ** (-elo / 400));
}

/** Of one game; not positive where draws and bias do not go together. */
export function gameVariance({ drawRatio, rmsBias }: Pick<SprtPlan, 'drawRatio' | 'rmsBias'>): number {
  return (1 - drawRatio) / 4 - (expectedScore(rmsBias) - 0.5) ** 2;
}

/** The bounds as scores. */
export function boundScores(plan: SprtPlan): [number, number] {
  const { model, elo0, elo1 } = plan;
  if (model === 'logistic') return [expectedScore(elo0), expectedScore(elo1)];
  const deviation = Math.sqrt(gameVariance(plan));
  return [0.5 + (elo0 * deviation) / NORMALIZED, 0.5 + (elo1 * deviation) / NORMALIZED];
}

/** @param elo the true difference, logistic */
export function sprtOutlook(plan: SprtPlan, elo: number): SprtOutlook {
  const [score0, score1] = boundScores(plan);
  const score = expectedScore(elo);
  const drift = (2 * score - (score0 + score1)) / (score1 - score0);
  const perGame = (score1 - score0) ** 2 / gameVariance(plan);
  if (Math.abs(drift * (LOWER - UPPER)) < NEARLY_LEVEL) {
    return { passes: -LOWER / (UPPER - LOWER), games: (-LOWER * UPPER) / perGame };
  }
  const passes = (1 - Math.exp(-drift * LOWER)) / (Math.exp(-drift * UPPER) - Math.exp(-drift * LOWER));
  return { passes, games: ((2 / drift) * (UPPER * passes + LOWER * (1 - passes))) / perGame };
}
