import '../memory/fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logAction, withSystem } from '../../src/operations/changes.js';
import type { State } from '../../src/state/state.js';
import type { WriteBatch, Writer } from '../../src/store/port.js';
import { GroupCommitter } from '../../src/store/writer/group-commit.js';
import { createWorld } from '../operations/world.js';

function change(state: State, times: number): void {
  for (let i = 0; i < times; i++) {
    const message = { username: 'fishtest.system', message: `${i}` };
    withSystem(state, (slot) => logAction(state, slot, i, 'system_event', message));
    state.commits.next();
  }
}

/** Lengths of the groups, when so many changes come during each commit and three more during each pause. */
async function groupsOf(during: readonly number[]): Promise<{ batches: number[]; pauses: number[] }> {
  const { state } = createWorld();
  state.threads.join('main', { parks: true });
  const batches: number[] = [];
  const pauses: number[] = [];
  const writer = {
    commit: async (batch: WriteBatch) => {
      const next = during[batches.length];
      batches.push(batch.actions.length);
      if (next === undefined) journal.stop();
      else change(state, next);
    },
  } as unknown as Writer;
  const journal = new GroupCommitter(state, writer, {
    flushIntervalMs: 1000,
    pause: async (ms) => {
      pauses.push(ms);
      change(state, 3);
    },
  });
  change(state, 1);
  await journal.run();
  state.threads.leave();
  return { batches, pauses };
}

test('a few changes that come while a group is written gather more before they are written', async () => {
  const { batches, pauses } = await groupsOf(new Array<number>(50).fill(2));
  // The first groups may take longer than one gathers for: nothing has been compiled yet.
  const gathered = batches.filter((length) => length === 5).length;
  assert.ok(gathered > 0);
  assert.equal(gathered, pauses.length);
  assert.ok(
    pauses.every((ms) => ms > 0 && ms <= 5),
    `${pauses}`,
  );
});

test('a change that is alone, and a group that is large already, wait for nothing', async () => {
  const { batches, pauses } = await groupsOf([1, 100]);
  assert.deepEqual(batches, [1, 1, 100]);
  assert.deepEqual(pauses, []);
});
