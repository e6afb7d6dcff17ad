import './fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { Counters } from '../../src/memory/counters/counters.js';
import { Histogram } from '../../src/memory/counters/histogram.js';
import { Semaphore } from '../../src/memory/locks/semaphore.js';
import { Threads } from '../../src/memory/locks/threads.js';
import { Region } from '../../src/memory/region.js';

let region: Region;
let threads: Threads;
beforeEach(() => {
  region = Region.create(4 * 1024 * 1024);
  threads = new Threads(region);
  threads.join('test');
});

describe('Counters', () => {
  it('sum what all threads added, those that left included', () => {
    const counters = new Counters(region, 'counters', ['beats', 'updates']);
    counters.add('beats', 2);
    threads.leave();
    new Threads(Region.attach(region.buffer)).join('keeps slot 1');
    threads.join('second');
    counters.add('beats', 3);
    counters.add('updates');
    assert.deepEqual(counters.totals(), { beats: 5, updates: 1 });
    assert.equal(counters.total('beats'), 5);
  });
});

describe('Histogram', () => {
  it('finds percentiles to within a tenth, and keeps count, sum and maximum', () => {
    const durations = fc.array(fc.double({ min: 1, max: 3.6e9, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    let made = 0;
    fc.assert(
      fc.property(durations, fc.constantFrom(0, 0.5, 0.9, 0.99, 1), (values, p) => {
        made++;
        const own = Region.create(512 * 1024);
        new Threads(own).join(`run ${made}`);
        const histogram = new Histogram(own, 'histogram');
        for (const value of values) histogram.record(value);
        const snapshot = histogram.snapshot();
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(values.length * p) - 1)]!;
        const found = snapshot.percentile(p);
        assert.ok(found >= exact * 0.999999 && found <= exact * 1.1, `${p}: ${found} for ${exact}`);
        assert.equal(snapshot.count, values.length);
        assert.equal(snapshot.max, sorted.at(-1));
        assert.ok(Math.abs(snapshot.sum - values.reduce((a, b) => a + b)) <= snapshot.sum * 1e-9);
        assert.equal(
          snapshot.buckets.reduce((sum, { count }) => sum + count, 0),
          values.length,
        );
      }),
      { numRuns: 50 },
    );
  });

  it('takes durations of no length, of wrong clocks and beyond its end', () => {
    const histogram = new Histogram(region, 'histogram');
    assert.equal(histogram.snapshot().percentile(0.5), 0);
    for (const odd of [0, -5, Number.NaN, 1e15]) histogram.record(odd);
    const { count, sum, max } = histogram.snapshot();
    assert.deepEqual({ count, sum, max }, { count: 4, sum: 1e15, max: 1e15 });
  });
});

describe('Semaphore', () => {
  it('counts permits, refusals and the high-water mark', () => {
    const semaphore = new Semaphore(region, 'semaphore', 2);
    assert.deepEqual(
      [1, 2, 3].map(() => semaphore.tryAcquire()),
      [true, true, false],
    );
    assert.deepEqual([semaphore.inUse(), semaphore.permits(), semaphore.rejected()], [2, 2, 1]);
    semaphore.release();
    assert.equal(semaphore.tryAcquire(), true);
    assert.equal(semaphore.highWater(), 2);
  });

  it('grows at once and shrinks as permits come back', () => {
    const semaphore = new Semaphore(region, 'semaphore', 1);
    semaphore.resize(3);
    for (let i = 0; i < 3; i++) assert.ok(semaphore.tryAcquire());
    semaphore.resize(2);
    semaphore.release();
    assert.equal(semaphore.tryAcquire(), false);
    semaphore.release();
    assert.equal(semaphore.tryAcquire(), true);
    assert.throws(() => semaphore.resize(-1), RangeError);
  });

  it('refuses a release too many', () => {
    const semaphore = new Semaphore(region, 'semaphore', 1);
    assert.throws(() => semaphore.release(), /released more often than acquired/);
    assert.equal(semaphore.inUse(), 0);
  });
});
