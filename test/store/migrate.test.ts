/** A store is copied whole into one of another kind and back, also when the copy was interrupted. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Db, ObjectId } from 'mongodb';
import type { Keyed } from '../../src/model/documents.js';
import type { WriteBatch } from '../../src/state/write-batch.js';
import { migrateStore } from '../../src/store/migrate-store.js';
import type { Reader, Store } from '../../src/store/port.js';
import { WriterLock } from '../../src/store/sqlite/writer-lock.js';
import { action, badTask, batch, change, collect, idOf, newTask, runHead, START, user } from './documents.js';
import { mongodbPlace, withoutMongodb } from './mongodb-place.js';
import { sqlitePlace } from './sqlite-place.js';
import type { StorePlace } from './store-place.js';

const MESSAGE = 'slow';

/** With a key of a fishtest database, which has the time of a network's upload. */
function keyed<T extends object>(n: number, record: T): Keyed<T> {
  return { _id: `65a1b2c3${String(n).padStart(16, '0')}`, ...record };
}

function filling(): WriteBatch {
  const old = { ...newTask(2), extra: { old: { list: [1] } } };
  const deleted = runHead(3, { finished: true, deleted: true });
  return batch({
    runs: [
      change(idOf(1), {
        insert: runHead(1),
        tasks: [newTask(0), newTask(1), old],
        badTasks: [badTask(1, 2.5)],
      }),
      change(idOf(2), { insert: runHead(2, { finished: true }), tasks: [newTask(0)] }),
      change(idOf(3), { insert: deleted }),
    ],
    actions: Array.from({ length: 700 }, (_, i) => action(i, { run_id: idOf(1 + (i % 3)) })),
    pgns: [0, 1, 11].map((n) =>
      keyed(20 + n, { run_id: `${idOf(1)}-${n}`, pgn_zip: Uint8Array.of(31, 139, n), size: 3 }),
    ),
    users: [keyed(1, user('alice')), keyed(2, user('bob'))],
    workers: [true, false].map((blocked, i) =>
      keyed(3 + i, { worker_name: `alice-${i}cores-abc`, blocked, message: MESSAGE, last_updated: START }),
    ),
    nets: [keyed(5, { name: 'nn-0123456789ab.nnue', user: 'alice', downloads: 5 })],
    keyValues: [{ key: 'worker_runs', value: { x: { last_run: idOf(1) } } }],
    contributors: [{ username: 'alice', cpuHours: 1234.5 }],
    siteRecords: [KEY, USE, NOTE, FOLLOW, SEARCH, LIKES, SESSION, LINK].map((record) => ({
      write: 'put',
      record,
    })),
  });
}

const owned = { owner: 'alice', expires: 0 };
const KEY = {
  kind: 'workerKey',
  key: 'k1',
  ...owned,
  doc: { name: 'lab', made: START, hint: 'sht_ab' },
} as const;
const USE = { kind: 'workerKeyUse', key: 'k1', ...owned, doc: { usedAt: START } } as const;
const NOTE = { kind: 'signupNote', key: 'bob', ...owned, doc: { made: START, note: 'no puzzle' } } as const;
const FOLLOW = { kind: 'follow', key: 'f1', ...owned, doc: { runId: 'a', tag: 't', made: START } } as const;
const SEARCH = {
  kind: 'savedSearch',
  key: 'alice LTC',
  ...owned,
  doc: { name: 'LTC', query: 'mode=search', made: START },
} as const;
const LIKES = { kind: 'preferences', key: 'alice', ...owned, doc: { followsOwn: false } } as const;
const SESSION = {
  kind: 'session',
  key: 's1',
  owner: 'alice',
  expires: Date.now() + 1e9,
  doc: { made: START, seen: START, remember: true, csrfToken: 'c', flashes: [], browser: '' },
} as const;
const LINK = {
  kind: 'resetLink',
  key: 'r1',
  owner: 'bob',
  expires: Date.now() + 1e9,
  doc: { made: START, by: 'x' },
} as const;

