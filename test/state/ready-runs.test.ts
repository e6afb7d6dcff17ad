import '../memory/fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { recoverLocks } from '../../src/memory/locks/recover-locks.js';
import { Region } from '../../src/memory/region.js';
import { RunFlag } from '../../src/state/run-record.js';
import { State } from '../../src/state/state.js';
import { addRun, READY_SIZES, type ReadyThreadData, runIdOf } from './fixtures/ready-thread.js';

function fresh(): State {
  const state = new State(Region.create(32 * 1024 * 1024), READY_SIZES);
  state.threads.join('test', { parks: true });
  return state;
}

function startThread({ region }: State, data: Omit<ReadyThreadData, 'buffer'>): Worker {
  const workerData: ReadyThreadData = { ...data, buffer: region.buffer };
  return new Worker(new URL('./fixtures/ready-thread.js', import.meta.url), { workerData });
}

/** Ids of what the scheduler would look at: unfinished runs, as the list has them. */
function listed({ runs }: State): string[] {
  const { ready } = runs;
  const slots: number[] = [];
  ready.beginScan();
  for (let i = 0; ready.has(i); i++) slots.push(ready.at(i));
  return slots.filter((slot) => runs.isUnfinished(slot)).map((slot) => runs.id(slot));
}

function isListed({ runs: { ready } }: State, slot: number): boolean {
  ready.beginScan();
  for (let i = 0; ready.has(i); i++) if (ready.at(i) === slot) return true;
  return false;
}

describe('ReadyRuns', () => {
  it('has every unfinished run once, the oldest first, whenever runs come, finish, leave memory and are revived', () => {
    const step = fc.record({ age: fc.nat(9), looks: fc.constantFrom(0, 0, 0, 70), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const state = fresh();
        const { runs } = state;
        const slots = new Map<number, number>();
        const unfinished = new Set<number>();
        for (const { age, looks, leaves } of steps) {
          if (!slots.has(age)) slots.set(age, addRun(state, age));
          else if (leaves && !unfinished.has(age)) {
            // The next run takes its slot, which may be listed still.
            runs.remove(slots.get(age)!);
            slots.delete(age);
            continue;
          } else {
            const finishes = unfinished.has(age);
            runs.set(slots.get(age)!, RunFlag.finished, finishes);
            if (!finishes) runs.ready.add(slots.get(age)!);
          }
          if (!unfinished.delete(age)) unfinished.add(age);
          for (let look = 0; look < looks; look++) runs.ready.beginScan();
          assert.deepEqual(listed(state), [...unfinished].sort((a, b) => a - b).map(runIdOf));
        }
      }),
    );
  });

  it('is whole again after a thread died while it put a run in its place or dropped finished ones', async () => {
    for (const diesAt of ['ready runs: adding', 'ready runs: dropping']) {
      const state = fresh();
      const slots = [5, 1, 4].map((age) => addRun(state, age));
      state.runs.set(slots[0]!, RunFlag.finished, true);
      const thread = startThread(state, { ages: [2], diesAt });
      const { threadId } = thread;
      await once(thread, 'exit');
      state.threads.markDeadThread(threadId);
      const [dead] = state.threads.dead();
      assert.equal(recoverLocks(state.threads, dead!), 1, diesAt);
      assert.deepEqual(listed(state), [1, 2, 4].map(runIdOf), diesAt);
    }
  });

  it('never hides a run while another thread adds older and younger ones', async () => {
    const state = fresh();
    const middle = addRun(state, 500);
    const ages = Array.from({ length: READY_SIZES.runs - 2 }, (_, i) =>
      i % 2 === 0 ? 499 - i / 2 : 500 + i,
    );
    const exited = once(startThread(state, { ages }), 'exit');
    let looks = 0;
    let ended = false;
    void exited.then(() => {
      ended = true;
    });
    while (!ended) {
      for (let i = 0; i < 2000; i++, looks++) {
        assert.ok(isListed(state, middle), `look ${looks} missed a run that stood there`);
      }
      await new Promise(setImmediate);
    }
    assert.deepEqual(await exited, [0]);
    const ids = listed(state);
    assert.deepEqual(ids, [...ids].sort());
    assert.equal(ids.length, READY_SIZES.runs - 1);
  });
});
