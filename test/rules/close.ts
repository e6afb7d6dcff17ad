/** Comparison of floating-point numbers in tests. */

import assert from 'node:assert/strict';

/** Passes when the numbers are within tolerance·max(1, |expected|). */
export function assertClose(actual: number, expected: number, tolerance = 1e-9, what = 'value'): void {
  const near = Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
  assert.ok(actual === expected || near, `${what}: ${actual} is not within ${tolerance} of ${expected}`);
}

/** Passes when the numbers are within tolerance·|expected|. */
export function assertRelativelyClose(actual: number, expected: number, tolerance: number): void {
  const off = Math.abs(actual / expected - 1);
  assert.ok(off <= tolerance, `${actual} is off ${expected} by ${off} relatively`);
}
