/** The log is copied into the database while batches are committed, and begins anew. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CheckpointHandle, LOG_PAGES, MOST_LOG_PAGES } from '../../src/store/sqlite/checkpoint-handle.js';
import { connectWriter } from '../../src/store/sqlite/connection.js';
import { batch, change, newTask, runHead, taskUpdate } from './documents.js';
import { sqlitePlace } from './sqlite-place.js';

/** A page of 4 KiB and its header. */
const LOGGED_PAGE = 4096 + 24;
const TASKS = 10_000;
/** Every so many-th task is changed in a batch: that touches all pages of tasks. */
const STEP = 10;

test('a log that commits lengthen without end stays far below what would be copied within a commit', async (t) => {
  const { store, file, remove } = await sqlitePlace();
  const writer = await store.openWriter();
  const head = runHead(1);
  const tasks = Array.from({ length: TASKS }, (_, i) => newTask(i));
  await writer.commit(batch({ runs: [change(head._id, { insert: head, tasks })] }));
  const pages = () => statSync(`${file}-wal`).size / LOGGED_PAGE;
  const first = pages();
  let wins = 0;
  let longest = 0;
  let atOnce = 0;
  // As many pages as would be copied within a commit, were there no thread, and some more.
  for (let written = first; written < 1.2 * MOST_LOG_PAGES; written += atOnce) {
    wins++;
    const updates = Array.from({ length: TASKS / STEP }, (_, i) => taskUpdate(i * STEP, wins));
    await writer.commit(batch({ runs: [change(head._id, { tasks: updates })] }));
    if (wins === 1) atOnce = pages() - first;
    longest = Math.max(longest, pages());
    await sleep(10);
  }
  t.diagnostic(`${atOnce.toFixed(0)} pages a batch, ${wins} batches, at most ${longest.toFixed(0)} pages`);
  assert.ok(longest < MOST_LOG_PAGES / 2, `${longest} pages, where ${LOG_PAGES} are enough to begin anew`);
  await writer.close();

  const reader = await store.openReader();
  assert.equal((await reader.task(head._id, TASKS - STEP))?.stats?.wins, wins);
  await reader.close();
  await remove();
});

test('a log stays within bounds when the thread has died', async (t) => {
  const { store, file, remove } = await sqlitePlace();
  await (await store.openWriter()).close();
  const db = connectWriter(file);
  // The thread finds no file there, and ends.
  const checkpoints = new CheckpointHandle(db, `${file}/nowhere`);
  db.exec('CREATE TABLE filler (page BLOB)');
  const insert = db.prepare(`
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000)
    INSERT INTO filler SELECT zeroblob(4000) FROM number
  `);
  let longest = 0;
  for (let written = 0; written < 1.5 * MOST_LOG_PAGES; written += 1000) {
    insert.run();
    checkpoints.committed();
    longest = Math.max(longest, statSync(`${file}-wal`).size / LOGGED_PAGE);
  }
  t.diagnostic(`at most ${longest.toFixed(0)} pages`);
  assert.ok(longest >= MOST_LOG_PAGES, 'the thread lives: it copied the log');
  assert.ok(longest < 1.2 * MOST_LOG_PAGES, `${longest} pages`);
  await checkpoints.end();
  db.close();
  await remove();
});
