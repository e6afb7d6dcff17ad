/** A bound that is reached is told once, with the name of the setting that raises it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Region } from '../../src/memory/region.js';
import { LimitWatch, reachedLimits } from '../../src/runtime/limits.js';
import { State } from '../../src/state/state.js';

test('full tables are named by their setting: once, and again after they were not full', () => {
  const sizes = { runs: 16, tasks: 1024, workers: 1024, users: 64, slabBytes: 1024 * 1024 };
  const state = new State(Region.create(64 * 1024 * 1024), sizes);
  state.threads.join('test', { parks: true });
  const watch = new LimitWatch({ state }, 2);
  assert.deepEqual(watch.look(), []);
  const account = { blocked: false, pending: false, machine_limit: 4 };
  for (let i = 0; i < sizes.users; i++) state.users.set({ username: `user${i}`, ...account });
  const told = watch.look();
  assert.deepEqual(
    told.map(({ setting }) => setting),
    ['SHOAL_MAX_USERS'],
  );
  assert.match(told[0]!.text, /memory for users is full.*raise SHOAL_MAX_USERS/);
  assert.deepEqual(watch.look(), [], 'told once');
  assert.equal(reachedLimits({ state }).length, 1, 'and still reached');
  const handles: number[] = [];
  for (let i = 0; i < 1000; i++) {
    try {
      handles.push(state.slab.put(Buffer.alloc(4000)));
    } catch {
      break;
    }
  }
  assert.ok(watch.look().some(({ setting }) => setting === 'SHARED_MEMORY_MB'));
  for (const handle of handles) state.slab.free(handle);
  for (let i = 0; i < 4; i++) assert.deepEqual(watch.look(), []);
  for (let i = 0; i < handles.length; i++) state.slab.put(Buffer.alloc(4000));
  assert.ok(
    watch.look().some(({ setting }) => setting === 'SHARED_MEMORY_MB'),
    'told again',
  );
});
