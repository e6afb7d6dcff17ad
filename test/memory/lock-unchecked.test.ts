import './fixtures/lock-check-off.js';
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LockTable } from '../../src/memory/locks/lock-table.js';
import { Threads } from '../../src/memory/locks/threads.js';
import { Region } from '../../src/memory/region.js';

it('a thread that takes what it holds is refused without the checks, too: it would wait for itself for ever', () => {
  const region = Region.create(128 * 1024);
  const threads = new Threads(region);
  const low = new LockTable(region, 'low', 4, 1);
  threads.join('test');
  low.acquire(2);
  assert.throws(() => low.acquire(2), /low\[2\] taken again by thread 1/);
  assert.throws(() => low.release(1), /low\[1\] released by thread 1 but held by 0/);
  low.release(2);
});
