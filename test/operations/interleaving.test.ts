/**
 * Whatever threads do to the same runs at once: each run's aggregates are those of its tasks, the store has what memory
 * has, and no acknowledged result is lost but to a purge.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { sumTasks } from '../../src/operations/run/sum-tasks.js';
import type { Shared } from '../../src/runtime/shared.js';
import { readHead } from '../../src/state/run-document.js';
import { RunWord } from '../../src/state/run-record.js';
import { readTask } from '../../src/state/task-document.js';
import { openStore } from '../../src/store/open-store.js';
import type { Reader } from '../../src/store/port.js';
import { GroupCommitter } from '../../src/store/writer/group-commit.js';
import type { Acknowledged, FarmThreadData } from './farm-thread.js';
import { addRun, createWorld, freshRun, OPTIONS, sprtArgs } from './world.js';

const THREADS = 3;
const ROUNDS = 1000;
const RUNS = {
  aaaaaaaaaaaaaaaaaaaaaaa1: { num_games: 4000, auto_purge: true },
  aaaaaaaaaaaaaaaaaaaaaaa2: { num_games: 40_000, auto_purge: true, ...sprtArgs(0, 60) },
  aaaaaaaaaaaaaaaaaaaaaaa3: { num_games: 20_000, ...sprtArgs(-200, 200) },
};

async function runThreads({ region }: Shared, seed: number): Promise<Acknowledged[]> {
  const threads = Array.from({ length: THREADS }, (_, number) => {
    const workerData: FarmThreadData = {
      ...OPTIONS,
      buffer: region.buffer,
      number,
      rounds: ROUNDS,
      seed,
      runIds: Object.keys(RUNS),
    };
    return new Worker(new URL('./farm-thread.js', import.meta.url), { workerData });
  });
  try {
    const reports = threads.map(async (thread) => {
      const [[entries]] = await Promise.all([once(thread, 'message'), once(thread, 'exit')]);
      return entries as Acknowledged[];
    });
    return (await Promise.all(reports)).flat();
  } finally {
    for (const thread of threads) await thread.terminate();
  }
}

async function compareWithStore({ state }: Shared, slot: number, reader: Reader): Promise<void> {
  const id = state.runs.id(slot);
  const live = readHead(state, slot);
  assert.deepEqual(await reader.run(id), live);
  let taskId = 0;
  for await (const stored of reader.tasks(id)) {
    assert.deepEqual(stored, readTask(state, state.tasks.offsetOf(slot, taskId)), `task ${id}/${taskId}`);
    taskId++;
  }
  assert.equal(taskId, state.runs.word(slot, RunWord.taskCount));
}

test('threads that work on the same runs leave sums, store and acknowledgements right', async () => {
  const seed = Number(process.env['SHOAL_SEED'] ?? Date.now() % 1_000_000);
  const directory = await mkdtemp(join(tmpdir(), 'shoal-threads-'));
  const shared = createWorld();
  const { state } = shared;
  state.threads.join('main');
  const store = openStore(`sqlite:${directory}`);
  const writer = await store.openWriter();
  try {
    for (const [id, args] of Object.entries(RUNS)) await addRun(state, freshRun(id, args));
    const committer = new GroupCommitter(state, writer, { flushIntervalMs: 5 });
    const draining = committer.run();
    const acknowledged = await runThreads(shared, seed).finally(() => committer.stop());
    await draining;

    const reader = await store.openReader();
    let active = 0;
    for (const slot of state.runs.slots()) {
      const { results, ...sums } = sumTasks(state, slot);
      const { results: kept, cores, workers, committed_games, total_games } = readHead(state, slot);
      assert.deepEqual(kept, results);
      assert.deepEqual({ cores, workers, committed_games, total_games }, sums);
      assert.ok(total_games > 0, 'the run was worked on');
      await compareWithStore(shared, slot, reader);
      active += workers;
    }
    const connections = [...state.connections.entries().values()];
    assert.equal(
      connections.reduce((sum, count) => sum + count, 0),
      active,
    );
    let purged = 0;
    for (const { runId, taskId, stats } of acknowledged) {
      const task = await reader.task(runId, taskId);
      if (task?.bad === true) purged++;
      else assert.deepEqual(task?.stats, stats, `task ${runId}/${taskId}`);
    }
    assert.ok(acknowledged.length > 100, `${acknowledged.length} acknowledged results`);
    assert.ok(purged < acknowledged.length);
    await reader.close();
  } catch (error) {
    process.stderr.write(`SHOAL_SEED=${seed}\n`);
    throw error;
  } finally {
    await writer.close();
    state.threads.leave();
    await rm(directory, { recursive: true, force: true });
  }
});
