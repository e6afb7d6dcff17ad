/** What the upkeep stores of the workers stays within one document, however many there are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeWorkerRuns } from '../../src/jobs/upkeep.js';
import { Shared } from '../../src/runtime/shared.js';
import { SYSTEM_SLOT } from '../../src/state/runs.js';
import { OPTIONS } from '../operations/world.js';

/** What is stored of so many workers that have seen so many runs each. */
function storedOf(workers: number, runs: number): Record<string, Record<string, unknown>> {
  const sizes = { ...OPTIONS.sizes, workers: 131_072, slabBytes: 128 * 1024 * 1024 };
  const { state } = Shared.create(512 * 1024 * 1024, { ...OPTIONS, sizes });
  state.threads.join('test', { parks: true });
  for (let i = 0; i < workers; i++) {
    const worker = state.workers.record(`user-4cores-${i.toString(36)}`);
    state.workers.setRuns(
      worker,
      runId(0),
      Array.from({ length: runs }, (_, run) => runId(run)),
    );
  }
  storeWorkerRuns(state);
  const [item] = state.outbox.take(SYSTEM_SLOT);
  assert.equal(item?.kind, 'keyValue');
  return (item as { value: Record<string, Record<string, unknown>> }).value;
}

function runId(run: number): string {
  return `64e74776a170cb1f26fa${run.toString(16).padStart(4, '0')}`;
}

test('of few workers all is stored', () => {
  const stored = storedOf(10, 2);
  assert.equal(Object.keys(stored).length, 10);
  const first = { [runId(0)]: true, [runId(1)]: true, last_run: runId(0) };
  assert.deepEqual(stored['user-4cores-0'], first);
});

for (const runs of [0, 1, 50]) {
  test(`of 70,000 workers that have seen ${runs} runs, what fits into a document is stored`, () => {
    const stored = storedOf(70_000, runs);
    assert.equal(Object.keys(stored).length, Math.ceil(130_000 / (2 + runs)));
    assert.ok(Buffer.byteLength(JSON.stringify(stored)) < 12 * 1024 * 1024);
  });
}
