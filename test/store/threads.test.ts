/** One writer and several readers in threads of one process; threads end cleanly, closed or not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { batch, change, idOf, newTask, runHead, taskUpdate } from './documents.js';
import { sqlitePlace } from './sqlite-place.js';

const THREAD = new URL('./reader-thread.js', import.meta.url);

test('readers in threads see whole batches while the writer commits', async () => {
  const { url, store, remove } = await sqlitePlace();
  const writer = await store.openWriter();
  const tasks = Array.from({ length: 100 }, (_, i) => newTask(i));
  await writer.commit(batch({ runs: [change(idOf(1), { insert: runHead(1), tasks })] }));

  // One closes its reader; one leaves it open at the end of the thread; one is terminated with it open.
  const kinds = [{ stays: false }, { stays: true }, { stays: true, idles: true }];
  const threads = kinds.map((kind) => new Worker(THREAD, { workerData: { url, ...kind } }));
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  for (let wins = 1; wins <= 200; wins++) {
    const updates = tasks.map((task) => taskUpdate(task.taskId, wins));
    await writer.commit(batch({ runs: [change(idOf(1), { tasks: updates })] }));
    await new Promise(setImmediate);
  }
  for (const [i, thread] of threads.entries()) {
    const [reported, exited] = [once(thread, 'message'), once(thread, 'exit')];
    thread.postMessage('stop');
    const [report] = (await reported) as [{ readings: number; torn: number }];
    assert.equal(report.torn, 0);
    assert.ok(report.readings > 1);
    if (kinds[i]!.idles) await thread.terminate();
    assert.deepEqual(await exited, [kinds[i]!.idles ? 1 : 0]);
  }
  await writer.close();
  await remove();
});
