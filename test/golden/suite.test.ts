import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from './suite.js';

test('values that agree have no difference', () => {
  assert.equal(compare({ a: [1, 'x', null] }, { a: [1 + 1e-12, 'x', null] }, 1e-9), undefined);
  assert.equal(compare(Number.NaN, 'NaN'), undefined);
  assert.equal(compare([Number.POSITIVE_INFINITY], ['Infinity'], 1), undefined);
  assert.equal(compare(-0, 0), undefined);
  assert.equal(compare({ a: undefined }, {}), undefined);
  assert.equal(compare(0.5, 0.4, 1), undefined);
});

test('the first difference is told with its path', () => {
  assert.equal(compare({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }), '$.a[1].b: actual 2, recorded 3');
  assert.equal(compare({ a: 1, b: 2 }, { a: 1 }), '$.b: actual 2, recorded nothing');
  assert.equal(compare([1], [1, 2]), '$.length: actual 1, recorded 2');
  assert.match(compare(1, '1')!, /actual 1, recorded "1"/);
  assert.match(compare(1, 'Infinity', 10)!, /recorded Infinity/);
  assert.match(compare(1e-9, 2e-9, { tolerance: 1e-9, floor: 0 })!, /actual 1e-9/);
});
