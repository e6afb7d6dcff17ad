import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { constrainedMle } from '../../src/rules/likelihood.js';
import { llrLogistic, llrNormalized } from '../../src/rules/llr.js';
import { normalizedLlrInClosedForm } from '../../src/rules/llr-variants.js';
import { mean, pdfOfResults, variance } from '../../src/rules/pdf.js';
import { clampedSecularRoot, secularRoot } from '../../src/rules/secular.js';
import { assertClose } from './close.js';

const ordinaryPairs = fc.tuple(
  fc.integer({ min: 1, max: 2000 }),
  fc.integer({ min: 10, max: 20_000 }),
  fc.integer({ min: 10, max: 50_000 }),
  fc.integer({ min: 10, max: 20_000 }),
  fc.integer({ min: 1, max: 2000 }),
);
const bound = fc.double({ min: -10, max: 10, noNaN: true });

test('log-likelihood ratios of docs/spec/statistics.md §9', () => {
  const cases: readonly [number[], number, number, number, number, number][] = [
    [[10, 20, 30], 0, 5, 0.4231694468971448, 0.3464179665494771, 0.31830105107108253],
    [[39, 2226, 31451, 2412, 40], 0.5, 2.5, -10.41458964652772, 2.3379000175366507, 2.3379286825724916],
    [
      [10789, 19328, 33806, 19402, 10543],
      -1.75,
      0.25,
      -0.11102217673761142,
      -0.6271679157328218,
      -0.6271598119117742,
    ],
    [[1, 2, 3, 4, 5], 0, 5, 0.1413399419497292, 0.1409373122493802, 0.1407226100966576],
    [[0, 0, 5, 0, 0], 0, 5, -0.06764795336777663, -0.0012103837429469355, -0.0010362480937008223],
    [[0, 0, 0, 0, 0], 0, 5, -1.0354483502281707e-6, -1.0353876017312695e-6, -1.0354197578945067e-6],
  ];
  for (const [results, elo0, elo1, logistic, normalized, alternative] of cases) {
    assertClose(llrLogistic(elo0, elo1, results), logistic);
    assertClose(llrNormalized(elo0, elo1, results), normalized);
    assertClose(normalizedLlrInClosedForm(elo0, elo1, results), alternative);
  }
});

test('swapping the hypotheses, or the sides with the hypotheses, turns the ratio round', () => {
  for (const llr of [llrLogistic, llrNormalized, normalizedLlrInClosedForm]) {
    fc.assert(
      fc.property(ordinaryPairs, bound, bound, (pairs, elo0, elo1) => {
        const value = llr(elo0, elo1, pairs);
        assertClose(llr(elo1, elo0, pairs), -value, 1e-8);
        assertClose(llr(-elo0, -elo1, pairs.toReversed()), value, 1e-8);
      }),
      { numRuns: 50 },
    );
  }
});

test('a constrained distribution meets its constraint', () => {
  fc.assert(
    fc.property(ordinaryPairs, fc.double({ min: -0.02, max: 0.02, noNaN: true }), (sample, target) => {
      // Mirrored halves, since ten rounds may not settle on one-sided samples (docs/spec/statistics.md §4.2).
      const [p0, p1, p2] = sample;
      const { pdf } = pdfOfResults([p0, p1, p2, p1, p0]);
      const byMean = constrainedMle(pdf, { kind: 'mean' }, 0.5 + target);
      assertClose(mean(byMean.values, byMean.probabilities), 0.5 + target, 1e-8);
      const byT = constrainedMle(pdf, { kind: 't-value', ref: 0.5 }, target);
      const mu = mean(byT.values, byT.probabilities);
      assertClose((mu - 0.5) / Math.sqrt(variance(byT.values, byT.probabilities, mu)), target, 1e-5);
    }),
  );
});

test('what has no solution is refused by the strict solvers and clamped by the others', () => {
  const values = Float64Array.of(0, 1);
  const p = Float64Array.of(0.5, 0.5);
  assert.throws(() => secularRoot(values, p, 2), RangeError);
  assert.ok(Number.isNaN(clampedSecularRoot(values, p, 2)));
  // No distribution on the outcomes reaches such a t-value (docs/spec/statistics.md §4.2).
  assert.throws(() => llrNormalized(0, 300, [0, 12, 14, 4, 0]), RangeError);
  // So lopsided that the root hides behind the margin of a pole (§4.1).
  assert.throws(() => llrLogistic(0.25, 1.75, [0, 1, 1, 1, 5_000_000]), RangeError);
});
