/**
 * The checkpoint thread: copies the write-ahead log into the database file while the writer goes on.
 *
 * It owns a connection. It waits for a commit, then for a pause, so that pages that change again and again are copied once. It ends
 * when the writer closes. Its death costs speed only: SQLite then copies the log within commits.
 */
import { workerData } from 'node:worker_threads';
import { DatabaseSync } from '@photostructure/sqlite';
import { Checkpoint, type CheckpointData, LOG_PAGES } from './checkpoint-handle.js';

/** At most so often: pages that change again and again are copied once. */
const PAUSE_MS = 200;

const { file, words } = workerData as CheckpointData;
const db = new DatabaseSync(file);
db.exec('PRAGMA synchronous = FULL');
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

while (Atomics.load(words, Checkpoint.end) === 0) {
  Atomics.wait(words, Checkpoint.committed, 0);
  Atomics.wait(words, Checkpoint.end, 0, PAUSE_MS);
  Atomics.store(words, Checkpoint.committed, 0);
  try {
    const { log } = checkpoint.get() as { log: number };
    if (log >= LOG_PAGES) Atomics.store(words, Checkpoint.copied, 1);
  } catch {
    // The disk is full or gone: the writer meets the same and says so.
  }
}
db.close();
