/** A bracketed root finder for functions that cost much and have no derivative. */

/**
 * A zero of f between low and high, where f has opposite signs: the ITP method (I. Oliveira, R. Takahashi, "An
 * enhancement of the bisection method average performance preserving minmax optimality", ACM TOMS 47, 2020), which
 * never needs more than one step over bisection.
 * @param tolerance half-width of the final bracket
 * @throws RangeError when f has the same sign at both ends
 */
export function bracketedRoot(
  f: (x: number) => number,
  low: number,
  high: number,
  tolerance: number,
  fLow = f(low),
  fHigh = f(high),
): number {
  if (fLow === 0) return low;
  if (fHigh === 0) return high;
  if (!(fLow < 0 !== fHigh < 0)) throw new RangeError(`no change of sign between ${low} and ${high}`);
  const sign = fLow < 0 ? 1 : -1;
  const stiffness = 0.2 / (high - low);
  const budget = Math.max(0, Math.ceil(Math.log2((high - low) / (2 * tolerance)))) + 1;
  let yLow = sign * fLow;
  let yHigh = sign * fHigh;
  for (let step = 0; high - low > 2 * tolerance; step++) {
    const middle = 0.5 * (low + high);
    const radius = tolerance * 2 ** (budget - step) - 0.5 * (high - low);
    const secant = (yHigh * low - yLow * high) / (yHigh - yLow);
    const towards = Math.sign(middle - secant);
    const shift = stiffness * (high - low) ** 2;
    const truncated = shift <= Math.abs(middle - secant) ? secant + towards * shift : middle;
    const projected = Math.abs(truncated - middle) <= radius ? truncated : middle - towards * radius;
    // Where f is flat at one end, rounding puts the secant onto it: halving then goes on, and the root is still found.
    const x = projected > low && projected < high ? projected : middle;
    if (!(x > low && x < high)) break;
    const y = sign * f(x);
    if (y > 0) {
      high = x;
      yHigh = y;
    } else if (y < 0) {
      low = x;
      yLow = y;
    } else {
      return x;
    }
  }
  return 0.5 * (low + high);
}
