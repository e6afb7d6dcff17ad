/**
 * What the scheduler remembers of each worker, by short name: its latest task, which runs it has seen, and whether it is
 * blocked. All of it is guarded by the request-task mutex (docs/spec/scheduling.md §1, wtt_map and worker_runs).
 */
import type { KeyedTable } from '../memory/tables/keyed-table.js';
import type { Slab } from '../memory/tables/slab.js';
import { layOut } from './record-layout.js';

const WORKER = layOut(
  'worker',
  {
    words: {
      taskRun: 1,
      taskGeneration: 1,
      taskId: 1,
      /** The id of the run of the latest assignment. */
      lastRun: 3,
      /** Blob: the ids of the runs that the worker has had. */
      seen: 1,
      blocked: 1,
      /** Blob. */
      message: 1,
    },
    floats: { blockedAt: 1 },
  },
  12,
);
const Word = WORKER.word;

/** Payload words of a worker. */
export const WORKER_WORDS = WORKER.row;

/** A reference to a task: the slot and generation of its run, and its number. */
export interface TaskReference {
  slot: number;
  generation: number;
  taskId: number;
}

export interface BlockEntry {
  message: string;
  blocked: boolean;
}

export class Workers {
  readonly table: KeyedTable;
  readonly #slab: Slab;

  constructor(table: KeyedTable, slab: Slab) {
    this.table = table;
    this.#slab = slab;
  }

  /** The worker's record, made when it is new. */
  record(name: string): number {
    return this.table.findOrAdd(name);
  }

  task(record: number): TaskReference | undefined {
    const offset = this.table.at(record);
    const { i32 } = this.table;
    if (i32[offset + Word.taskRun] === 0) return undefined;
    return {
      slot: i32[offset + Word.taskRun]! - 1,
      generation: i32[offset + Word.taskGeneration]!,
      taskId: i32[offset + Word.taskId]!,
    };
  }

  setTask(record: number, task: TaskReference | undefined): void {
    const offset = this.table.at(record);
    this.table.i32[offset + Word.taskRun] = task === undefined ? 0 : task.slot + 1;
    this.table.i32[offset + Word.taskGeneration] = task?.generation ?? 0;
    this.table.i32[offset + Word.taskId] = task?.taskId ?? 0;
  }

  /** The id of the run of the worker's last assignment as three words, all zero when there was none. */
  lastRunWords(record: number): Int32Array {
    const offset = this.table.at(record) + Word.lastRun;
    return this.table.i32.subarray(offset, offset + 3);
  }

  lastRun(record: number): string | undefined {
    const offset = this.table.at(record) + Word.lastRun;
    const words = this.table.i32.slice(offset, offset + 3);
    return words.every((word) => word === 0) ? undefined : idText(words);
  }

  hasSeen(record: number, runId: Int32Array): boolean {
    const seen = this.#seen(record);
    for (let i = 0; i < seen.length; i += 3) {
      if (seen[i] === runId[0] && seen[i + 1] === runId[1] && seen[i + 2] === runId[2]) return true;
    }
    return false;
  }

  /** The runs that the worker has seen, oldest first. */
  seenRuns(record: number): string[] {
    const seen = this.#seen(record);
    const ids: string[] = [];
    for (let i = 0; i < seen.length; i += 3) ids.push(idText(seen.subarray(i, i + 3)));
    return ids;
  }

  /** Records that the worker has got a task of this run. */
  recordAssignment(record: number, runId: Int32Array): void {
    this.table.i32.set(runId, this.table.at(record) + Word.lastRun);
    if (this.hasSeen(record, runId)) return;
    const seen = this.#seen(record);
    const longer = new Int32Array(seen.length + 3);
    longer.set(seen);
    longer.set(runId, seen.length);
    this.#setSeen(record, longer);
  }

  /** Replaces what is known of the worker's runs. */
  setRuns(record: number, lastRun: string | undefined, seen: readonly string[]): void {
    this.table.i32.set(
      lastRun === undefined ? [0, 0, 0] : idWords(lastRun),
      this.table.at(record) + Word.lastRun,
    );
    this.#setSeen(record, Int32Array.from(seen.flatMap((id) => [...idWords(id)])));
  }

  block(record: number): BlockEntry | undefined {
    const offset = this.table.at(record);
    const message = this.table.i32[offset + Word.message]! >>> 0;
    if (message === 0) return undefined;
    return {
      blocked: this.table.i32[offset + Word.blocked] === 1,
      message: this.#slab.getValue(message) as string,
    };
  }

  isBlocked(record: number): boolean {
    return this.table.i32[this.table.at(record) + Word.blocked] === 1;
  }

  setBlock(record: number, blocked: boolean, message: string, now: number): void {
    const offset = this.table.at(record);
    const old = this.table.i32[offset + Word.message]! >>> 0;
    this.table.i32[offset + Word.message] = this.#slab.putValue(message);
    this.table.i32[offset + Word.blocked] = blocked ? 1 : 0;
    this.table.f64[offset / 2 + WORKER.float.blockedAt] = now;
    if (old !== 0) this.#slab.free(old);
  }

  blockedAt(record: number): number {
    return this.table.f64[this.table.at(record) / 2 + WORKER.float.blockedAt]!;
  }

  /** Forgets a worker of which nothing is worth remembering; returns whether it did. */
  forgetIfIdle(record: number): boolean {
    const offset = this.table.at(record);
    const { i32 } = this.table;
    if (i32[offset + Word.taskRun] !== 0 || i32[offset + Word.seen] !== 0 || i32[offset + Word.message] !== 0)
      return false;
    if (i32[offset + Word.lastRun] !== 0 || i32[offset + Word.lastRun + 1] !== 0) return false;
    return this.table.remove(this.table.key(record));
  }

  #seen(record: number): Int32Array {
    const handle = this.table.i32[this.table.at(record) + Word.seen]! >>> 0;
    if (handle === 0) return new Int32Array(0);
    const bytes = this.#slab.copy(handle);
    return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  }

  #setSeen(record: number, seen: Int32Array): void {
    const offset = this.table.at(record) + Word.seen;
    const old = this.table.i32[offset]! >>> 0;
    this.table.i32[offset] =
      seen.length === 0 ? 0 : this.#slab.put(new Uint8Array(seen.buffer, seen.byteOffset, seen.byteLength));
    if (old !== 0) this.#slab.free(old);
  }
}

/** A run's id as three words, as the run table keeps it. */
export function idWords(runId: string): Int32Array {
  return Int32Array.of(
    Number.parseInt(runId.slice(0, 8), 16),
    Number.parseInt(runId.slice(8, 16), 16),
    Number.parseInt(runId.slice(16, 24), 16),
  );
}

function idText(words: Int32Array): string {
  return [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
