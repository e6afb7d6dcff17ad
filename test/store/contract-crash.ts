/** What was committed is there after a restart and after a kill; one writer at a time. */
import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { batch, change, collect, idOf, newTask, runHead } from './documents.js';
import type { StorePlace } from './store-place.js';

const CHILD = fileURLToPath(new URL('./commit-child.js', import.meta.url));

type Child = ChildProcessByStdio<null, Readable, null>;

function startChild(url: string, first: number): Child {
  return spawn(process.execPath, [CHILD, url, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Kills the child some moments after its first commit; resolves with the last number it printed. */
async function killAtRandom(child: Child): Promise<number> {
  const lines = createInterface({ input: child.stdout });
  lines.once('line', () => {
    setTimeout(() => process.kill(child.pid!, 'SIGKILL'), Math.random() * 150);
  });
  let last = -1;
  for await (const line of lines) last = Number(line);
  return last;
}

export function crashTests(makePlace: () => Promise<StorePlace>): void {
  test('a store that was closed opens again with all it had', async () => {
    const { store, remove } = await makePlace();
    const writer = await store.openWriter();
    await writer.commit(batch({ runs: [change(idOf(1), { insert: runHead(1), tasks: [newTask(0)] })] }));
    await writer.close();
    await writer.close();
    await assert.rejects(writer.commit(batch({})), { name: 'StoreError', code: 'closed' });
    const again = await store.openWriter();
    await again.commit(batch({ runs: [change(idOf(1), { tasks: [newTask(1)] })] }));
    const reader = await store.openReader();
    assert.deepEqual(await reader.run(idOf(1)), runHead(1));
    assert.equal((await collect(reader.tasks(idOf(1)))).length, 2);
    await reader.close();
    await again.close();
    await remove();
  });

  test('a killed writer loses no batch it reported, keeps no half one, and needs no cleaning', async () => {
    const { url, store, remove } = await makePlace();
    let committed = 0;
    for (let round = 0; round < 4; round++) {
      const child = startChild(url, committed);
      const exited = once(child, 'exit');
      const last = await killAtRandom(child);
      assert.deepEqual(await exited, [null, 'SIGKILL']);

      // Opening the writer proves that the dead one's hold is gone.
      const writer = await store.openWriter();
      const reader = await store.openReader();
      const tasks = await collect(reader.tasks(idOf(1)));
      assert.ok(tasks.length > last, `${last} was reported, ${tasks.length} tasks are stored`);
      assert.ok(tasks.length <= last + 2, 'at most one batch was on its way');
      tasks.forEach((task, i) => {
        assert.equal(task.stats.wins, i === tasks.length - 1 ? 0 : i + 1);
      });
      assert.equal((await collect(reader.actionLog())).length, tasks.length);
      committed = tasks.length;
      await reader.close();
      await writer.close();
    }
    await remove();
  });

  test('a second writer is refused, in this process and from another', async () => {
    const { url, store, remove } = await makePlace();
    const writer = await store.openWriter();
    await assert.rejects(store.openWriter(), {
      code: 'in-use',
      message: new RegExp(`this process .pid ${process.pid}`),
    });
    await writer.commit(batch({}));
    await writer.close();

    const child = startChild(url, 0);
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    await assert.rejects(store.openWriter(), { code: 'in-use', message: new RegExp(`pid ${child.pid}\\b`) });
    child.kill('SIGKILL');
    await exited;
    await (await store.openWriter()).close();
    await remove();
  });
}
