import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bayesEloOfElo,
  bayesEloOfOutcomes,
  drawEloOf,
  eloOfBayesElo,
  eloOfScore,
  estimateElo,
  outcomesOfBayesElo,
  scoreOfElo,
} from '../../src/rules/elo.js';
import { assertClose } from './close.js';

test('Elo estimates of docs/spec/statistics.md §9', () => {
  const cases: readonly [number[], number, number, number][] = [
    [[0, 0, 0], 0, 1199.8261952903854, 0.5],
    [[0, 0, 0, 0, 0], 0, 1199.8261952903854, 0.5],
    [[10, 20, 30], 120.41199826559247, 75.25988693832561, 0.9997339972474304],
    [[39, 2226, 31451, 2412, 40], 0.902981048809024, 0.6625314859816553, 0.9962220973354207],
    [[10789, 19328, 33806, 19402, 10543], -0.7735773359165423, 1.2775798957280218, 0.1176588580327751],
    [[0, 0, 0, 0, 7], 1199.8261952903777, 220.18524304499022, 1],
  ];
  for (const [results, elo, elo95, los] of cases) {
    const estimate = estimateElo(results);
    assertClose(estimate.elo, elo);
    assertClose(estimate.elo95, elo95);
    assertClose(estimate.los, los);
  }
});

test('BayesElo check values of docs/spec/statistics.md §9', () => {
  assertClose(drawEloOf([10, 20, 30]), 139.79400086720378);
  assertClose(eloOfBayesElo(5, 327.5), 2.2885302719937153);
});

test('symmetric results have an Elo of exactly zero', () => {
  const count = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(count, count, count, (a, b, c) => {
      assert.equal(Math.abs(estimateElo([a, b, c, b, a]).elo), 0);
      assert.equal(Math.abs(estimateElo([a, b, a]).elo), 0);
    }),
  );
});

test('scales convert there and back', () => {
  const elo = fc.double({ min: -1000, max: 1000, noNaN: true });
  const drawElo = fc.double({ min: 20, max: 500, noNaN: true });
  fc.assert(fc.property(elo, (x) => assertClose(eloOfScore(scoreOfElo(x)), x, 1e-9)));
  fc.assert(
    fc.property(elo, drawElo, (x, d) => {
      const back = bayesEloOfOutcomes(outcomesOfBayesElo(x, d));
      assertClose(back.elo, x, 1e-6);
      assertClose(back.drawelo, d, 1e-6);
    }),
  );
  assert.ok(Number.isNaN(bayesEloOfElo(900, 0.9).elo));
  assert.throws(() => bayesEloOfOutcomes([0, 0.5, 0.5]), RangeError);
});
