/** Settings of a tune chosen from its ranges and time control, and the quantile that they need. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chi2Quantile95 } from '../../src/rules/chi2-quantile.js';
import { autoselectTune } from '../../src/rules/spsa-autoselect.js';
import { newTune } from '../../src/rules/spsa-form.js';

test('the quantile is that of tables', () => {
  const table: [number, number][] = [
    [1, 3.841458820694124],
    [2, 5.991464547107979],
    [3, 7.814727903251179],
    [10, 18.307038053275146],
    [31, 44.98534328036513],
    [99, 123.2252214533618],
  ];
  for (const [dof, value] of table) assert.ok(Math.abs(chi2Quantile95(dof) - value) < 1e-9 * value, `${dof}`);
  // What approximates comes within a thousandth.
  assert.ok(Math.abs(chi2Quantile95(100) - 124.34211340400407) < 0.02);
  assert.ok(chi2Quantile95(100) > chi2Quantile95(99));
});

test('a tune of three parameters at 10+0.1', () => {
  const tune = autoselectTune(
    'razor,500,0,1000,20,0.002\nnull,3,1,7,0.5,0.002\n\n futility,-5,-60,60,4,0.002',
    '10+0.1',
  );
  assert.deepEqual(tune, {
    games: 207_000,
    A: 0,
    alpha: 0,
    gamma: 0,
    raw_params: 'razor,500,0,1000,166.67,0.00565\nnull,3,1,7,1.00,0.00565\nfutility,-5,-60,60,20.00,0.00565',
  });
});

test('a range so small that two decimals leave nothing of its step keeps more', () => {
  assert.match(autoselectTune('tiny,0,0,0.01,1,1', '10+0.1').raw_params, /^tiny,0,0,0\.01,0\.0017,/);
});

test('what is chosen can be tuned, and choosing again changes nothing', () => {
  const line = fc
    .record({ min: fc.integer({ min: -500, max: 499 }), range: fc.integer({ min: 1, max: 1000 }) })
    .map(({ min, range }) => `${min},${min},${min + range},1,0.002`);
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 120 }),
      fc.constantFrom('10+0.1', '60+0.6', '40/10', '1:30'),
      (lines, tc) => {
        const raw = lines.map((each, i) => `p${i},${each}`).join('\n');
        let chosen: ReturnType<typeof autoselectTune>;
        try {
          chosen = autoselectTune(raw, tc);
        } catch (error) {
          assert.match(String(error), /at most 3200000/);
          return;
        }
        const { games, raw_params } = chosen;
        const form = { spsa_A: '0', spsa_alpha: '0', spsa_gamma: '0', spsa_raw_params: raw_params };
        assert.equal(newTune(form, games).params.length, lines.length);
        assert.deepEqual(autoselectTune(raw_params, tc), chosen);
      },
    ),
  );
});

test('what it cannot work with is told', () => {
  const good = 'a,1,0,2,1,1';
  for (const [raw, tc, text] of [
    ['', '10+0.1', /no parameter/],
    ['a,1,2', '10+0.1', /line 1: it has 3 fields/],
    [`${good}\nb,1,2,0,1,1`, '10+0.1', /line 2: min/],
    ['a,1,0,2,1,0', '10+0.1', /r_end must be positive/],
    [good, 'fast', /time control/],
    [good, '0', /time control/],
    [good, '0/10', /time control/],
  ] as const) {
    assert.throws(() => autoselectTune(raw, tc), text);
  }
});
