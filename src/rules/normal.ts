/**
 * The standard normal distribution, accurate to a few units of the last place also far out in the tails, where the
 * logs of Brownian motion and the residuals of workers live.
 *
 * Sources: W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969), for the
 * error function; M. J. Wichura, "Algorithm AS 241", Applied Statistics 37 (1988), for the quantiles.
 */

/** Φ⁻¹(0.975), the half-width of a 95 % interval (statistics.md §1). */
export const Z_975 = 1.959963984540054;

const SQRT_HALF = Math.SQRT1_2;
const INVERSE_SQRT_PI = 0.5641895835477563;

/** Cody's coefficients, highest power first; the leading 1 of a denominator is written out. */
const ERF_SMALL = {
  top: [1.85777706184603153e-1, 3.1611237438705656, 113.864154151050156, 377.485237685302021, 3209.37758913846947],
  bottom: [1, 23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062],
};
const ERFC_MIDDLE = {
  top: [
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 66.1191906371416295, 298.635138197400131,
    881.95222124176909, 1712.04761263407058, 2051.07837782607147, 1230.33935479799725,
  ],
  bottom: [
    1, 15.7449261107098347, 117.693950891312499, 537.181101862009858, 1621.38957456669019, 3290.79923573345963,
    4362.61909014324716, 3439.36767414372164, 1230.33935480374942,
  ],
};
const ERFC_LARGE = {
  top: [
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4,
  ],
  bottom: [
    1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
    2.33520497626869185e-3,
  ],
};

/** Wichura's coefficients, highest power first: near the middle, in the tail, far in the tail. */
const QUANTILE_MIDDLE = {
  top: [
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
  ],
  bottom: [
    5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.871870074920579083e2, 4.2313330701600911252e1, 1,
  ],
};
const QUANTILE_TAIL = {
  top: [
    7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ],
  bottom: [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1,
    6.8976733498510000455e-1, 1.6763848301838038494, 2.05319162663775882187, 1,
  ],
};
const QUANTILE_FAR = {
  top: [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.2426609473880784386e-3, 2.65321895265761230930e-2,
    2.9656057182850489123e-1, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  bottom: [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    1.48753612908506148525e-2, 1.3692988092273580531e-1, 5.9983220655588793769e-1, 1,
  ],
};

type Rational = { readonly top: readonly number[]; readonly bottom: readonly number[] };

/** Φ(z), the probability that a standard normal variable is at most z. */
export function normalCdf(z: number): number {
  return normalTail(-z);
}

/** Q(z) = 1 − Φ(z), with full relative accuracy for large z. */
export function normalTail(z: number): number {
  const x = Math.abs(z) * SQRT_HALF;
  if (x <= 0.46875) {
    const erf = x * rational(ERF_SMALL, x * x);
    return 0.5 - 0.5 * (z < 0 ? -erf : erf);
  }
  let scaled: number;
  if (x <= 4) {
    scaled = rational(ERFC_MIDDLE, x);
  } else {
    const y = 1 / (x * x);
    scaled = (INVERSE_SQRT_PI - y * rational(ERFC_LARGE, y)) / x;
  }
  const tail = 0.5 * gaussian(Math.abs(z)) * scaled;
  return z < 0 ? 1 - tail : tail;
}

/**
 * Φ⁻¹(p) for 0 < p < 1; ∓Infinity at 0 and 1.
 * @throws RangeError when p is no probability
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability must lie in 0…1, not ${p}`);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * rational(QUANTILE_MIDDLE, 0.180625 - q * q);
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const z = tailQuantile(Math.sqrt(-Math.log(tail)));
  return q < 0 ? -z : z;
}

/**
 * The z with Q(z) = e^(−x), for x ≥ 0: the upper-tail quantile of a probability given by its logarithm, so that
 * probabilities below the smallest double stay apart.
 */
export function upperQuantileOfExp(x: number): number {
  const p = Math.exp(-x);
  // 0.075 = 0.5 − 0.425: the end of the middle range.
  if (p >= 0.075) return -normalQuantile(p);
  return tailQuantile(Math.sqrt(x));
}

/** The z > 0 with Q(z) = exp(−r²), for r ≥ 1.6. */
function tailQuantile(r: number): number {
  return r <= 5 ? rational(QUANTILE_TAIL, r - 1.6) : rational(QUANTILE_FAR, r - 5);
}

/** exp(−z²/2) without the error that rounding z² would bring for large z. */
function gaussian(z: number): number {
  const coarse = Math.trunc(z * 16) / 16;
  return Math.exp(-0.5 * coarse * coarse) * Math.exp(-0.5 * (z - coarse) * (z + coarse));
}

function rational({ top, bottom }: Rational, x: number): number {
  let numerator = 0;
  let denominator = 0;
  for (let i = 0; i < top.length; i++) {
    numerator = numerator * x + top[i]!;
    denominator = denominator * x + bottom[i]!;
  }
  return numerator / denominator;
}
