/** From a tune's rows to what a chart draws: smoothing, percent, and rows left out (docs/spec/web-ui.md §4.6.4). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { thinChart } from '../../src/rules/spsa-view.js';
import { readHistory, readTune } from '../../src/rules/stored-tune.js';
import { curvesOf, fewRows } from '../../src/site/browser/tune-curves.js';
import { assertClose } from '../rules/close.js';

const ROWS = [
  { iter_ratio: 0, values: [10, 1] },
  { iter_ratio: 0.1, values: [12, 1], c_values: [4, 2] },
  { iter_ratio: 0.2, values: [8, 2], c_values: [2, 1] },
];
const plain = { chosen: [0, 1], smoothing: 0, isPercent: false };

describe('the lines of a tune', () => {
  it('are the values of the chosen parameters', () => {
    assert.deepEqual(curvesOf(ROWS, plain), [
      [10, 12, 8],
      [1, 1, 2],
    ]);
    assert.deepEqual(curvesOf(ROWS, { ...plain, chosen: [1] }), [[1, 1, 2]]);
    assert.deepEqual(curvesOf([], plain), [[], []]);
  });

  it('are the change in percent of the perturbation of their moment, from 0 on', () => {
    assert.deepEqual(curvesOf(ROWS, { ...plain, isPercent: true }), [
      [0, 50, -100],
      [0, 0, 100],
    ]);
    const without = ROWS.map(({ iter_ratio, values }) => ({ iter_ratio, values }));
    assert.deepEqual(curvesOf(without, { ...plain, isPercent: true })[0], [0, 0, 0]);
  });

  it('are smoothed by Gaussian weights whose width follows the level and the rows', () => {
    // Two rows of distance over 100 · 0.2: a level of 5 makes a width of 2·5·2/20 = 1.
    const [line] = curvesOf(ROWS, { ...plain, smoothing: 5 });
    const [near, far] = [Math.exp(-0.5), Math.exp(-2)];
    assertClose(line![0]!, (10 + 12 * near + 8 * far) / (1 + near + far), 1e-12);
    assertClose(line![1]!, (10 * near + 12 + 8 * near) / (1 + 2 * near), 1e-12);
    const constant = curvesOf(ROWS, { chosen: [1], smoothing: 10, isPercent: false })[0]!;
    assert.ok(constant.every((value) => value >= 1 && value <= 2));
    // Nothing is done yet: there is no width.
    const begun = [{ iter_ratio: 0, values: [3] }];
    assert.deepEqual(curvesOf(begun, { ...plain, chosen: [0], smoothing: 10 }), [[3]]);
  });

  it('keep their ends where rows are left out', () => {
    assert.deepEqual(fewRows(3, 5), [0, 1, 2]);
    assert.deepEqual(fewRows(101, 5), [0, 25, 50, 75, 100]);
    const chart_rows = Array.from({ length: 1_000 }, (_, i) => ({ iter_ratio: i / 999, values: [i, i, i] }));
    const thin = thinChart({ param_names: ['a', 'b', 'c'], chart_rows }, 300);
    assert.equal(thin.chart_rows.length, 100);
    assert.equal(thin.rows_left_out, 900);
    assert.deepEqual([thin.chart_rows[0]!.values[0], thin.chart_rows.at(-1)!.values[0]], [0, 999]);
    const wide = { param_names: Array.from({ length: 5_000 }, (_, i) => `p${i}`), chart_rows };
    assert.equal(thinChart(wide, 300).chart_rows.length, 2);
  });
});

describe('a tune as old databases hold it', () => {
  it('is made whole with what readers take for what is missing', () => {
    const tune = readTune(
      {
        params: [
          { name: 'a', start: '3.5' },
          { start: 'x', theta: 7 },
        ],
      } as never,
      2_001,
    );
    assert.deepEqual([tune.A, tune.alpha, tune.gamma, tune.iter, tune.num_iter], [0, 0.602, 0.101, 0, 1_000]);
    assert.deepEqual(
      tune.params.map(({ name, start, theta, min, max, c }) => [name, start, theta, min, max, c]),
      [
        ['a', 3.5, 3.5, 3.5, 3.5, 0],
        ['', 0, 7, 0, 0, 0],
      ],
    );
    assert.deepEqual(readTune({} as never, 10).params, []);
  });

  it('has a history of what can be read', () => {
    assert.deepEqual(readHistory(undefined), []);
    assert.deepEqual(readHistory({}), []);
    assert.deepEqual(readHistory([[{ theta: 1, R: 2, c: 3 }], 'x', [4, { theta: 'y', c: 5 }, null]]), [
      [{ theta: 1, R: 2, c: 3 }],
      [{ theta: 4 }, { c: 5 }, {}],
    ]);
  });
});
