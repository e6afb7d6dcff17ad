/** How far documents are behind is told by what is still to be written, before the oldest entry of the log is old. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Checkpointer, type CheckpointParts } from '../../src/store/mongodb/checkpointer.js';
import { MEMBERS_A_REQUEST, Update } from '../../src/store/mongodb/update.js';

const REQUEST_MS = 100;
const REQUESTS = 30;

test('a slow database is behind by the time that all that is pending takes, and gets it in longer requests', async () => {
  let isEnough = () => {};
  const some = new Promise<void>((resolve) => {
    isEnough = resolve;
  });
  let written = 0;
  // A database that takes so long for a request is not to be had; all else is as on one.
  const parts = {
    stamp: {
      async write() {
        await sleep(REQUEST_MS);
        written++;
        isEnough();
      },
    },
    lease: { confirmIfOld: async () => {} },
    batches: { settle: async () => {} },
    log: { remove: async () => {} },
    delayMs: 0,
  } as unknown as CheckpointParts;
  const checkpoints = new Checkpointer(parts);
  const update = new Update('runs', 'one');
  for (let i = 0; i < REQUESTS * MEMBERS_A_REQUEST; i++) update.put(`member${i}`, i);
  assert.equal(checkpoints.behindMs(), 0);
  checkpoints.defer([update], ['entry']);
  await some;
  await sleep(1);
  const behindMs = checkpoints.behindMs();
  assert.ok(behindMs >= (REQUESTS / 2) * REQUEST_MS, `${behindMs} ms`);
  await checkpoints.close(60_000);
  assert.equal(checkpoints.behindMs(), 0);
  assert.ok(written < REQUESTS, `${written} requests`);
});
