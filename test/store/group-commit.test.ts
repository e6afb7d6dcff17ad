import '../memory/fixtures/lock-check-on.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logAction, withSystem } from '../../src/operations/changes.js';
import type { State } from '../../src/state/state.js';
import type { WriteBatch, Writer } from '../../src/store/port.js';
import { Company } from '../../src/store/writer/company.js';
import { GroupCommitter } from '../../src/store/writer/group-commit.js';
import { createWorld } from '../operations/world.js';

function change(state: State, times: number): void {
  for (let i = 0; i < times; i++) {
    const message = { username: 'fishtest.system', message: `${i}` };
    withSystem(state, (slot) => logAction(state, slot, i, 'system_event', message));
    state.commits.next();
  }
}

/** Lengths of the batches, when so many changes come during each commit and three more during each pause. */
async function groupsOf(during: readonly number[]): Promise<{ batches: number[]; pauses: number[] }> {
  const { state } = createWorld();
  state.threads.join('main', { parks: true });
  const batches: number[] = [];
  const pauses: number[] = [];
  const writer = {
    commit: async (batch: WriteBatch) => {
      const next = during[batches.length];
      batches.push(batch.actions.length);
      if (next === undefined) committer.stop();
      else change(state, next);
    },
  } as unknown as Writer;
  const committer = new GroupCommitter(state, writer, {
    flushIntervalMs: 1000,
    pause: async (ms) => {
      pauses.push(ms);
      change(state, 3);
    },
  });
  change(state, 1);
  await committer.run();
  state.threads.leave();
  return { batches, pauses };
}

test('batches linger while more changes come, as long as more came together lately', async () => {
  const { batches, pauses } = await groupsOf(new Array<number>(200).fill(2));
  // Found by probes, and waited for from then on.
  assert.ok(pauses.length > 10, `${pauses.length}`);
  assert.ok(
    pauses.every((ms) => ms > 0 && ms <= 1),
    `${pauses}`,
  );
  assert.ok(Math.max(...batches) >= 5, `${batches}`);
});

test('few who come together wait for nobody else, but for a probe now and then', () => {
  const company = new Company();
  let probes = 0;
  for (let batch = 0; batch < 2000; batch++) {
    const expected = company.expect(4, batch * 2);
    if (expected > 4) probes++;
    company.came(4);
  }
  assert.ok(probes < 16, `${probes} probes`);
});

test('those who would come are found, and forgotten when they are gone', () => {
  const company = new Company();
  let now = 0;
  const play = (batches: number, others: number) => {
    let waits = 0;
    for (let batch = 0; batch < batches; batch++) {
      now += 5;
      const expected = company.expect(3, now);
      if (expected > 3) waits++;
      company.came(Math.min(expected, 3 + others));
    }
    return waits;
  };
  assert.ok(play(400, 12) > 300);
  play(100, 0);
  assert.ok(play(400, 0) < 10);
});

test('a change that is alone, and a batch that is large already, wait for nothing', async () => {
  const { batches, pauses } = await groupsOf([1, 100]);
  assert.deepEqual(batches, [1, 1, 100]);
  assert.deepEqual(pauses, []);
});
