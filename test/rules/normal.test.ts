import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normalCdf, normalQuantile, normalTail, upperQuantileOfExp, Z_975 } from '../../src/rules/normal.js';
import { assertClose, assertRelativelyClose } from './close.js';

/** Upper tails from the Taylor series in 450-digit arithmetic. */
const TAILS: readonly (readonly [z: number, tail: number])[] = [
  [0.125, 0.4502617751698871],
  [0.5, 0.3085375387259869],
  [0.75, 0.2266273523768682],
  [1, 0.15865525393145705],
  [1.5, 0.06680720126885807],
  [2, 0.02275013194817921],
  [3.25, 0.000577025042390767],
  [5, 2.866515718791939e-7],
  [5.75, 4.462172453901612e-9],
  [8, 6.220960574271784e-16],
  [12.5, 3.732564298877713e-36],
  [20, 2.7536241186062337e-89],
  [30, 4.906713927148187e-198],
  [37, 5.725571222524577e-300],
];

test('tails are exact to a few units of the last place', () => {
  for (const [z, tail] of TAILS) {
    assertRelativelyClose(normalTail(z), tail, 2e-15);
    assertRelativelyClose(normalCdf(-z), tail, 2e-15);
    assertRelativelyClose(normalCdf(z), 1 - tail, 2e-15);
  }
  assert.equal(normalCdf(0), 0.5);
  assert.equal(normalCdf(Number.POSITIVE_INFINITY), 1);
  assert.equal(normalCdf(Number.NEGATIVE_INFINITY), 0);
});

test('quantiles invert the distribution', () => {
  assertRelativelyClose(normalQuantile(0.975), Z_975, 1e-15);
  assert.equal(normalQuantile(0.5), 0);
  assert.equal(normalQuantile(0), Number.NEGATIVE_INFINITY);
  assert.equal(normalQuantile(1), Number.POSITIVE_INFINITY);
  for (const [z, tail] of TAILS) {
    assertRelativelyClose(normalQuantile(tail), -z, 5e-15);
    assertRelativelyClose(upperQuantileOfExp(-Math.log(tail)), z, 1e-14);
  }
  assert.throws(() => normalQuantile(1.5), RangeError);
  assert.throws(() => normalQuantile(Number.NaN), RangeError);
});

test('the quantile of any probability leads back to it', () => {
  fc.assert(
    fc.property(fc.double({ min: -37, max: 37, noNaN: true }), (z) => {
      const tail = normalTail(Math.abs(z));
      assertClose(normalQuantile(tail), -Math.abs(z), 1e-13);
    }),
  );
});
