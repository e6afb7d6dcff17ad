import './fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertNoLockHeld, LockViolation } from '../../src/memory/locks/lock-check.js';
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

/** The same locks as another thread sees them, so that one test can play two threads. */
function another(region: Region): { threads: Threads; low: LockTable } {
  const view = Region.attach(region.buffer);
  const threads = new Threads(view);
  const low = new LockTable(view, 'low', 4, 1);
  threads.join('other', { parks: false });
  return { threads, low };
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

  it('tryAcquire gives up on a lock that another thread holds', async () => {
    const { low, region } = fresh();
    const other = another(region);
    await other.low.acquireAsync();
    assert.equal(low.tryAcquire(), false);
    assert.equal(low.owner(), other.threads.self());
    other.low.release();
    assert.equal(low.tryAcquire(), true);
    low.release();
  });

  it('refuses a thread that takes what it holds', async () => {
    const { low } = fresh();
    await low.acquireAsync();
    assert.throws(() => low.acquire(), /low\[0\] taken again by thread 1/);
    low.release();
  });

  it('acquireAsync waits until the other thread releases', async () => {
    const { low, region } = fresh(false);
    const other = another(region);
    await other.low.acquireAsync();
    const mine = low.acquireAsync();
    other.low.release();
    await mine;
    assert.equal(low.owner(), 1);
    low.release();
    assert.equal(low.owner(), 0);
    assert.equal(low.contended(), 1);
  });

  it('gives every flow of one thread its turn, queued behind the same lock', async () => {
    const { low, region } = fresh(false);
    const other = another(region);
    const order: number[] = [];
    await other.low.acquireAsync();
    const flows = [1, 2, 3].map((flow) => low.runAsync(0, () => order.push(flow)));
    other.low.release();
    await Promise.all(flows);
    assert.deepEqual(order.sort(), [1, 2, 3]);
    assert.equal(low.owner(), 0);
  });

  it('runAsync releases when the work throws', async () => {
    const { low } = fresh(false);
    await assert.rejects(
      low.runAsync(0, () => assert.fail('work failed')),
      /work failed/,
    );
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

  it('finds a lock still held at the end of a request', () => {
    const { low } = fresh();
    assertNoLockHeld();
    low.acquire();
    assert.throws(() => assertNoLockHeld(), /low\[0\] .* still held at the end of the request/);
    low.release();
    assertNoLockHeld();
  });

  it('refuses to park an event loop', () => {
    const { low } = fresh(false);
    assert.throws(() => low.acquire(), /acquire on an event loop/);
    low.acquireBriefly();
    low.release();
  });
});
