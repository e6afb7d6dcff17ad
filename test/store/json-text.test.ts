/** JSON text gives back what it was given, numbers that JSON cannot write included. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromJson, toJson } from '../../src/store/sqlite/json-text.js';

test('any document round-trips', () => {
  const number = fc.oneof(fc.double(), fc.integer());
  const document = fc.object({
    values: [number, fc.string({ unit: 'binary' }), fc.boolean(), fc.constant(null)],
  });
  fc.assert(
    fc.property(document, (value) => {
      // JSON has one zero.
      const expected = structuredClone(value, {});
      assert.deepEqual(withPlainZero(fromJson(toJson(value))), withPlainZero(expected));
    }),
  );
});

test('what JSON has no text for is refused', () => {
  for (const value of [undefined, () => 1, 1n]) assert.throws(() => toJson(value), TypeError);
});

function withPlainZero(value: unknown): unknown {
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (Array.isArray(value)) return value.map(withPlainZero);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withPlainZero(member)]));
}
