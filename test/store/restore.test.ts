/** A backup takes the place of a store, also of one that a killed writer has left; and only the owner reads the files. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { NetFiles } from '../../src/store/networks/net-files.js';
import { openStore } from '../../src/store/open-store.js';
import { restoreBackup } from '../../src/store/sqlite/restore.js';
import { shoal } from '../cli/harness.js';
import { batch, user } from './documents.js';
import { sqlitePlace } from './sqlite-place.js';

const NOW = Date.UTC(2026, 0, 31);

const named = (name: string) => batch({ users: [user(name)] });

async function usersOf(directory: string): Promise<string[]> {
  const reader = await openStore(`sqlite:${directory}`).openReader();
  const names: string[] = [];
  for await (const { username } of reader.users()) names.push(username);
  await reader.close();
  return names;
}

test('a backup is restored over a store whose killed writer has left a log', async () => {
  const { store, directory, file, remove } = await sqlitePlace();
  const backup = join(dirname(directory), 'backup.db');
  const killed = `${directory}-killed`;
  const writer = await store.openWriter();
  await writer.commit(named('first'));
  await writer.backup(backup);
  await writer.commit(named('second'));
  assert.throws(() => restoreBackup(backup, directory, NOW), { code: 'in-use' });
  // As a kill leaves it: with a log that has the second user.
  cpSync(directory, killed, { recursive: true });
  assert.ok(statSync(join(killed, 'shoal.db-wal')).size > 0);
  await writer.close();

  const { replaced } = restoreBackup(backup, killed, NOW);
  assert.ok(!existsSync(join(killed, 'shoal.db-wal')));
  const restored = await openStore(`sqlite:${killed}`).openWriter();
  await restored.commit(named('third'));
  await restored.close();
  assert.deepEqual(await usersOf(killed), ['first', 'third']);
  // What was there is whole, too: its log went with it.
  const old = join(dirname(directory), 'old');
  mkdirSync(old);
  for (const end of ['', '-wal']) cpSync(`${replaced}${end}`, join(old, `shoal.db${end}`));
  assert.deepEqual(await usersOf(old), ['first', 'second']);
  assert.ok(existsSync(file));
  await remove();
});

test("a restored store is its owner's, whoever may read the backup", async () => {
  const { store, directory, remove } = await sqlitePlace();
  const backup = join(dirname(directory), 'backup.db');
  const writer = await store.openWriter();
  await writer.commit(named('first'));
  await writer.backup(backup);
  await writer.close();
  chmodSync(backup, 0o644);
  for (const place of [directory, `${directory}-new`]) {
    const { file } = restoreBackup(backup, place, NOW);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(await usersOf(place), ['first']);
  }
  await remove();
});

test('shoal restore makes a store where there is none, and refuses what is no backup', async () => {
  const { store, directory, file, remove } = await sqlitePlace();
  const backup = join(dirname(directory), 'backup.db');
  const writer = await store.openWriter();
  await writer.commit(named('first'));
  await writer.backup(backup);
  const inUse = await shoal(['restore', file, '--to', `sqlite:${directory}-new`]);
  assert.match(inUse.err, /has a log beside it/);
  await writer.close();
  const fresh = await shoal(['restore', backup], { STORE_URL: `sqlite:${directory}-new` });
  assert.equal(fresh.code, 0, fresh.err);
  assert.match(fresh.out, /restored\. Start the server\.\n$/);
  assert.deepEqual(await usersOf(`${directory}-new`), ['first']);

  const broken = join(dirname(directory), 'broken.db');
  writeFileSync(broken, 'not a database at all, but long enough to look at'.repeat(100));
  for (const [args, code, text] of [
    [[broken, '--to', `sqlite:${directory}`], 1, /no whole backup/],
    [[`${broken}.none`, '--to', `sqlite:${directory}`], 1, /no file/],
    [[file, '--to', `sqlite:${directory}`], 1, /the database itself/],
    [[backup, '--to', 'mongodb://x/y'], 2, /mongorestore/],
  ] as const) {
    const outcome = await shoal(['restore', ...args]);
    assert.equal(outcome.code, code, outcome.err);
    assert.match(outcome.err, text);
  }
  assert.deepEqual(await usersOf(directory), ['first']);
  await remove();
});

test('networks are changed by their owner alone, after an open umask', async (t) => {
  const { directory, remove } = await sqlitePlace();
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  const content = Buffer.from('a network');
  const nets = new NetFiles(join(directory, 'nets'));
  const name = `nn-${createHash('sha256').update(content).digest('hex').slice(0, 12)}.nnue`;
  await nets.add(name, Readable.from([content]));
  const modes = [nets.directory, join(nets.directory, `${name}.gz`)].map(
    (path) => statSync(path).mode & 0o777,
  );
  assert.deepEqual(modes, [0o755, 0o644]);
  await remove();
});

test("files of a store and its backup are their owner's alone, in an open directory and after an open umask", async (t) => {
  const { store, directory, remove } = await sqlitePlace();
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  mkdirSync(directory, { mode: 0o777 });
  const check = () => {
    for (const name of readdirSync(directory)) {
      assert.equal(statSync(join(directory, name)).mode & 0o077, 0, name);
    }
  };
  let writer = await store.openWriter();
  await writer.commit(named('first'));
  await writer.backup(join(directory, 'backup.db'));
  assert.ok(existsSync(join(directory, 'shoal.db-wal')));
  check();
  await writer.close();
  check();
  // As an earlier version made them.
  for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o666);
  chmodSync(join(directory, 'backup.db'), 0o600);
  writer = await store.openWriter();
  await writer.commit(named('second'));
  check();
  await writer.close();
  restoreBackup(join(directory, 'backup.db'), directory, NOW);
  check();
  await remove();
});
