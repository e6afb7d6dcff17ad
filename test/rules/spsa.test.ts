import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { TaskSpsaParams } from '../../src/model/documents.js';
import {
  clipTheta,
  type Flip,
  historyPeriod,
  packFlips,
  stepSizes,
  unpackFlips,
} from '../../src/rules/spsa.js';
import { newTune, tuneFormValues } from '../../src/rules/spsa-form.js';
import { tuneChart } from '../../src/rules/spsa-view.js';
import { applySpsaResult, buildWorkerParams } from '../fixtures/document-tune.js';
import { assertClose } from './close.js';

const FORM = {
  spsa_A: '0.1',
  spsa_alpha: '0.602',
  spsa_gamma: '0.101',
  spsa_raw_params: 'P1,10,0,100,5,0.002\nP2,-3.5,-10,10,1,0.0020\n',
};
const flip = fc.constantFrom<Flip>(1, -1);

test('a tune is created, asked for and updated as in docs/spec/spsa.md §7', () => {
  const spsa = newTune(FORM, 20_000);
  assert.equal(spsa.A, 1000);
  assert.equal(spsa.num_iter, 10_000);
  assertClose(spsa.params[0]!.c, 12.67564315248954);
  assertClose(spsa.params[0]!.a, 13.54841218604758);
  assertClose(spsa.params[1]!.a, 0.5419364874419031);

  const { wParams, bParams } = buildWorkerParams(spsa, [-1, -1]);
  assertClose(wParams[0]!.R, 0.0013173072362006617, 1e-15);
  assert.equal(wParams[0]!.value, 0);
  assertClose(bParams[0]!.value, 22.675643152489542);
  assertClose(wParams[1]!.value, -6.035128630497908);

  const task: { spsa_params?: TaskSpsaParams } = {
    spsa_params: { iter: 0, packed_flips: packFlips([-1, -1]) },
  };
  const result = { wins: 10, losses: 4, num_games: 28, sig: 3523407757 };
  assert.equal(applySpsaResult(spsa, task, result, 20_000), 'applied');
  assert.equal(spsa.iter, 14);
  assertClose(spsa.params[0]!.theta, 9.89981370131037);
  assertClose(spsa.params[1]!.theta, -3.520037259737926);
  assert.deepEqual(spsa.param_history, []);
  assert.equal(applySpsaResult(spsa, task, result, 20_000), 'no request');
});

test('a result with the signature of other flips is not applied, and its request is used up', () => {
  const spsa = newTune(FORM, 20_000);
  const task: { spsa_params?: TaskSpsaParams } = {
    spsa_params: { iter: 0, packed_flips: packFlips([1, 1]) },
  };
  const before = structuredClone(spsa);
  assert.equal(applySpsaResult(spsa, task, { wins: 2, losses: 0, num_games: 2 }, 20_000), 'wrong signature');
  assert.deepEqual(spsa, before);
  assert.deepEqual(task, {});
});

test('the history grows as in docs/spec/spsa.md §7', () => {
  const spsa = newTune({ ...FORM, spsa_raw_params: 'P,10,0,100,5,0.002' }, 2000);
  assert.equal(historyPeriod(1, 2000), 10);
  const lengths: number[] = [];
  for (let batch = 0; batch < 60; batch++) {
    const packed = packFlips([1]);
    const task = { spsa_params: { iter: spsa.iter, packed_flips: packed } };
    applySpsaResult(spsa, task, { wins: 2, losses: 1, num_games: 8, sig: crc32(packed) }, 2000);
    lengths.push(spsa.param_history!.length);
  }
  assert.deepEqual(lengths.slice(0, 10), [0, 0, 1, 1, 2, 2, 2, 3, 3, 4]);
  assert.equal(lengths.at(-1), 24);
  const rows = tuneChart(spsa).chart_rows;
  assert.equal(rows.at(-1)!.iter_ratio, 0.24);
  assert.ok(rows.every((row, i) => i === 0 || row.iter_ratio >= rows[i - 1]!.iter_ratio - 1e-9));
});

test('flips survive packing, and their checksum is that of gzip', () => {
  const known: readonly [Flip[], string, number][] = [
    [[1], '80', 1069182125],
    [[-1], '00', 3523407757],
    [[1, -1, 1], 'a0', 81022053],
    [[1, 1, 1, 1, 1, 1, 1, 1, -1, 1], 'ff40', 2753670685],
    [[], '', 0],
  ];
  for (const [flips, hex, sig] of known) {
    assert.equal(Buffer.from(packFlips(flips)).toString('hex'), hex);
    assert.equal(crc32(packFlips(flips)), sig);
  }
  fc.assert(
    fc.property(fc.array(flip, { maxLength: 200 }), (flips) => {
      assert.deepEqual(unpackFlips(packFlips(flips), flips.length), flips);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(crc32(bytes), gzipSync(bytes).readUInt32LE(gzipSync(bytes).length - 8));
    }),
  );
  assert.throws(() => unpackFlips(Uint8Array.of(0), 9), RangeError);
});

test('steps stay finite and values in range, whatever the constants', () => {
  const constant = fc.double({ min: 0, max: 1e300, noNaN: true });
  fc.assert(
    fc.property(constant, constant, constant, fc.nat(), (c, alpha, gamma, iter) => {
      const { c: size, R } = stepSizes(c, 1, 100, alpha, gamma, iter);
      assert.ok(Number.isFinite(size) && Number.isFinite(R));
    }),
  );
  assert.equal(clipTheta(7, 0, 5), 5);
  assert.equal(clipTheta(-7, 0, 5), 0);
});

test('a wrong form is refused with the line or the field', () => {
  const withLine = (spsa_raw_params: string) => () => newTune({ ...FORM, spsa_raw_params }, 1000);
  assert.throws(withLine('P,1,2,3,4'), /"P,1,2,3,4" must have 6 fields/);
  assert.throws(withLine('P,1,0,2,0,0.1'), /c_end/);
  assert.throws(withLine('P,1,0,2,1,-0.1'), /r_end/);
  assert.throws(withLine('P,1,0,inf,1,0.1'), /"inf" is not a finite number/);
  assert.throws(withLine(' \n'), /at least one/);
  assert.throws(() => newTune({ ...FORM, spsa_alpha: '-1' }, 1000), /alpha/);
  assert.throws(() => newTune({ ...FORM, spsa_algorithm: 'new' }, 1000), /algorithm/);
  assert.equal(tuneFormValues(newTune(FORM, 20_000), 20_000).A, 0.1);
});
