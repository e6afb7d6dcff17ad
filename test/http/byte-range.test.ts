import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRange } from '../../src/http/public-api/byte-range.js';

test('one range is taken, what makes no sense is ignored, what lies beyond is told (RFC 9110 §14)', () => {
  for (const [header, expected] of [
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=3-', { first: 3, last: 9 }],
    ['bytes=3-100', { first: 3, last: 9 }],
    ['bytes=-4', { first: 6, last: 9 }],
    ['bytes=-40', { first: 0, last: 9 }],
    ['Bytes=9-9', { first: 9, last: 9 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=0-1,3-4', 'whole'],
    ['lines=0-1', 'whole'],
    ['bytes=1e1-', 'whole'],
    ['bytes=99999999999999999999-', 'whole'],
    ['', 'whole'],
  ] as const) {
    assert.deepEqual(readRange(header, 10), expected, header);
  }
});
