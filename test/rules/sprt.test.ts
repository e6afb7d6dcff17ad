import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pentanomial, Results, Sprt } from '../../src/model/documents.js';
import { outcomeCdf } from '../../src/rules/brownian.js';
import { newSprt, updateSprt } from '../../src/rules/sprt.js';
import { boundsProblem, isUndecidable } from '../../src/rules/sprt-bounds.js';
import { sprtElo } from '../../src/rules/sprt-elo.js';
import { assertClose } from './close.js';

const DEFAULTS = { alpha: 0.05, beta: 0.05 };

function resultsOf(pentanomial: Pentanomial): Results {
  return { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0, pentanomial };
}

test('Elo estimates of docs/spec/statistics.md §9', () => {
  const trinomial = { wins: 5019, losses: 5026, draws: 15699, crashes: 0, time_losses: 0 };
  const bayes = sprtElo(trinomial, { ...DEFAULTS, elo0: 0, elo1: 5, eloModel: 'BayesElo' });
  assertClose(bayes.elo, 0.3692198242091275);
  assertClose(bayes.ci[0], -2.405367862114394);
  assertClose(bayes.ci[1], 3.3037680678031833);
  assertClose(bayes.LOS, 0.601487082926911);
  assertClose(bayes.LLR, -2.8576679634940083);
  const pairs = resultsOf([1000, 11_000, 25_000, 12_000, 1000]);
  const beyond = sprtElo(pairs, { ...DEFAULTS, elo0: 0, elo1: 2, eloModel: 'normalized' });
  assertClose(beyond.elo, 3.287301363941191);
  assertClose(beyond.ci[0], 1.1879543470687894);
  assertClose(beyond.ci[1], 5.372448157549887);
  assertClose(beyond.LLR, 8.678533796329656);
  assert.throws(() => sprtElo(pairs, { ...DEFAULTS, elo0: 1, elo1: 1, eloModel: 'logistic' }), RangeError);
});

test('outcomes of Brownian motion of docs/spec/statistics.md §9', () => {
  const b = 2.9444;
  const motion = (drift: number, sigma: number) => ({ a: -b, b, drift, sigma });
  const wide = { a: -2.9, b: 2.9, drift: 0, sigma: 0.05 };
  assertClose(outcomeCdf(wide, 1000, 1), 0.7352643389725164);
  assertClose(outcomeCdf(motion(0.0001, 0.02), 5000, 0.5), 0.499935435717038);
  assertClose(outcomeCdf(motion(0.0001, 0.01), 10, 0.3), 1);
  assertClose(outcomeCdf(motion(0.002, 0.02), 3000, 2), 0.0001298253472319154);
});

test('a live test follows docs/spec/statistics.md §9', () => {
  const sprt = newSprt({ ...DEFAULTS, elo0: 0, elo1: 2, eloModel: 'normalized', batchSize: 2 });
  const step = (...pentanomial: Pentanomial) => updateSprt(resultsOf(pentanomial), sprt);
  step(0, 0, 2, 0, 0);
  assertClose(sprt.llr, -6.715243441094843e-5, 1e-12);
  step(0, 1, 2, 1, 0);
  step(0, 1, 3, 2, 0);
  step(1, 1, 3, 2, 1);
  step(1, 1, 4, 3, 1);
  step(1, 2, 4, 4, 1);
  assertClose(sprt.llr, 0.01442000513553809);
  const before = structuredClone(sprt);
  step(1, 2, 4, 4, 1);
  assert.deepEqual(sprt, before);
  assertClose(sprt.overshoot!.m0, -0.000132611566353519, 1e-12);
  assertClose(sprt.overshoot!.sq1, 0.00013574090632799494, 1e-12);
  step(1, 2, 6, 6, 1);
  assert.equal(sprt.overshoot!.skipped_updates, 3);
  assert.equal(sprt.overshoot!.last_update, 16);
  assert.equal(sprt.overshoot!.ref0, sprt.llr);
  step(1, 2, 6, 5, 1);
  assert.equal(sprt.illegal_update, 15);
  assert.equal(sprt.overshoot, undefined);
});

