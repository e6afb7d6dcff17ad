/** An update of one task writes as much in a run of 20,000 tasks as in a run of 10. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { batch, change, liveOf, newTask, runHead, taskUpdate } from './documents.js';
import { sqlitePlace } from './sqlite-place.js';

const UPDATES = 200;

/** Bytes that the log grows by for each update of one task and its run. */
async function bytesPerUpdate(tasksInRun: number): Promise<number> {
  const { store, file, remove } = await sqlitePlace();
  const head = runHead(1);
  const tasks = Array.from({ length: tasksInRun }, (_, i) => newTask(i));
  const first = await store.openWriter();
  await first.commit(batch({ runs: [change(head._id, { insert: head, tasks })] }));
  // Closing empties the log.
  await first.close();
  const writer = await store.openWriter();
  for (let i = 0; i < UPDATES; i++) {
    const task = taskUpdate((i * 7919) % tasksInRun, i + 1);
    const live = liveOf(head, { last_updated: head.last_updated + i });
    await writer.commit(batch({ runs: [change(head._id, { live, tasks: [task] })] }));
  }
  const bytes = statSync(`${file}-wal`).size / UPDATES;
  await writer.close();
  await remove();
  return bytes;
}

test('the bytes written for an update do not depend on the size of its run', async (t) => {
  const [small, large] = [await bytesPerUpdate(10), await bytesPerUpdate(20_000)];
  t.diagnostic(`${small.toFixed(0)} bytes in a run of 10, ${large.toFixed(0)} in a run of 20,000`);
  assert.ok(large <= 1.2 * small, `${large} against ${small} bytes`);
});
