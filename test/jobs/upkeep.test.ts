/** What the upkeep stores of the workers stays within one document, however many there are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeWorkerRuns, workerRuns } from '../../src/jobs/upkeep.js';
import { Shared } from '../../src/pool/shared.js';
import { SYSTEM_SLOT } from '../../src/state/runs.js';
import { idWords } from '../../src/state/workers.js';
import { OPTIONS } from '../operations/world.js';

const RUN_ID = '64e74776a170cb1f26fa3930';

test('the runs that workers have seen are stored of a bounded number of workers', () => {
  const sizes = { ...OPTIONS.sizes, workers: 131_072, slabBytes: 128 * 1024 * 1024 };
  const { state } = Shared.create(512 * 1024 * 1024, { ...OPTIONS, sizes });
  state.threads.join('test', { parks: true });
  for (let i = 0; i < 70_000; i++) {
    state.workers.noteRun(state.workers.record(`user-4cores-${i.toString(36)}`), idWords(RUN_ID));
  }
  storeWorkerRuns(state);
  const [item] = state.outbox.take(SYSTEM_SLOT);
  assert.equal(item?.kind, 'keyValue');
  const stored = (item as { value: Record<string, unknown> }).value;
  assert.equal(Object.keys(stored).length, 50_000);
  assert.deepEqual(stored['user-4cores-0'], { [RUN_ID]: true, last_run: RUN_ID });
  assert.equal(Object.keys(workerRuns(state, 10)).length, 10);
});
