import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DeferredFlushes } from '../../src/store/writer/deferred-flushes.js';

const INTERVAL = 1000;

describe('OwedRuns', () => {
  it('gives each run its turn about once an interval, a few at a time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 200 }), (runs, step) => {
        const deferred = new DeferredFlushes(INTERVAL);
        deferred.choose(0);
        for (let slot = 0; slot < runs; slot++) deferred.defer(slot);
        const turns = new Map<number, number[]>();
        const most = Math.ceil((runs * step) / INTERVAL) + 1;
        for (let now = 0; now <= 10 * INTERVAL; now += step) {
          const due = deferred.choose(now);
          assert.ok(due.size <= most, `${due.size} at once`);
          for (const slot of due) turns.set(slot, [...(turns.get(slot) ?? []), now]);
          // What was chosen is deferred again at once, as under load.
          for (const slot of due) deferred.defer(slot);
        }
        for (let slot = 0; slot < runs; slot++) {
          const had = turns.get(slot)?.length ?? 0;
          assert.ok(had >= 8 && had <= 11, `run ${slot} had ${had} turns in 10 intervals`);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('defers a run no longer once it is chosen, and all when all are', () => {
    const deferred = new DeferredFlushes(INTERVAL);
    for (const slot of [3, 5, 7]) deferred.defer(slot);
    assert.deepEqual([...deferred.chooseAll()], [3, 5, 7]);
    assert.ok(deferred.isDue(5));
    assert.deepEqual([...deferred.choose(INTERVAL)], []);
    assert.ok(!deferred.isDue(5));
  });

  it('chooses all after a pause of an interval', () => {
    const deferred = new DeferredFlushes(INTERVAL);
    deferred.choose(0);
    deferred.defer(1);
    deferred.defer(2);
    assert.equal(deferred.choose(INTERVAL).size, 2);
  });
});
