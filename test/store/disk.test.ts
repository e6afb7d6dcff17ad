/** A disk that refuses gives a clear error and no half batch. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/store/open-store.js';
import { action, batch, collect } from './documents.js';
import { sqlitePlace } from './sqlite-place.js';

const CHILD = fileURLToPath(new URL('./disk-child.js', import.meta.url));

test('a file that may not grow fails the batch whole', { skip: process.platform === 'win32' }, async () => {
  const { url, store, remove } = await sqlitePlace();
  // POSIX counts in blocks of 512 bytes, bash in 1,024: either way the log outgrows it soon.
  const limited = `ulimit -f 4000; exec "$0" "$@"`;
  const report = execFileSync('sh', ['-c', limited, process.execPath, CHILD, url], { encoding: 'utf8' });
  const { committed, code, message } = JSON.parse(report) as {
    committed: number;
    code: string;
    message: string;
  };
  assert.equal(code, 'disk');
  assert.match(message, /Committing a batch to .*shoal\.db failed: .*disk/);
  assert.ok(committed > 5);

  const writer = await store.openWriter();
  const reader = await store.openReader();
  const logged = await collect(reader.actionLog());
  assert.deepEqual(
    logged.map((each) => each._id),
    Array.from({ length: 2 * committed }, (_, i) => action(i)._id),
  );
  await writer.commit(batch({ actions: [action(2 * committed)] }));
  await reader.close();
  await writer.close();
  await remove();
});

test('a directory that cannot be made or used is named', async (t) => {
  const { directory, file, remove } = await sqlitePlace();
  const parent = dirname(directory);
  writeFileSync(join(parent, 'plain'), '');
  const inFile = openStore(`sqlite:${join(parent, 'plain', 'data')}`);
  await assert.rejects(inFile.openWriter(), { code: 'disk', message: /plain.*ENOTDIR/ });

  mkdirSync(directory);
  mkdirSync(file);
  await assert.rejects(openStore(`sqlite:${directory}`).openWriter(), { code: 'disk', message: /shoal\.db/ });

  if (process.getuid?.() === 0) {
    t.diagnostic('permissions are not tested: root may write anywhere');
  } else {
    chmodSync(parent, 0o500);
    const refused = openStore(`sqlite:${join(parent, 'other')}`).openWriter();
    await assert.rejects(refused, { code: 'disk', message: /EACCES/ });
    chmodSync(parent, 0o700);
  }
  await remove();
});

test('a damaged or foreign file is named', async () => {
  const { store, directory, file, remove } = await sqlitePlace();
  mkdirSync(directory);
  writeFileSync(file, 'this is no database, '.repeat(500));
  await assert.rejects(store.openWriter(), {
    code: 'disk',
    message: /shoal\.db failed: .*no SQLite database/,
  });
  await assert.rejects(store.openReader(), { code: 'disk', message: /no SQLite database/ });
  await remove();
});
