/** A backup is a whole store of one instant, made while commits go on. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../src/store/open-store.js';
import { action, batch, change, collect, idOf, newTask, runHead } from './documents.js';
import { sqlitePlace } from './sqlite-place.js';

test('commits go on during a backup, which holds all that was committed before it', async () => {
  const { store, directory, remove } = await sqlitePlace();
  const writer = await store.openWriter();
  const tasks = Array.from({ length: 20_000 }, (_, i) => newTask(i));
  await writer.commit(
    batch({ runs: [change(idOf(1), { insert: runHead(1), tasks })], actions: [action(0)] }),
  );

  const copy = join(dirname(directory), 'copy.db');
  let running = true;
  const backup = writer.backup(copy).finally(() => {
    running = false;
  });
  let commits = 0;
  while (running) {
    commits++;
    await writer.commit(batch({ actions: [action(commits)] }));
    await new Promise(setImmediate);
  }
  await backup;
  assert.ok(commits > 1, `${commits} commits during the backup`);
  await writer.close();
  assert.equal(statSync(copy).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(dirname(directory)).sort(), ['copy.db', 'data']);

  const restored = join(dirname(directory), 'restored');
  mkdirSync(restored);
  copyFileSync(copy, join(restored, 'shoal.db'));
  const again = openStore(`sqlite:${restored}`);
  const checked = await again.openWriter();
  const reader = await again.openReader();
  assert.deepEqual(await reader.run(idOf(1)), runHead(1));
  assert.equal((await collect(reader.tasks(idOf(1)))).length, 20_000);
  const logged = await collect(reader.actionLog());
  assert.deepEqual(
    logged,
    Array.from({ length: logged.length }, (_, i) => action(i)),
  );
  assert.ok(logged.length >= 1);
  await reader.close();
  await checked.close();
  await remove();
});

test('nothing is overwritten, and a failure leaves nothing', async () => {
  const { store, directory, remove } = await sqlitePlace();
  const writer = await store.openWriter();
  const taken = join(directory, 'taken.db');
  writeFileSync(taken, 'mine');
  await assert.rejects(writer.backup(taken), { code: 'exists', message: /taken\.db exists/ });
  assert.equal(statSync(taken).size, 4);
  const twice = join(directory, 'twice.db');
  const [first, second] = await Promise.allSettled([writer.backup(twice), writer.backup(twice)]);
  assert.equal(first.status, 'fulfilled');
  assert.equal(second.status === 'rejected' && second.reason.code, 'exists');
  for (const [place, why] of [
    ['none/x.db', /no directory \S+none: make it first \(ENOENT\)/],
    ['taken.db/x.db', /leads through a file/],
    ['x'.repeat(260), /too long/],
    ['x\0.db', /zero byte/],
    ['/proc/x.db', /takes no new file|may not write/],
  ] as const) {
    const told = (error: Error & { code?: string }) => {
      assert.equal(error.code, 'disk');
      assert.match(error.message, why);
      assert.ok(
        error.message.includes(JSON.stringify(resolve(directory, place)).slice(1, -1)),
        error.message,
      );
      return true;
    };
    await assert.rejects(writer.backup(resolve(directory, place)), told);
  }
  assert.ok(!existsSync(`${taken}.partial`) && !existsSync(`${twice}.partial`));
  await writer.close();
  await assert.rejects(writer.backup(twice), { code: 'closed' });
  await remove();
});

test('closing waits for a backup', async () => {
  const { store, directory, remove } = await sqlitePlace();
  const writer = await store.openWriter();
  const backup = writer.backup(join(directory, 'copy.db'));
  await writer.close();
  await backup;
  await remove();
});
