/**
 * The standard normal distribution, accurate to a few units of the last place also far out in the tails, where the
 * logs of Brownian motion and the residuals of workers live.
 *
 * Sources: W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969), for the
 * error function; M. J. Wichura, "Algorithm AS 241", Applied Statistics 37 (1988), for the quantiles.
 */

/** Φ⁻¹(0.975), the half-width of a 95 % interval (docs/spec/statistics.md §1). */
export const Z_975 = 1.959963984540054;

/** From here on the density is below the smallest double. */
const BEYOND_TAILS = 40;
const SQRT_HALF = Math.SQRT1_2;
const INVERSE_SQRT_PI = 0.5641895835477563;

/** Cody's coefficients, highest power first; the leading 1 of a denominator is written out. */
const ERF_SMALL = {
  top: [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  bottom: [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
};
const ERFC_MIDDLE = {
  top: [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
    881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  bottom: [
    1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
    4362.619090143247, 3439.3676741437216, 1230.3393548037495,
  ],
};
const ERFC_LARGE = {
  top: [
    0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
    0.0006587491615298378,
  ],
  bottom: [
    1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
  ],
};

/** Wichura's coefficients, highest power first: near the middle, in the tail, far in the tail. */
const QUANTILE_MIDDLE = {
  top: [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
    1971.5909503065513, 133.14166789178438, 3.3871328727963665,
  ],
  bottom: [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
    687.1870074920579, 42.31333070160091, 1,
  ],
};
const QUANTILE_TAIL = {
  top: [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  bottom: [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
};
const QUANTILE_FAR = {
  top: [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
    0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  bottom: [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
    0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
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
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability must be in 0…1, not ${p}`);
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
  if (z > BEYOND_TAILS) return 0;
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
