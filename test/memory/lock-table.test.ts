import './fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LockViolation } from '../../src/memory/locks/lock-check.js';
import { LockTable } from '../../src/memory/locks/lock-table.js';
import { Threads } from '../../src/memory/locks/threads.js';
import { Region } from '../../src/memory/region.js';

function fresh(parks = true): { threads: Threads; low: LockTable; high: LockTable; region: Region } {
  const region = Region.create(128 * 1024);
  const threads = new Threads(region);
  const low = new LockTable(region, 'low', 4, 1);
  const high = new LockTable(region, 'high', 1, 2);
  threads.join('test', { parks });
  return { threads, low, high, region };
}

describe('LockTable', () => {
  it('names its owner', () => {
    const { low, threads } = fresh();
    assert.equal(low.owner(2), 0);
    low.acquire(2);
    assert.equal(low.owner(2), threads.self());
    assert.equal(low.owner(1), 0);
    low.release(2);
    assert.equal(low.owner(2), 0);
  });

  it('needs a thread that has joined and a lock that exists', () => {
    const { low, threads } = fresh();
    assert.throws(() => low.acquire(4), /low has 4 locks, none is 4/);
    assert.throws(() => low.acquire(-1), RangeError);
    threads.leave();
    assert.throws(() => low.acquire(), /has not joined/);
  });

  it('runs work under a lock and releases it when the work throws', () => {
    const { low } = fresh();
    assert.equal(
      low.run(0, () => low.owner(0)),
      1,
    );
    assert.throws(() => low.run(0, () => assert.fail('work failed')), /work failed/);
    assert.equal(low.owner(), 0);
  });
});

describe('lock checking', () => {
  it('refuses a rank that is not above those held, naming both', () => {
    const { low, high } = fresh();
    low.acquire();
    high.acquire();
    high.release();
    low.release();
    high.acquire();
    assert.throws(() => low.acquire(3), /low\[3\] \(rank 1\) taken while holding high\[0\] \(rank 2\)/);
    assert.throws(() => low.tryAcquire(3), LockViolation);
    high.release();
    low.acquire(0);
    assert.throws(() => low.acquire(1), /low\[1\] .* while holding low\[0\]/);
    low.release(0);
  });

  it('refuses to release what is not held', () => {
    const { low } = fresh();
    assert.throws(() => low.release(), /low\[0\] \(rank 1\) released but not held/);
  });

  it('refuses to park an event loop', () => {
    const { low } = fresh(false);
    assert.throws(() => low.acquire(), /acquire on an event loop/);
    low.acquireBriefly();
    low.release();
  });
});
