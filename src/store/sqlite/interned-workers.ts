/**
 * Interned worker_info: thousands of tasks repeat what one worker says of itself, so the text is stored once for each
 * content. `nps` changes between tasks and is kept beside the task; its place in the text holds 0.
 */
import { hash } from 'node:crypto';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { BoundedCache } from '../../memory/bounded-cache.js';
import type { TaskWorkerInfo } from '../../model/documents.js';
import type { WorkerDescriptions } from '../port.js';
import { fromJson, toJson } from './json-text.js';

/** Entries kept in memory by the writer (about 1 KB each) and by a reader while it streams tasks. */
const MOST_CACHED = 20_000;

/** Finds or makes the number of a content; used by the one writer. */
export class WorkerInfoWrites {
  readonly #find: StatementSyncInstance;
  readonly #insert: StatementSyncInstance;
  readonly #known = new BoundedCache<string, number>(MOST_CACHED);

  constructor(db: DatabaseSyncInstance) {
    this.#find = db.prepare('SELECT info FROM worker_infos WHERE digest = ?');
    this.#insert = db.prepare('INSERT INTO worker_infos (digest, doc) VALUES (?, ?)');
  }

  /** Row number of the content of `worker`, nps apart. */
  intern(worker: TaskWorkerInfo): number {
    const text = toJson('nps' in worker ? { ...worker, nps: 0 } : worker);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const digest = hash('sha256', text, 'buffer');
    const row = this.#find.get(digest) as { info: number } | undefined;
    const info = row?.info ?? Number(this.#insert.run(digest, text).lastInsertRowid);
    this.#known.set(text, info);
    return info;
  }

  /** After a rollback: numbers given since may stand for nothing. */
  forget(): void {
    this.#known.clear();
  }
}

/** Reads contents back; parses each once as long as it is remembered. */
export class WorkerInfoReads {
  readonly #get: StatementSyncInstance;
  readonly #some: StatementSyncInstance;
  readonly #parsed = new BoundedCache<number, TaskWorkerInfo>(MOST_CACHED);

  constructor(db: DatabaseSyncInstance) {
    this.#get = db.prepare('SELECT doc FROM worker_infos WHERE info = ?');
    this.#some = db.prepare(
      'SELECT info, doc FROM worker_infos WHERE info IN (SELECT value FROM json_each(?))',
      {
        returnArrays: true,
      },
    );
  }

  /** Tells `workers` those of the numbers that it lacks: a statement for all costs a fifth of one for each. */
  describe(infos: Iterable<number>, workers: WorkerDescriptions): void {
    const unknown = new Set<number>();
    for (const info of infos) if (!workers.has(info)) unknown.add(info);
    if (unknown.size === 0) return;
    const rows = this.#some.all(JSON.stringify([...unknown])) as unknown as [number, string][];
    for (const [info, doc] of rows) workers.learn(info, fromJson(doc) as TaskWorkerInfo);
  }

  /**
   * The worker_info of a task; the arrays in it are shared with other tasks.
   * @param nps null when the stored worker_info had none
   */
  read(info: number, nps: number | null): TaskWorkerInfo {
    let shared = this.#parsed.get(info);
    if (shared === undefined) {
      const row = this.#get.get(info) as { doc: string };
      shared = fromJson(row.doc) as TaskWorkerInfo;
      this.#parsed.set(info, shared);
    }
    return nps === null ? { ...shared } : { ...shared, nps };
  }
}