test('the overshoot decides, and is gone once samples are lost (docs/spec/statistics.md §9)', () => {
  const sprt = newSprt({ ...DEFAULTS, elo0: 0, elo1: 2, eloModel: 'normalized', batchSize: 16 });
  const pairs: Pentanomial = [321, 5667, 14_488, 6062, 294];
  Object.assign(sprt.overshoot!, {
    last_update: pairs.reduce((sum, count) => sum + count) - 16,
    ref1: 2.9274501952038094,
    m1: 2.9274501952038094,
    sq1: 0.11455982697611926,
  });
  updateSprt(resultsOf(pairs), sprt);
  assertClose(sprt.llr, 2.9274501952038094);
  assert.equal(sprt.state, 'accepted');
  pairs[2] -= 80;
  updateSprt(resultsOf(pairs), sprt);
  assert.equal(sprt.lost_samples, 80);
  assert.equal(sprt.overshoot, undefined);
  assertClose(sprt.llr, 2.924406618799276);
  assert.equal(sprt.state, '');
});

test('no results that validate ever leave a NaN in a live test', () => {
  const count = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.maxSafeNat());
  const elo = fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.double({ noNaN: true }));
  const sprtOf = fc.record({
    elo0: elo,
    elo1: elo,
    eloModel: fc.constantFrom('BayesElo' as const, 'logistic' as const, 'normalized' as const),
    batchSize: fc.integer({ min: 1, max: 64 }),
  });
  const results = fc.record({
    wins: count,
    losses: count,
    draws: count,
    crashes: count,
    time_losses: count,
    pentanomial: fc.option(fc.tuple(count, count, count, count, count), { nil: undefined }),
  });
  fc.assert(
    fc.property(sprtOf, fc.array(results, { minLength: 1, maxLength: 4 }), (settings, steps) => {
      const sprt: Sprt = newSprt({ ...DEFAULTS, ...settings });
      for (const { pentanomial, ...counts } of steps) {
        updateSprt(pentanomial === undefined ? counts : { ...counts, pentanomial }, sprt);
      }
      const { overshoot } = sprt;
      for (const value of [sprt.llr, ...Object.values(overshoot ?? {})]) assert.ok(Number.isFinite(value));
    }),
    { numRuns: 2000 },
  );
});

test('a BayesElo test of which only pairs are known has an estimate', () => {
  const only = { pentanomial: [39, 2226, 31451, 2412, 40] } as unknown as Results;
  const { elo, ci, LLR } = sprtElo(only, { ...DEFAULTS, elo0: -3, elo1: 3, eloModel: 'BayesElo' });
  assertClose(elo, 0.21537473455884665);
  assertClose(ci[0], -3.3132724986082707);
  assertClose(ci[1], 3.4669391018802713);
  assertClose(LLR, 41.75719232450661);
});

test('an estimate is found to 1e-9 where the outcome is flat on one side', () => {
  const results = { ...resultsOf([2, 0, 0, 100, 2]), wins: 104, losses: 4, draws: 100 };
  const { elo } = sprtElo(results, { ...DEFAULTS, elo0: 0, elo1: 100, eloModel: 'BayesElo' });
  assert.ok(Math.abs(elo - 172.568191047) < 1e-9, String(elo));
});

test('bounds that no LLR can be worked out for are refused in new tests and told of in old ones', () => {
  const hopeless = [
    [-1500, -500],
    [500, 1500],
    [1e6, 1e7],
    [1, 1],
    [2, 0],
    [Number.NaN, 1],
    [0, Number.POSITIVE_INFINITY],
    [0, 5e-324],
    [0, 1e-300],
    [1, 1 + 1e-12],
  ] as const;
  for (const [elo0, elo1] of hopeless) {
    assert.match(boundsProblem({ elo0, elo1 }) ?? '', /^elo0/, `${elo0}, ${elo1}`);
    if (elo0 === 2) continue;
    assert.ok(isUndecidable({ elo0, elo1, elo_model: 'normalized' }), `${elo0}, ${elo1}`);
  }
  assert.match(boundsProblem({ elo0: 0, elo1: 0.009 }) ?? '', /0\.01 or more apart/);
  assert.equal(boundsProblem({ elo0: 0.29, elo1: 0.3 }), undefined);
  fc.assert(
    fc.property(
      fc.double({ min: -10, max: 9.5, noNaN: true }),
      fc.constantFrom('normalized' as const, 'logistic' as const, 'BayesElo' as const),
      (elo0, elo_model) => {
        const bounds = { elo0, elo1: elo0 + 0.5 };
        assert.equal(boundsProblem(bounds), undefined);
        assert.equal(isUndecidable({ ...bounds, elo_model }), false);
      },
    ),
  );
});
