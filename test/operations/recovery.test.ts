/** What a primary that stands by has read before the takeover makes the recovery shorter, and changes nothing of what it finds. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { runHead, runId, taskWrite } from '../../bench/seed/farm.js';
import { Preload } from '../../src/operations/recovery/preload.js';
import { recover } from '../../src/operations/recovery/recover.js';
import type { Shared } from '../../src/runtime/shared.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { RunWord } from '../../src/state/run-record.js';
import { readTask } from '../../src/state/task-document.js';
import { TaskWord } from '../../src/state/task-record.js';
import { openStore } from '../../src/store/open-store.js';
import type { Reader, TaskWrite, Writer } from '../../src/store/port.js';
import { createWorld } from './world.js';

const NOW = Date.UTC(2026, 0, 2);

describe('a recovery after a look at the store', () => {
  let directory: string;
  let writer: Writer;
  let reader: Reader;

  const write = async (tasks: TaskWrite[], insert?: ReturnType<typeof runHead>) => {
    const run = { runId: runId(0), tasks, badTasks: [], spsaHistory: [] };
    await writer.commit({ ...emptyBatch(), runs: [insert === undefined ? run : { ...run, insert }] });
  };
  const recovered = async (prepare: (preload: Preload) => Promise<void>) => {
    const shared = createWorld();
    shared.state.threads.join('test', { parks: true });
    const preload = new Preload(shared.state, reader);
    await prepare(preload);
    preload.end();
    const { forgotten, ...recovery } = await recover(shared.state, reader, NOW, { workers: preload.workers });
    await forgotten;
    return { ...recovery, ...contents(shared) };
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-recovery-'));
    const store = openStore(`sqlite:${directory}`);
    writer = await store.openWriter();
    reader = await store.openReader();
    const tasks = [0, 1, 2].map((worker) => taskWrite(worker, true, worker, NOW));
    await write([...tasks, taskWrite(3, false, 0, NOW)], runHead(0, NOW));
  });

  afterEach(async () => {
    await reader.close();
    await writer.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('finds what one without finds, and what has changed since', async () => {
    const change = async () => {
      const { worker_info: _, ...ended } = taskWrite(1, false, 1, NOW + 5);
      await write([{ ...ended, isNew: false }, taskWrite(4, true, 7, NOW + 5)]);
    };
    const warm = await recovered(async (preload) => {
      await preload.look();
      assert.equal(preload.workers.size, 3);
      await change();
    });
    const cold = await recovered(async () => {});
    assert.deepEqual(warm, cold);
    assert.equal(warm.tasks, 5);
    assert.deepEqual(
      warm.documents.map(({ active }) => active),
      [true, false, true, false, true],
    );
    assert.equal(warm.documents[4]!.worker_info.nps, 650_000.5);
  });

  it('forgets workers that play no more, and gives their descriptions back', async () => {
    await recovered(async (preload) => {
      await preload.look();
      const { worker_info: _, ...ended } = taskWrite(2, false, 2, NOW + 5);
      await write([{ ...ended, isNew: false }]);
      await preload.look();
      assert.equal(preload.workers.size, 2);
    });
  });
});

/** The tasks, and how many hold each worker's description. */
function contents({ state }: Shared) {
  const slot = state.runs.find(runId(0));
  const count = state.runs.word(slot, RunWord.taskCount);
  const offsets = Array.from({ length: count }, (_, taskId) => state.tasks.offsetOf(slot, taskId));
  const references = offsets.map((offset) =>
    state.workerProfiles.references(state.tasks.records.i32[offset + TaskWord.workerInfo]!),
  );
  return {
    references,
    documents: offsets.map((offset) => readTask(state, offset)),
    workers: state.workers.table.size(),
    addresses: Object.fromEntries(state.connections.entries()),
  };
}
