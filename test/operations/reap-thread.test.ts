/** What reaping a thread means for the writer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installRepair, reapThread } from '../../src/operations/recovery/reap-thread.js';
import { createWorld } from './world.js';

test('a thread that held nothing leaves no change behind: it may end after the writer’s last commit', () => {
  const { state } = createWorld();
  installRepair(state, Date.now);
  const slot = state.threads.join('main');
  const issued = state.commits.issued.load();
  state.threads.markDead(slot);
  assert.equal(reapThread(state, slot), 0);
  assert.equal(state.commits.issued.load(), issued);
  assert.ok(!state.threads.list().some((thread) => thread.slot === slot));
});
