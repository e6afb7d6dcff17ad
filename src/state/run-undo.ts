/**
 * What a run and a task looked like before a thread changed them, kept in shared memory while the thread holds the run's
 * lock: whoever mends a dead thread's locks puts them back. Only threads that can die alone keep it: those of the pool.
 *
 * A section that goes on to another task makes what it did so far final: such a section stops or purges a run, and its
 * rest is done again instead (`stopping`). What a section frees is freed when it ends, so that putting back is possible.
 */
import type { Sections } from '../memory/locks/lock-table.js';
import { MAX_THREADS } from '../memory/locks/thread-row.js';
import type { Threads } from '../memory/locks/threads.js';
import type { Region } from '../memory/region.js';
import type { Records } from './record.js';
import { ORDER_WORDS } from './run-order.js';
import { RUN_WORDS } from './run-record.js';
import type { RunTable } from './runs.js';
import { TASK_WORDS } from './task-record.js';

const ROW = 256;
/** Words of a thread's row. All but the images are 0 when there is nothing to say. */
export const SectionWord = {
  /** Slot of the run that is being changed, + 1. */
  run: 0,
  /** Number of the task whose image is kept, + 1. */
  task: 1,
  /** What has been added to the connections of the task's address: 1, or -1. */
  connections: 2,
  /** 1: the run is being stopped; 2: and a part of that is final. */
  stopping: 3,
  /** A task that was given out but not noted with its worker yet: slot + 1, generation, number, worker. */
  given: 4,
  /** What the scheduler orders the run by. */
  orderImage: 8,
  taskImage: 16,
  runImage: 64,
} as const;

export class RunSections implements Sections {
  readonly words: Int32Array;
  readonly #threads: Threads;
  readonly #runs: RunTable;
  readonly #tasks: Records;
  #later: (() => void)[] = [];
  /** Where this thread's row begins; 0, the row of no thread, while it keeps nothing. */
  #at = 0;
  /** The word that says what this thread has added to the connections of its task's address. */
  connectionsAt: number = SectionWord.connections;

  constructor(region: Region, threads: Threads, runs: RunTable, tasks: Records) {
    this.words = region.i32('run-sections', ROW * (MAX_THREADS + 1));
    this.#threads = threads;
    this.#runs = runs;
    this.#tasks = tasks;
  }

  /** From now on this thread keeps what it changes. */
  keep(): void {
    this.#at = this.rowOf(this.#threads.self());
    this.connectionsAt = this.#at + SectionWord.connections;
    this.words.fill(0, this.#at, this.#at + ROW);
  }

  /** Nothing that the thread in `slot` kept is needed any more. */
  forget(slot: number): void {
    this.words.fill(0, this.rowOf(slot), this.rowOf(slot) + SectionWord.taskImage);
  }

  /** Where the row of the thread in `slot` begins. */
  rowOf(slot: number): number {
    return slot * ROW;
  }

  enter(run: number): void {
    const { words } = this;
    words[this.#at + SectionWord.task] = 0;
    words[this.#at + SectionWord.connections] = 0;
    words[this.#at + SectionWord.stopping] = 0;
    this.#copyRun(run, this.#at);
    words[this.#at + SectionWord.run] = run + 1;
  }

  leave(): void {
    this.words[this.#at + SectionWord.run] = 0;
    if (this.#later.length === 0) return;
    const later = this.#later;
    this.#later = [];
    for (const act of later) act();
  }

  /** Call before a task that exists is changed. @param at where its record begins. */
  touch(taskId: number, at: number): void {
    if (this.#at === 0) return;
    const { words } = this;
    const row = this.#at;
    const run = words[row + SectionWord.run]!;
    const kept = words[row + SectionWord.task]!;
    if (run === 0 || kept === taskId + 1) return;
    if (kept !== 0) {
      words[row + SectionWord.run] = 0;
      if (words[row + SectionWord.stopping] !== 0) words[row + SectionWord.stopping] = 2;
      words[row + SectionWord.connections] = 0;
      this.#copyRun(run - 1, row);
    }
    copy(this.#tasks.i32, at, words, row + SectionWord.taskImage, TASK_WORDS);
    words[row + SectionWord.task] = taskId + 1;
    words[row + SectionWord.run] = run;
  }

  /** The run is about to be stopped, which goes through all its tasks. */
  stopping(): void {
    if (this.#at !== 0) this.words[this.#at + SectionWord.stopping] = 1;
  }

  /** Does something when the section ends, or at once when this thread keeps nothing. */
  later(act: () => void): void {
    if (this.#at === 0 || this.words[this.#at + SectionWord.run] === 0) act();
    else this.#later.push(act);
  }

  /** Whether what is changed in place must be changed in a copy. */
  get keeps(): boolean {
    return this.#at !== 0;
  }

  /** Notes a task that the run's section made and that its worker does not have yet; undefined: it has it now. */
  given(task: { slot: number; generation: number; taskId: number; worker: number } | undefined): void {
    if (this.#at === 0) return;
    const at = this.#at + SectionWord.given;
    if (task === undefined) {
      this.words[at] = 0;
      return;
    }
    this.words[at + 1] = task.generation;
    this.words[at + 2] = task.taskId;
    this.words[at + 3] = task.worker;
    this.words[at] = task.slot + 1;
  }

  #copyRun(run: number, row: number): void {
    const { records, order } = this.#runs;
    copy(records.i32, run * RUN_WORDS, this.words, row + SectionWord.runImage, RUN_WORDS);
    copy(order.records.i32, run * ORDER_WORDS, this.words, row + SectionWord.orderImage, ORDER_WORDS);
  }
}

function copy(from: Int32Array, start: number, to: Int32Array, at: number, words: number): void {
  for (let i = 0; i < words; i++) to[at + i] = from[start + i]!;
}