/** Everything a reader and an inventory find. */
async function contents(store: Store): Promise<unknown> {
  const [reader, exportReader] = [await store.openReader(), await store.openExportReader()];
  const ids = await collect(exportReader.runIds());
  const all = {
    runs: await Promise.all(ids.map((id) => runOf(reader, id))),
    actions: await collect(reader.actionLog()),
    pgns: await Promise.all(
      (await collect(exportReader.pgnRunIds())).map((id) => collect(exportReader.pgns(id))),
    ),
    users: (await collect(exportReader.users())).sort((a, b) => (a.username < b.username ? -1 : 1)),
    workers: (await collect(exportReader.workers())).sort((a, b) => (a.worker_name < b.worker_name ? -1 : 1)),
    nets: await collect(exportReader.nets()),
    workerRuns: await reader.keyValue('worker_runs'),
    contributors: await collect(exportReader.contributors()),
    siteRecords: (await collect(exportReader.siteRecords())).filter(({ kind }) => !/session|Link/.test(kind)),
  };
  await exportReader.close();
  await reader.close();
  return all;
}

async function runOf(reader: Reader, id: string): Promise<unknown> {
  return [await reader.run(id), await collect(reader.tasks(id)), await reader.badTasks(id)];
}

async function filled(): Promise<StorePlace> {
  const place = await sqlitePlace();
  const writer = await place.store.openWriter();
  await writer.commit(filling());
  await writer.close();
  return place;
}

/** A store whose writer fails at the given commit. */
function failing(store: Store, at: number): Store {
  return {
    openReader: () => store.openReader(),
    openUploader: () => store.openUploader(),
    openExportReader: () => store.openExportReader(),
    openSource: () => store.openSource(),
    async openWriter() {
      const writer = await store.openWriter();
      let commits = 0;
      return {
        epoch: writer.epoch,
        commit: (batch) => (++commits < at ? writer.commit(batch) : Promise.reject(new Error('interrupted'))),
        countDownload: (name) => writer.countDownload(name),
        backup: (file) => writer.backup(file),
        close: () => writer.close(),
      };
    },
  };
}

test('a record that is written without its key keeps it', async () => {
  const { store, remove } = await filled();
  const writer = await store.openWriter();
  const net = { name: 'nn-0123456789ab.nnue', user: 'alice', downloads: 6 };
  const pgn = { run_id: `${idOf(1)}-1`, pgn_zip: Uint8Array.of(1, 2), size: 2 };
  await writer.commit(batch({ nets: [net], pgns: [pgn] }));
  await writer.close();
  const reader = await store.openReader();
  assert.deepEqual(await reader.net(net.name), net);
  await reader.close();
  const exportReader = await store.openExportReader();
  assert.deepEqual(await collect(exportReader.nets()), [keyed(5, net)]);
  assert.deepEqual((await collect(exportReader.pgns(idOf(1))))[1], keyed(21, pgn));
  await exportReader.close();
  await remove();
});

async function copiesWhole(makeTarget: () => Promise<StorePlace>): Promise<void> {
  const [source, target, back] = [await filled(), await makeTarget(), await sqlitePlace()];
  try {
    const expected = await contents(source.store);
    for (const at of [1, 4, 7, 9]) {
      const interrupted = migrateStore(source.store, failing(target.store, at), { name: 'source' });
      await assert.rejects(interrupted, /interrupted/);
    }
    const parts = new Map<string, number[]>();
    const counts = await migrateStore(source.store, target.store, {
      name: 'source',
      onProgress: (part, done, total) => parts.set(part, [done, total]),
    });
    assert.deepEqual(await contents(target.store), expected);
    const copied = await target.store.openExportReader();
    assert.deepEqual(await collect(copied.siteRecords()), [FOLLOW, LIKES, SEARCH, NOTE, KEY, USE]);
    await copied.close();
    assert.equal(counts.workerKeys, 1);
    assert.equal(counts.actions, 700);
    assert.equal(counts.keyValues, 1);
    assert.deepEqual(parts.get('runs'), [3, 3]);
    assert.deepEqual(parts.get('pgns'), [3, 3]);

    await migrateStore(target.store, back.store, { name: 'there' });
    assert.deepEqual(await contents(back.store), expected);
    await assert.rejects(migrateStore(source.store, back.store, { name: 'source' }), { code: 'exists' });
  } finally {
    for (const place of [source, target, back]) await place.remove();
  }
}

