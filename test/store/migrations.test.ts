/** The database file is brought to the program's version, and one that is not ours is left alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import { connectWriter } from '../../src/store/sqlite/connection.js';
import { MIGRATIONS, migrate } from '../../src/store/sqlite/migrations.js';
import { batch, user } from './documents.js';
import { sqlitePlace } from './sqlite-place.js';

const LATER = 'ALTER TABLE users ADD COLUMN seen REAL; CREATE INDEX users_seen ON users (seen);';

test('an empty file gets every version, an older one only what it lacks', async () => {
  const { store, file, remove } = await sqlitePlace();
  const writer = await store.openWriter();
  await writer.commit(batch({ users: [user('alice')] }));
  await writer.close();

  const db = connectWriter(file);
  assert.equal(migrate(db), MIGRATIONS.length);
  assert.equal(migrate(db, [...MIGRATIONS, LATER]), MIGRATIONS.length);
  assert.equal(migrate(db, [...MIGRATIONS, LATER]), MIGRATIONS.length + 1);
  assert.deepEqual(
    { ...db.prepare('SELECT username, seen FROM users').get() },
    { username: 'alice', seen: null },
  );
  db.close();

  // Now the file is newer than the program.
  for (const open of [store.openWriter(), store.openReader()]) {
    await assert.rejects(open, {
      code: 'version',
      message: new RegExp(
        `schema version ${MIGRATIONS.length + 1}.* up to ${MIGRATIONS.length}.*newer program`,
      ),
    });
  }
  await remove();
});

test('a migration that fails leaves the version before it', async () => {
  const { store, file, remove } = await sqlitePlace();
  await (await store.openWriter()).close();
  const db = connectWriter(file);
  const broken = 'CREATE TABLE half (a); CREATE TABLE users (b);';
  assert.throws(() => migrate(db, [...MIGRATIONS, broken]), /users already exists/);
  assert.equal(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get(), undefined);
  assert.equal(migrate(db), MIGRATIONS.length);
  db.close();
  await remove();
});

test("another program's database is refused and not touched", async () => {
  const { store, file, remove } = await sqlitePlace();
  await (await store.openWriter()).close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA application_id = 7');
  db.close();
  await assert.rejects(store.openWriter(), { code: 'version', message: /another program/ });
  await assert.rejects(store.openReader(), { code: 'version', message: /another program/ });
  await remove();
});

test('a reader before the first writer says what to do', async () => {
  const { store, remove } = await sqlitePlace();
  await assert.rejects(store.openReader(), { code: 'missing', message: /start the server once/ });
  await remove();
});
