/** The arithmetic of an SPSA tune (spec: spsa.md; Spall, "Implementation of the simultaneous perturbation algorithm", 1998). */

/** Step sizes of one parameter in iteration `iter` (0 is the first). */
export function stepSizes(c: number, a: number, A: number, alpha: number, gamma: number, iter: number) {
  const i = iter + 1;
  const step = c / i ** gamma;
  return { c: step, R: a / (A + i) ** alpha / step ** 2 };
}

export function clipTheta(theta: number, min: number, max: number): number {
  return Math.min(Math.max(theta, min), max);
}

/** One bit a flip, +1 as 1, most significant bit first, the last byte padded with zeros. */
export function packFlips(flips: readonly number[]): Uint8Array {
  const packed = new Uint8Array(Math.ceil(flips.length / 8));
  flips.forEach((flip, i) => {
    if (flip > 0) packed[i >> 3]! |= 0x80 >> (i & 7);
  });
  return packed;
}

export function unpackFlips(packed: Uint8Array, count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((packed[i >> 3]! << (i & 7)) & 0x80 ? 1 : -1));
}

/**
 * Game pairs between two entries of the history: 100 entries for a tune of less than 100 parameters, 10,000 values for
 * one of less than 1,000, else a single entry. 0: no history (§5).
 */
export function historyPeriod(params: number, numGames: number): number {
  const pairs = numGames / 2;
  if (pairs <= 0 || params === 0) return 0;
  if (params < 100) return pairs / 100;
  return params < 1000 ? pairs / (10_000 / params) : pairs;
}
