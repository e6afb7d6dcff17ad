/** Shape of a distribution over scores beyond its mean (docs/spec/statistics.md §7). */
import { mean, type Pdf, variance } from './pdf.js';

export interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly skewness: number;
  readonly excessKurtosis: number;
}

export function momentsOf({ values, probabilities }: Pdf): Moments {
  const mu = mean(values, probabilities);
  const v = variance(values, probabilities, mu);
  let third = 0;
  let fourth = 0;
  for (let i = 0; i < values.length; i++) {
    const distance = values[i]! - mu;
    third += probabilities[i]! * distance ** 3;
    fourth += probabilities[i]! * distance ** 4;
  }
  return { mean: mu, variance: v, skewness: third / v ** 1.5, excessKurtosis: fourth / (v * v) - 3 };
}
