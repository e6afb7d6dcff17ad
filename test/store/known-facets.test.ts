/** What is remembered of finished runs is forgotten with each change, also by a reader that has not looked for a long time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectReader, connectWriter } from '../../src/store/sqlite/connection.js';
import { KnownFacets } from '../../src/store/sqlite/known-facets.js';
import { registerSearchWords } from '../../src/store/sqlite/search-words.js';
import { batch, change, runHead } from './documents.js';
import { sqlitePlace } from './sqlite-place.js';

test('a run that changed is read again, and all are where changes were missed', async () => {
  const { store, file, remove } = await sqlitePlace();
  const writer = await store.openWriter();
  const heads = [1, 2].map((i) => runHead(i, { finished: true }));
  await writer.commit(batch({ runs: heads.map((head) => change(head._id, { insert: head })) }));
  await writer.close();
  const [reads, writes] = [connectReader(file), connectWriter(file)];
  registerSearchWords(writes);
  const known = new KnownFacets(reads);
  const read: number[] = [];
  const ask = () => {
    read.length = 0;
    known.refresh();
    for (const run of [1, 2]) {
      known.of(run, (row) => {
        read.push(row);
        return heads[row - 1];
      });
    }
    return read;
  };
  assert.deepEqual(ask(), [1, 2]);
  assert.deepEqual(ask(), []);
  writes.exec('UPDATE runs SET last_updated = last_updated + 1 WHERE run = 2');
  assert.deepEqual(ask(), [2]);
  // Once more the changes are pruned, and the last one that is known is gone.
  writes.exec('UPDATE runs SET last_updated = last_updated + 1 WHERE run = 2');
  writes.exec('BEGIN');
  const touch = writes.prepare('UPDATE runs SET last_updated = last_updated + 1 WHERE run = 1');
  for (let i = 0; i < 10_100; i++) touch.run();
  writes.exec('COMMIT');
  const { changes } = writes.prepare('SELECT count(*) AS changes FROM run_changes').get() as {
    changes: number;
  };
  assert.equal(changes, 10_000);
  assert.deepEqual(ask(), [1, 2]);
  assert.deepEqual(ask(), []);
  reads.close();
  writes.close();
  await remove();
});

test('a run that is not finished notes no change', async () => {
  const { store, file, remove } = await sqlitePlace();
  const writer = await store.openWriter();
  await writer.commit(batch({ runs: [change(runHead(1)._id, { insert: runHead(1, { finished: false }) })] }));
  await writer.close();
  const db = connectWriter(file);
  registerSearchWords(db);
  db.exec('UPDATE runs SET last_updated = last_updated + 1');
  assert.deepEqual(
    (db.prepare('SELECT run FROM run_changes').all() as { run: number }[]).map(({ run }) => run),
    [0],
  );
  db.exec('UPDATE runs SET finished = 1');
  assert.equal(db.prepare('SELECT run FROM run_changes').all().length, 2);
  db.close();
  await remove();
});
