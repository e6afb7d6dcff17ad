/** Two changes of one finished run at once bring it back into memory once: a database answers late. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { installRepair, reapThread } from '../../src/operations/recovery/reap-thread.js';
import { evictRuns } from '../../src/operations/run/evict-runs.js';
import { reloadRun } from '../../src/operations/run/reload-run.js';
import { RunWord } from '../../src/state/run-record.js';
import type { DyingLoaderData } from './dying-loader.js';
import { lateReader } from './late-reader.js';
import type { ReloadReport, ReloadThreadData } from './reload-thread.js';
import { createWorld, OPTIONS } from './world.js';

const RUN = '5f00000000000000000000d1';
const shared = createWorld();
const { state } = shared;
state.threads.join('main');

const failing = () => {
  throw new Error('the connection is gone');
};

/** Whether one slot, which nobody can find yet, is taken for the run. */
const isLoading = (id: string) =>
  state.runs.find(id) < 0 &&
  Array.from({ length: OPTIONS.sizes.runs }, (_, slot) => slot).filter(
    (slot) => slot > 0 && state.runs.inUse(slot) && state.runs.id(slot) === id,
  ).length === 1;

test('a load that fails leaves nothing, and the next one may succeed', async () => {
  const load = () => reloadRun(state, lateReader(RUN, 0, failing), RUN, Date.now());
  const both = await Promise.allSettled([load(), load()]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.deepEqual(state.runs.slots(), []);
  assert.equal(state.runs.find(RUN), -1);
});

test('two at once load it into one slot', async () => {
  const load = () => reloadRun(state, lateReader(RUN), RUN, Date.now());
  await Promise.all([load(), load()]);
  assert.equal(state.runs.slots().length, 1);
  assert.equal(state.runs.find(RUN), state.runs.slots()[0]);
});

test('who meets the load of another thread waits until the run is complete', async () => {
  const other = '5f00000000000000000000d2';
  const slot = state.runs.reserve(other);
  const load = reloadRun(state, lateReader(other), other, Date.now());
  for (let i = 0; i < 20; i++) await nextTurn();
  assert.ok(isLoading(other));
  state.runs.publish(slot);
  await load;
  assert.equal(state.runs.find(other), slot);
});

test('a run that is half loaded does not leave memory', async () => {
  const id = '5f00000000000000000000d3';
  const load = reloadRun(
    state,
    lateReader(id, 3, async () => {
      await nextTurn();
      evictRuns(state, Date.now() + 3_600_000, 0);
      assert.ok(isLoading(id));
    }),
    id,
    Date.now(),
  );
  await load;
  assert.equal(state.runs.word(state.runs.find(id), RunWord.taskCount), 3);
});

test('a finished run leaves memory though the clock stepped back since it was asked for', async () => {
  const id = '5f00000000000000000000d4';
  const now = Date.now();
  await reloadRun(state, lateReader(id, 1, nextTurn), id, now);
  assert.equal(evictRuns(state, now + 1_000, 300_000), 0, 'asked for a second ago');
  assert.equal(evictRuns(state, now - 1_000, 300_000), 0, 'another thread read the clock a moment later');
  assert.ok(evictRuns(state, now - 7_200_000, 300_000) > 0);
  assert.equal(state.runs.find(id), -1);
});

test('threads that load the same runs and let them go find each of them whole and once', async () => {
  evictRuns(state, Date.now() + 3_600_000, 0);
  const runIds = [0xe1, 0xe2, 0xe3].map((n) => `5f00000000000000000000${n.toString(16)}`);
  const reports = await Promise.all(
    [1, 2, 3].map(async () => {
      const workerData: ReloadThreadData = {
        ...OPTIONS,
        buffer: shared.region.buffer,
        rounds: 300,
        runIds,
        taskCount: 40,
      };
      const thread = new Worker(new URL('./reload-thread.js', import.meta.url), { workerData });
      const [[report]] = await Promise.all([once(thread, 'message'), once(thread, 'exit')]);
      return report as ReloadReport;
    }),
  );
  assert.deepEqual(
    reports.map(({ half, twice }) => half + twice),
    [0, 0, 0],
    JSON.stringify(reports),
  );
  assert.ok(
    reports.every(({ whole }) => whole > 0),
    JSON.stringify(reports),
  );
});

for (const [i, where] of (['between tasks', 'under the lock'] as const).entries()) {
  test(`a thread that dies ${where} of a run that it loads leaves nothing of it`, async () => {
    installRepair(state, Date.now);
    evictRuns(state, Date.now() + 3_600_000, 0);
    const runId = `5f00000000000000000000f${i}`;
    const workerData: DyingLoaderData = { ...OPTIONS, buffer: shared.region.buffer, runId, where };
    const thread = new Worker(new URL('./dying-loader.js', import.meta.url), { workerData });
    await once(thread, 'exit');
    assert.ok(isLoading(runId), 'it died before anybody could find the run');
    for (const slot of state.threads.dead()) reapThread(state, slot);
    assert.ok(!isLoading(runId));
    await reloadRun(state, lateReader(runId, 3), runId, Date.now());
    assert.equal(state.runs.word(state.runs.find(runId), RunWord.taskCount), 3);
  });
}
