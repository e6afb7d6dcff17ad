import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReplyJitter } from '../../src/http/worker-api/reply-jitter.js';

test('replies of one moment leave at different moments, each once', async () => {
  const replies = new ReplyJitter(100);
  const left: number[] = [];
  for (let i = 0; i < 200; i++) replies.hold(() => left.push(i));
  assert.deepEqual(left, []);
  assert.equal(replies.size, 200);
  while (replies.size > 0) await sleep(10);
  assert.notDeepEqual(
    left,
    left.toSorted((a, b) => a - b),
  );
  assert.deepEqual(new Set(left), new Set(Array.from({ length: 200 }, (_, i) => i)));
  assert.equal(left.length, 200);
});

test('without a spread, and beyond the bound, a reply leaves at once', () => {
  let left = 0;
  new ReplyJitter(0).hold(() => left++);
  assert.equal(left, 1);
  const bounded = new ReplyJitter(60_000, 1);
  bounded.hold(() => left++);
  assert.equal(left, 1);
  bounded.hold(() => left++);
  assert.equal(left, 2);
  bounded.release();
  assert.equal(left, 3);
  assert.equal(bounded.size, 0);
});
