/** Where memory is full there are no tasks, and what was begun leaves nothing behind; results of tasks that are out are taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TableFull } from '../../src/memory/tables/keyed-table.js';
import { SlabFull } from '../../src/memory/tables/slab.js';
import { Shared } from '../../src/runtime/shared.js';
import { collectBatch } from '../../src/state/collect-batch.js';
import { RunFloat, RunWord } from '../../src/state/run-record.js';
import type { State } from '../../src/state/state.js';
import { addRun, freshRun, morePairs, OPTIONS, TestWorker } from './world.js';

const NOW = Date.now();
const ID = 'ccccccccccccccccccccccc1';
const SIZES = { ...OPTIONS.sizes, workers: 1024, slabBytes: 4 * 1024 * 1024 };

async function world(): Promise<{ state: State; slot: number }> {
  const { state } = Shared.create(64 * 1024 * 1024, { ...OPTIONS, sizes: SIZES });
  state.threads.join('test', { parks: true });
  return { state, slot: await addRun(state, freshRun(ID, { num_games: 20_000 })) };
}

/** A worker whose request for a task is answered with "come again". */
function isSentAway(worker: TestWorker): boolean {
  const { status, json, retryLater } = worker.call('request_task', NOW);
  assert.equal(status, 200, json);
  return retryLater === true && /busy/.test(json);
}

function assertUntouched(state: State, slot: number, tasks: number): void {
  const { runs } = state;
  assert.equal(runs.word(slot, RunWord.taskCount), tasks);
  assert.equal(runs.word(slot, RunWord.workers), tasks);
  assert.equal(state.workerProfiles.size(), tasks);
  const { runs: changed } = collectBatch(state);
  assert.ok(changed.every((run) => run.tasks.every(({ taskId }) => taskId < tasks)));
}

test('a task for which there is no room takes no number: the next one has it', async () => {
  const { state, slot } = await world();
  const addresses: string[] = [];
  for (let i = 0; i < 8 * SIZES.workers; i++) {
    try {
      state.connections.add(`192.0.2.${i}`);
      addresses.push(`192.0.2.${i}`);
    } catch (error) {
      assert.ok(error instanceof TableFull);
    }
  }
  assert.ok(isSentAway(new TestWorker(state, 1)));
  assertUntouched(state, slot, 0);
  for (const address of addresses) state.connections.subtract(address);
  const worker = new TestWorker(state, 2);
  assert.ok(worker.ask(NOW));
  assert.equal(worker.task!.taskId, 0);
  assert.equal(state.runs.float(slot, RunFloat.totalGames), worker.task!.numGames);
  assertUntouched(state, slot, 1);
});

test('what is left of the memory for texts is for results', async () => {
  const { state, slot } = await world();
  const worker = new TestWorker(state, 1);
  assert.ok(worker.ask(NOW));
  const handles: number[] = [];
  while (!state.slab.isNearlyFull()) handles.push(state.slab.put(Buffer.alloc(2000)));
  assert.ok(isSentAway(new TestWorker(state, 2)));
  assertUntouched(state, slot, 1);
  const stats = morePairs(worker.task!.stats, [0, 1, 2, 1, 0]);
  assert.ok(worker.report(stats, NOW, { uname: 'another system, which needs a text of its own' }));
  for (const handle of handles) state.slab.free(handle);
  assert.ok(new TestWorker(state, 2).ask(NOW));
});

test('a report for which there is no room at all leaves its run as it was', async () => {
  const { state, slot } = await world();
  const worker = new TestWorker(state, 1);
  assert.ok(worker.ask(NOW));
  const { numGames } = worker.task!;
  for (let size = 4000; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) state.slab.put(Buffer.alloc(size));
    } catch (error) {
      assert.ok(error instanceof SlabFull);
    }
  }
  const stats = morePairs(worker.task!.stats, [0, 1, 2, 1, 0]);
  assert.throws(() => worker.report(stats, NOW, { uname: 'another system' }), SlabFull);
  assert.equal(state.runs.float(slot, RunFloat.draws), 0);
  assert.equal(state.runs.float(slot, RunFloat.committedGames), numGames);
  assert.ok(worker.report(stats, NOW), 'one that needs no room is taken');
});
