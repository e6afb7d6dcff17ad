import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gameDuration, tcRatio } from '../../src/rules/game-time.js';
import { numberIn, parseFinite, parseNumber } from '../../src/rules/parse-number.js';

test('numbers are read as the reference reads them', () => {
  const same: [string, number][] = [
    [' 1_000.5\t', 1000.5],
    ['\u0661\u0662.\u0663', 12.3],
    ['\u{1d7db}\u{1d7e1}', 39],
    ['\u00a0.5e-1\u3000', 0.05],
    ['+inf', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['NaN', Number.NaN],
    ['5.', 5],
  ];
  for (const [text, value] of same) assert.ok(Object.is(parseNumber(text), value), text);
  for (const text of ['', ' ', '1__0', '_1', '1_', '0x10', '1e', '\ufeff1', 'infinit', '1 0', '--1']) {
    assert.throws(() => parseNumber(text), RangeError, text);
    assert.ok(Number.isNaN(numberIn(text)), text);
  }
  assert.throws(() => parseFinite('inf'), /not a finite number/);
});

test('any finite number survives its text', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
      assert.equal(parseFinite(String(x)), x === 0 ? 0 : x);
    }),
  );
});

test('odd time controls and numbers of threads are read like the rest', () => {
  assert.equal(gameDuration('\u0661\u0660+0.1'), gameDuration('10+0.1'));
  assert.equal(gameDuration('inf'), Number.POSITIVE_INFINITY);
  for (const [threads, count] of [
    ['4', 4],
    [' 4 ', 4],
    ['0x10', 1],
    [true, 1],
    [Number.NaN, 1],
    [[], 1],
    [undefined, 1],
  ] as const) {
    assert.equal(tcRatio('10+0.1', threads), count, String(threads));
  }
});