test('an embedded store is copied into another', () => copiesWhole(sqlitePlace));

test('an embedded store is copied into MongoDB and back', { skip: withoutMongodb }, () =>
  copiesWhole(() => mongodbPlace()),
);

test('an embedded store that is copied stays as it is, byte by byte, and has no writer meanwhile', async () => {
  const [source, target] = [await sqlitePlace(), await sqlitePlace()];
  const writer = await source.store.openWriter();
  await writer.commit(filling());
  await assert.rejects(migrateStore(source.store, target.store, { name: 'x' }), { code: 'in-use' });
  await writer.close();
  const before = filesOf(source.directory);
  let isTried = false;
  await migrateStore(source.store, target.store, {
    name: 'x',
    onProgress: () => {
      if (isTried) return;
      isTried = true;
      assert.throws(() => WriterLock.take(source.directory), { code: 'in-use' });
    },
  });
  assert.equal(isTried, true);
  assert.deepEqual(filesOf(source.directory), before);
  await (await source.store.openWriter()).close();
  for (const place of [source, target]) await place.remove();
});

test('a fishtest database that is copied stays as it is: no lease, no index, no collection', {
  skip: withoutMongodb,
}, async () => {
  const [source, target] = [await mongodbPlace(), await sqlitePlace()];
  const run = { _id: new ObjectId(), args: { username: 'alice' }, tasks: [], finished: true, deleted: false };
  await source.db.collection<object>('runs').insertOne(run);
  await source.db.collection('users').insertOne({ username: 'alice', password: 'secret' });
  const before = await databaseOf(source.db);
  await migrateStore(source.store, target.store, { name: 'x' });
  assert.deepEqual(await databaseOf(source.db), before);
  for (const place of [source, target]) await place.remove();
});

test('a database with a living writer, or with changes in its log alone, is no source', {
  skip: withoutMongodb,
}, async () => {
  const [source, target] = [await mongodbPlace(), await sqlitePlace()];
  const writer = await source.store.openWriter();
  await assert.rejects(migrateStore(source.store, target.store, { name: 'x' }), { code: 'in-use' });
  await writer.close();
  const leases = source.db.collection<{ _id: string; updates: string; beats: number }>('shoal');
  const { updates } = (await leases.findOne({ _id: 'primary' }))!;
  const entries = source.db.collection<{ _id: string }>('shoal_updates');
  await entries.insertOne({ _id: `${updates}-000000000000` });
  await assert.rejects(migrateStore(source.store, target.store, { name: 'x' }), { code: 'unclean' });
  await entries.deleteMany({});
  const opened = await source.store.openSource();
  await opened.assertUnchanged();
  await leases.updateOne({ _id: 'primary' }, { $inc: { beats: 1 } });
  await assert.rejects(opened.assertUnchanged(), { code: 'in-use' });
  await opened.close();
  for (const place of [source, target]) await place.remove();
});

/** Every file of a directory with its bytes. */
function filesOf(directory: string): [name: string, hash: string][] {
  return readdirSync(directory)
    .sort()
    .map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(directory, name)))
        .digest('hex'),
    ]);
}

/** Collections, indexes and documents. */
async function databaseOf(db: Db): Promise<unknown> {
  const collections = await db.collections();
  const all = collections.map(async (collection) => [
    collection.collectionName,
    await collection.indexes(),
    await collection.find().toArray(),
  ]);
  return (await Promise.all(all)).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

test('a store that is not there is no source', async () => {
  const [missing, target] = [await sqlitePlace(), await sqlitePlace()];
  await assert.rejects(migrateStore(missing.store, target.store, { name: 'x' }), { code: 'missing' });
  await assert.rejects(target.store.openReader(), { code: 'missing' });
  for (const place of [missing, target]) await place.remove();
});
