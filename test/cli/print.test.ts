/** Text for people: columns line up whatever the rows hold, and nothing reaches the terminal that could steer it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { duration, facts, instant, plain, table } from '../../src/cli/print.js';

test('columns begin where their titles do', () => {
  const row = fc.record({ name: fc.string({ unit: 'binary' }), value: fc.integer() });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), (rows) => {
      const text = table<{ name: string; value: number }>(
        [
          { title: 'NAME', text: ({ name }) => name },
          { title: 'VALUE', right: true, text: ({ value }) => value },
        ],
        rows,
        'none',
      );
      const lines = text.split('\n').map((line) => [...line]);
      assert.equal(lines.length, rows.length + 1);
      assert.equal(new Set(lines.map((line) => line.length)).size, 1);
    }),
  );
  assert.equal(table([], [], 'none'), 'none');
});

test('control characters and line ends become spaces, long text is cut', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\u202e\u2028]/u.test(plain(text))));
  assert.equal(plain('a\u001b[2Jb\r\nc'), 'a [2Jb  c');
  assert.equal(plain('éèêë', 3), 'éè…');
  assert.equal(plain('abc', 3), 'abc');
});

test('facts leave out what is empty', () => {
  assert.equal(
    facts([
      ['a', 1],
      ['none', ''],
      ['long', 'x'],
    ]),
    'a     1\nlong  x',
  );
});

test('times', () => {
  assert.equal(instant(Date.UTC(2026, 0, 31, 23, 59, 58)), '2026-01-31 23:59');
  assert.equal(instant(Number.NaN), '?');
  const cases: [number, string][] = [
    [-5, '0m 0s'],
    [61_000, '1m 1s'],
    [3_600_000, '1h 0m'],
    [90_061_000, '1d 1h'],
  ];
  for (const [ms, text] of cases) assert.equal(duration(ms), text);
});
