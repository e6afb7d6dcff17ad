/**
 * The tasks of live runs. A run's tasks are in chunks of 32 records, found through two levels of pages, so that task k
 * of any run is three loads away and a run grows without moving what it has.
 */
import { failpoint } from '../memory/failpoint.js';
import type { LockTable } from '../memory/locks/lock-table.js';
import type { Region } from '../memory/region.js';
import { carveRecords, type Records } from './record.js';
import { RunWord } from './run-record.js';
import type { RunTable } from './runs.js';
import { TASK_WORDS } from './task-record.js';

const CHUNK_TASKS = 32;
const PAGE_CHUNKS = 128;
const RUN_PAGES = 128;

/** Every chunk of tasks is in use: SHOAL_MAX_TASKS is too small. */
export class TasksFull extends Error {
  constructor(chunks: number) {
    super(`all ${chunks * CHUNK_TASKS} task records are in use: raise SHOAL_MAX_TASKS`);
    this.name = 'TasksFull';
  }
}

export class TaskTable {
  readonly records: Records;
  readonly #runs: RunTable;
  readonly #lock: LockTable;
  /** For each run, its pages; for each page, its chunks (0: none, so numbers start at 1). */
  readonly #pagesOfRun: Int32Array;
  readonly #chunksOfPage: Int32Array;
  /** Stacks of recycled numbers: word 0 is how many were ever taken, word 1 the stack's height, then the stack. */
  readonly #freeChunks: Int32Array;
  readonly #freePages: Int32Array;
  readonly #chunks: number;

  constructor(region: Region, runs: RunTable, maxTasks: number, lock: LockTable) {
    this.#chunks = Math.ceil(maxTasks / CHUNK_TASKS);
    const pages = Math.ceil(this.#chunks / PAGE_CHUNKS) + runs.records.count;
    this.records = carveRecords(region, 'tasks', (this.#chunks + 1) * CHUNK_TASKS, TASK_WORDS);
    this.#pagesOfRun = region.i32('task-pages-of-run', runs.records.count * RUN_PAGES);
    this.#chunksOfPage = region.i32('task-chunks-of-page', (pages + 1) * PAGE_CHUNKS);
    this.#freeChunks = region.i32('task-free-chunks', 2 + this.#chunks);
    this.#freePages = region.i32('task-free-pages', 2 + pages);
    this.#runs = runs;
    this.#lock = lock;
  }

  /** Where the task's record begins, in 32-bit words; -1 when the run has no such task. Call under the run's lock. */
  offsetOf(slot: number, taskId: number): number {
    if (!(taskId >= 0 && taskId < this.#runs.word(slot, RunWord.taskCount))) return -1;
    return this.#at(slot, taskId);
  }

  #at(slot: number, taskId: number): number {
    const chunkOfRun = Math.floor(taskId / CHUNK_TASKS);
    const page = this.#pagesOfRun[slot * RUN_PAGES + Math.floor(chunkOfRun / PAGE_CHUNKS)]!;
    const chunk = this.#chunksOfPage[page * PAGE_CHUNKS + (chunkOfRun % PAGE_CHUNKS)]!;
    return (chunk * CHUNK_TASKS + (taskId % CHUNK_TASKS)) * TASK_WORDS;
  }

  /**
   * Adds a zeroed task to the run and returns its id. Call under the run's lock. Throws TasksFull when there is no room,
   * leaving the run as it was.
   */
  append(slot: number): number {
    const taskId = this.#runs.word(slot, RunWord.taskCount);
    if (taskId % CHUNK_TASKS === 0) this.#addChunk(slot, taskId / CHUNK_TASKS);
    const offset = this.#at(slot, taskId);
    this.records.i32.fill(0, offset, offset + TASK_WORDS);
    this.#runs.setWord(slot, RunWord.taskCount, taskId + 1);
    return taskId;
  }

  /** Takes the newest task back, whose record refers to nothing. Call under the run's lock. */
  removeLast(slot: number): void {
    this.#runs.setWord(slot, RunWord.taskCount, this.#runs.word(slot, RunWord.taskCount) - 1);
  }

  /** Gives the run's chunks back. Call under the run's lock, after what its tasks refer to was freed. */
  removeAll(slot: number): void {
    this.#lock.run(0, () => {
      for (let page = slot * RUN_PAGES; page < (slot + 1) * RUN_PAGES; page++) {
        const pageNumber = this.#pagesOfRun[page]!;
        if (pageNumber === 0) break;
        failpoint?.('tasks: removing');
        const first = pageNumber * PAGE_CHUNKS;
        for (let i = first; i < first + PAGE_CHUNKS && this.#chunksOfPage[i] !== 0; i++) {
          give(this.#freeChunks, this.#chunksOfPage[i]!);
          this.#chunksOfPage[i] = 0;
        }
        give(this.#freePages, pageNumber);
        this.#pagesOfRun[page] = 0;
      }
    });
    this.#runs.setWord(slot, RunWord.taskCount, 0);
  }

  /** Whether a run can have a chunk more. May be called without any lock. */
  hasRoom(): boolean {
    const free = this.#freeChunks;
    return free[1]! > 0 || free[0]! < free.length - 2;
  }

  #addChunk(slot: number, chunkOfRun: number): void {
    const page = slot * RUN_PAGES + Math.floor(chunkOfRun / PAGE_CHUNKS);
    if (chunkOfRun >= RUN_PAGES * PAGE_CHUNKS) throw new TasksFull(this.#chunks);
    this.#lock.run(0, () => {
      if (this.#pagesOfRun[page] === 0) this.#pagesOfRun[page] = take(this.#freePages);
      const place = this.#pagesOfRun[page]! * PAGE_CHUNKS + (chunkOfRun % PAGE_CHUNKS);
      // A thread that died before it counted its new task leaves the chunk behind.
      if (this.#chunksOfPage[place] !== 0) return;
      const chunk = take(this.#freeChunks);
      if (chunk < 0) throw new TasksFull(this.#chunks);
      this.#chunksOfPage[place] = chunk;
    });
  }
}

function take(free: Int32Array): number {
  const height = free[1]!;
  if (height > 0) {
    free[1] = height - 1;
    return free[1 + height]!;
  }
  if (free[0]! === free.length - 2) return -1;
  free[0]! += 1;
  return free[0]!;
}

function give(free: Int32Array, number: number): void {
  const height = free[1]! + 1;
  free[1] = height;
  free[1 + height] = number;
}
