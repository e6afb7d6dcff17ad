/** Who could not be heard was not silent: no task dies for what a clock, a start or a stall made of its last word. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BeatGrace } from '../../src/jobs/beat-grace.js';
import { scavenge } from '../../src/jobs/upkeep.js';
import { TaskFloat } from '../../src/state/task-record.js';
import { addRun, createWorld, freshRun, TestWorker } from '../operations/world.js';

const NOW = 1767009600000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RUN_ID = '64e74776a170cb1f26fa3930';

describe('the grace before silence counts', () => {
  it('is over two and a half minutes after the start', () => {
    const grace = new BeatGrace(NOW, 0);
    const looks = [1, 2, 3, 4].map((minute) => grace.isOver(NOW + minute * MINUTE, minute * MINUTE));
    assert.deepEqual(looks, [false, false, true, true]);
  });

  for (const [what, step] of [
    ['forth', 2 * HOUR],
    ['back', -2 * HOUR],
    ['by ten seconds', 10_000],
  ] as const) {
    it(`begins anew when the clock steps ${what}`, () => {
      const grace = new BeatGrace(NOW, 0);
      assert.ok(grace.isOver(NOW + 170_000, 170_000));
      const at = (steady: number) => grace.isOver(NOW + steady + step, steady);
      assert.deepEqual([230_000, 290_000, 350_000, 410_000].map(at), [false, false, false, true]);
    });
  }

  it('begins anew after a stall, and slewing does not matter', () => {
    const grace = new BeatGrace(NOW, 0);
    assert.ok(grace.isOver(NOW + 170_000 + 85, 170_000));
    assert.ok(!grace.isOver(NOW + 470_000, 470_000));
  });

  it('never ends a grace early, whatever the clocks do', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(120_000), fc.integer({ min: -HOUR, max: HOUR }))), (moves) => {
        const grace = new BeatGrace(NOW, 0);
        let [steady, offset, sure] = [0, 0, 150_000];
        for (const [passed, step] of moves) {
          steady += passed;
          offset += step;
          if (Math.abs(step) > 5000) sure = steady + 150_000;
          if (grace.isOver(NOW + steady + offset, steady)) assert.ok(steady >= sure);
        }
      }),
    );
  });
});

describe('a clock that stepped back', () => {
  it('lets a task die of silence from then on, not hours later', async () => {
    const { state } = createWorld();
    state.threads.join('test', { parks: true });
    const slot = await addRun(state, freshRun(RUN_ID, { num_games: 10_000 }));
    const worker = new TestWorker(state, 1);
    assert.ok(worker.ask(NOW + 2 * HOUR));
    const offset = state.tasks.offsetOf(slot, 0);
    assert.equal(scavenge(state, NOW), 0);
    assert.equal(state.tasks.records.f64[offset / 2 + TaskFloat.lastUpdated], NOW);
    assert.equal(scavenge(state, NOW + 6 * MINUTE), 0);
    assert.equal(scavenge(state, NOW + 6 * MINUTE + 1), 1);
  });

  it('does not refuse a worker that was started again', async () => {
    const { state } = createWorld();
    state.threads.join('test', { parks: true });
    await addRun(state, freshRun(RUN_ID, { num_games: 10_000 }));
    const worker = new TestWorker(state, 1);
    assert.ok(worker.ask(NOW + 2 * HOUR));
    const other = { unique_key: 'worker01-0000-0000-0000-000000000000' };
    const { json } = worker.call('request_task', NOW, {}, other);
    assert.match(json, /^\{"run"/);
  });
});
