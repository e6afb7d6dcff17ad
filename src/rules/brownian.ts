/**
 * Brownian motion between two absorbing barriers: the law of its stopping place and time (docs/spec/statistics.md §5.1).
 * Source: D. Siegmund, "Sequential Analysis" (1985); the series is the eigenfunction expansion of the killed process.
 */

import { normalCdf } from './normal.js';

export interface BrownianMotion {
  /** Lower barrier, below the start 0. */
  readonly a: number;
  /** Upper barrier, above 0. */
  readonly b: number;
  /** Drift a unit of time. */
  readonly drift: number;
  /** Standard deviation of a unit of time. */
  readonly sigma: number;
}

/** Terms below this end the series. The reference's rule: it decides about the last digits of Elo intervals. */
const TRUNCATION = 1e-9;
/** Never reached where the series is used: it converges like exp(−n²/20). */
const MAX_TERMS = 1000;

/** H(T, y): the probability that the motion, stopped at a barrier or at time T, stands at most at y. */
export function outcomeCdf(motion: BrownianMotion, time: number, y: number): number {
  const width = motion.b - motion.a;
  const variance = motion.sigma * motion.sigma;
  const gamma = motion.drift / variance;
  const short = (variance * time) / width ** 2 < 1e-2 || Math.abs(gamma * width) > 15;
  return short ? outcomeCdfForShortTime(motion, time, y) : outcomeCdfBySeries(motion, time, y);
}

/** Form 1: the eigenfunction series, for times that let the motion reach the barriers. */
function outcomeCdfBySeries({ a, b, drift, sigma }: BrownianMotion, time: number, y: number): number {
  const width = b - a;
  const variance = sigma * sigma;
  const gamma = drift / variance;
  const gammaWidth = gamma * width;
  const x = -a;
  const place = y - a;
  const rate = (n: number) => (((n * Math.PI) / width) ** 2 * variance) / 2 + drift ** 2 / (2 * variance);
  const slowest = rate(1);
  const scale = Math.exp(-slowest * time - gamma * x + gamma * place);
  let series = 0;
  for (let n = 1; n <= MAX_TERMS; n++) {
    const angle = (Math.PI * n * place) / width;
    const shape =
      (2 * gammaWidth * Math.sin(angle) - 2 * Math.PI * n * Math.cos(angle)) /
      (gammaWidth ** 2 + (Math.PI * n) ** 2);
    const term = Math.exp(-(rate(n) - slowest) * time) * shape;
    series += term * Math.sin((Math.PI * n * x) / width);
    if (!(Math.abs(scale * term) > TRUNCATION)) break;
  }
  return absorbedBelow(gamma, gammaWidth, x, width) + scale * series;
}

/** Probability that the motion ends at the lower barrier when it is never stopped. */
function absorbedBelow(gamma: number, gammaWidth: number, x: number, width: number): number {
  if (gammaWidth > 30) return Math.exp(-2 * gamma * x);
  if (Math.abs(gammaWidth) < 1e-8) return (width - x) / width;
  return Math.expm1(2 * gamma * (width - x)) / Math.expm1(2 * gammaWidth);
}

/** Form 2: free motion with one reflection at each barrier, for short times or strong drifts. */
export function outcomeCdfForShortTime(
  { a, b, drift, sigma }: BrownianMotion,
  time: number,
  y: number,
): number {
  const spread = Math.sqrt(time) * sigma;
  const gamma = drift / (sigma * sigma);
  const offset = drift * time;
  const z = (y - offset) / spread;
  const zLow = (-y + offset + 2 * a) / spread;
  const zHigh = (y - offset - 2 * b) / spread;
  return normalCdf(z) + reflected(gamma, zLow, a) - reflected(gamma, zHigh, b);
}

/** e^(2γc)·Φ(z), by its asymptotic expansion where the factors would overflow and underflow. */
function reflected(gamma: number, z: number, barrier: number): number {
  if (gamma * barrier < 5) return Math.exp(2 * gamma * barrier) * normalCdf(z);
  const density = Math.exp((-z * z) / 2 + 2 * gamma * barrier) / Math.sqrt(2 * Math.PI);
  return -density * (1 / z - 1 / z ** 3);
}
