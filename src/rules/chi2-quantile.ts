/** The 95 % quantile of the chi-squared distribution, for the automatic settings of tunes (docs/spec/web-ui.md §5.5). */
import { evenChi2Tail } from './chi2.js';
import { normalTail } from './normal.js';

const TAIL = 0.05;
/** Φ⁻¹(0.95), in the digits of the reference. */
const Z_95 = 1.6448536269514722;
/** Beyond, the reference approximates. */
const EXACT_TO = 99;
const HALVINGS = 80;

/** @param dof degrees of freedom, from 1 */
export function chi2Quantile95(dof: number): number {
  if (dof > EXACT_TO) {
    // E. B. Wilson, M. M. Hilferty, "The distribution of chi-square", PNAS 17 (1931).
    const share = 2 / (9 * dof);
    return dof * (1 - share + Z_95 * Math.sqrt(share)) ** 3;
  }
  let [low, high] = [0, dof + 10 * Math.sqrt(2 * dof) + 10];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (chi2Tail(middle, dof) > TAIL) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Upper tail with any number of degrees of freedom: those of odd number are built up from the normal distribution. */
function chi2Tail(x: number, dof: number): number {
  if (dof % 2 === 0) return evenChi2Tail(x, dof / 2);
  const root = Math.sqrt(x);
  const density = Math.exp(-x / 2) / Math.sqrt(2 * Math.PI);
  let sum = 0;
  for (let j = 1, term = root; j <= (dof - 1) / 2; j++) {
    sum += term;
    term *= x / (2 * j + 1);
  }
  return 2 * normalTail(root) + 2 * density * sum;
}
