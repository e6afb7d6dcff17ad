/**
 * Keeps the log short. SQLite copies the log into the database file within a commit, for which all replies wait; here a thread
 * of its own copies, and the commits go on. It can never copy all, since they do: so the writer copies what came meanwhile,
 * which is little, after which the log begins anew. Should the thread fail, SQLite's own way keeps the log within bounds.
 */
import { Worker } from 'node:worker_threads';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';

/** The log begins anew when it has this many pages of 4 KiB. */
export const LOG_PAGES = 4_000;
/** A log of so many pages is copied within the commit, whatever became of the thread. */
export const MOST_LOG_PAGES = 5 * LOG_PAGES;

/** Words that the writer shares with the thread. */
export const Checkpoint = {
  /** There was a commit since the thread copied last. */
  committed: 0,
  /** Nearly all of a long log is copied: it is the writer's turn. */
  copied: 1,
  end: 2,
} as const;

export interface CheckpointData {
  file: string;
  words: Int32Array;
}

export class CheckpointHandle {
  readonly #words = new Int32Array(new SharedArrayBuffer(4 * Object.keys(Checkpoint).length));
  readonly #thread: Worker;
  readonly #ended: Promise<void>;
  readonly #rest: StatementSyncInstance;

  /** @param db the writer's connection to `file` */
  constructor(db: DatabaseSyncInstance, file: string) {
    this.#rest = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    const workerData: CheckpointData = { file, words: this.#words };
    const thread = new Worker(new URL('./checkpoint-thread.js', import.meta.url), { workerData });
    this.#thread = thread;
    // A writer that nobody closes keeps no program from ending.
    thread.unref();
    // Without it the log is copied within commits.
    thread.on('error', () => {});
    this.#ended = new Promise((resolve) => thread.once('exit', () => resolve()));
  }

  /** Call after each commit. */
  committed(): void {
    const words = this.#words;
    if (Atomics.exchange(words, Checkpoint.committed, 1) === 0) Atomics.notify(words, Checkpoint.committed);
    if (Atomics.exchange(words, Checkpoint.copied, 0) === 0) return;
    try {
      this.#rest.get();
    } catch {
      // The batch is in the log, which stays longer: nothing of it is lost.
    }
  }

  /** Resolves when the thread has closed its connection. */
  end(): Promise<void> {
    this.#thread.ref();
    Atomics.store(this.#words, Checkpoint.end, 1);
    Atomics.store(this.#words, Checkpoint.committed, 1);
    Atomics.notify(this.#words, Checkpoint.committed);
    Atomics.notify(this.#words, Checkpoint.end);
    return this.#ended;
  }
}
