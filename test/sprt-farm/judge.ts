/**
 * Whether sequential tests of engines of known strength err as seldom as they promise: of those at the lower bound at most
 * alpha may be accepted, of those at the upper bound at most beta rejected, up to what chance allows.
 */

/** Bounds in normalized Elo: far apart, so that a test needs some thousand games. */
export const ELO0 = 0;
export const ELO1 = 10;
export const ALPHA = 0.05;
export const BETA = 0.05;
export const DRAW_RATIO = 0.5;
/** A right server fails with this probability, on each side. */
const TAIL = 0.001;
/** Normalized Elo of one standard deviation of a game (docs/spec/statistics.md). */
const ELO_PER_SIGMA = 800 / Math.LN10;

export interface Decision {
  /** The engine was as strong as the upper bound says. */
  readonly strong: boolean;
  /** '' for a test that came to no end. */
  readonly state: string;
}

export interface AuthResult {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

/** Logistic Elo of games that are independent of each other, with the given share of draws. */
export function logisticElo(normalized: number): number {
  const sigma = Math.sqrt((1 - DRAW_RATIO) / 4);
  const score = 0.5 + (normalized / ELO_PER_SIGMA) * sigma;
  return -400 * Math.log10(1 / score - 1);
}

/** The largest count that is not yet incredible: P(X > k) < TAIL for X of the binomial distribution. */
export function mostErrors(tests: number, rate: number): number {
  let probability = (1 - rate) ** tests;
  let sum = probability;
  let k = 0;
  while (1 - sum >= TAIL) {
    probability *= ((tests - k) / (k + 1)) * (rate / (1 - rate));
    k += 1;
    sum += probability;
  }
  return k;
}

export function judge(decisions: readonly Decision[]): AuthResult {
  const undecided = decisions.filter(({ state }) => state === '').length;
  const side = (strong: boolean, wrong: string, rate: number): { ok: boolean; line: string } => {
    const tests = decisions.filter((decision) => decision.strong === strong);
    const errors = tests.filter(({ state }) => state === wrong).length;
    const most = mostErrors(tests.length, rate);
    const elo = strong ? ELO1 : ELO0;
    const line = `${tests.length} tests of ${elo} normalized Elo: ${errors} ${wrong}, at most ${most} expected for ${rate}`;
    return { ok: tests.length > 0 && errors <= most, line };
  };
  const weak = side(false, 'accepted', ALPHA);
  const strong = side(true, 'rejected', BETA);
  return {
    ok: weak.ok && strong.ok && undecided === 0,
    lines: [weak.line, strong.line, ...(undecided === 0 ? [] : [`${undecided} tests are undecided`])],
  };
}
