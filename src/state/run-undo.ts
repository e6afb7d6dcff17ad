/**
 * The undo log: images of a run and a task from before a thread changed them, in shared memory while the thread holds the
 * run's lock. Whoever repairs a dead thread's locks rolls back to them. Only threads that can die alone record: those of the pool.
 *
 * A thread that turns to another task under the same lock makes its changes so far final: it stops or purges a run, whose
 * rest is repeated instead (`stopping`). What it frees is freed at the release: a rollback still needs the old block.
 */
import type { UndoRecorder } from '../memory/locks/lock-table.js';
import { MAX_THREADS } from '../memory/locks/thread-row.js';
import type { Threads } from '../memory/locks/threads.js';
import type { Region } from '../memory/region.js';
import type { Records } from './record.js';
import { layOut } from './record-layout.js';
import { ORDER, ORDER_WORDS } from './run-order.js';
import { RUN, RUN_WORDS } from './run-record.js';
import type { RunTable } from './runs.js';
import { TASK } from './task-record.js';

/** A thread's row. All but the images are 0 when there is nothing to say. */
const UNDO = layOut('thread in the undo log', {
  words: {
    /** Slot of the run that is being changed, + 1. */
    run: 1,
    /** Number of the task whose image is saved, + 1. */
    task: 1,
    /** What has been added to the connections of the task's address: 1, or -1. */
    connections: 1,
    /** 1: the run is being stopped; 2: and a part of that is final. */
    stopping: 1,
    /** Assignment intent, of a task that its worker does not have yet: slot + 1, generation, number, worker. */
    assignment: 4,
    /** What the scheduler orders the run by. */
    orderImage: ORDER.used,
    taskImage: TASK.used,
    runImage: RUN.used,
  },
});

export const UndoWord = UNDO.word;
const ROW = UNDO.row;

export class UndoLog implements UndoRecorder {
  readonly words: Int32Array;
  readonly #threads: Threads;
  readonly #runs: RunTable;
  readonly #tasks: Records;
  #deferred: (() => void)[] = [];
  /** Where this thread's row begins; 0, the row of no thread, while it does not record. */
  #offset = 0;
  /** The word that says what this thread has added to the connections of its task's address. */
  connectionsOffset: number = UndoWord.connections;

  constructor(region: Region, threads: Threads, runs: RunTable, tasks: Records) {
    this.words = region.i32('undo-log', ROW * (MAX_THREADS + 1));
    this.#threads = threads;
    this.#runs = runs;
    this.#tasks = tasks;
  }

  /** From now on this thread records before-images of what it changes. */
  startRecording(): void {
    this.#offset = this.rowOf(this.#threads.self());
    this.connectionsOffset = this.#offset + UndoWord.connections;
    this.words.fill(0, this.#offset, this.#offset + ROW);
  }

  /** Nothing that the thread in `slot` recorded is needed any more. */
  forget(slot: number): void {
    this.words.fill(0, this.rowOf(slot), this.rowOf(slot) + UndoWord.orderImage);
  }

  /** Where the row of the thread in `slot` begins. */
  rowOf(slot: number): number {
    return slot * ROW;
  }

  enter(run: number): void {
    const { words } = this;
    words[this.#offset + UndoWord.task] = 0;
    words[this.#offset + UndoWord.connections] = 0;
    words[this.#offset + UndoWord.stopping] = 0;
    this.#copyRun(run, this.#offset);
    words[this.#offset + UndoWord.run] = run + 1;
  }

  leave(): void {
    this.words[this.#offset + UndoWord.run] = 0;
    if (this.#deferred.length === 0) return;
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const act of deferred) act();
  }

  /** Call before a task that exists is changed. @param offset where its record begins. */
  saveTaskImage(taskId: number, offset: number): void {
    if (this.#offset === 0) return;
    const { words } = this;
    const row = this.#offset;
    const run = words[row + UndoWord.run]!;
    const kept = words[row + UndoWord.task]!;
    if (run === 0 || kept === taskId + 1) return;
    if (kept !== 0) {
      words[row + UndoWord.run] = 0;
      if (words[row + UndoWord.stopping] !== 0) words[row + UndoWord.stopping] = 2;
      words[row + UndoWord.connections] = 0;
      this.#copyRun(run - 1, row);
    }
    copy(this.#tasks.i32, offset, words, row + UndoWord.taskImage, TASK.used);
    words[row + UndoWord.task] = taskId + 1;
    words[row + UndoWord.run] = run;
  }

  /** The run is about to be stopped, which goes through all its tasks. */
  stopping(): void {
    if (this.#offset !== 0) this.words[this.#offset + UndoWord.stopping] = 1;
  }

  /** Frees wait for the lock's release: a rollback still needs the old block. At once when this thread does not record. */
  deferUntilRelease(act: () => void): void {
    if (this.#offset === 0 || this.words[this.#offset + UndoWord.run] === 0) act();
    else this.#deferred.push(act);
  }

  /** Whether what is changed in place must be changed in a copy. */
  get isRecording(): boolean {
    return this.#offset !== 0;
  }

  /** Records the assignment intent: a task was made that its worker does not have yet; undefined: it has it now. */
  noteAssignment(
    task: { slot: number; generation: number; taskId: number; worker: number } | undefined,
  ): void {
    if (this.#offset === 0) return;
    const offset = this.#offset + UndoWord.assignment;
    if (task === undefined) {
      this.words[offset] = 0;
      return;
    }
    this.words[offset + 1] = task.generation;
    this.words[offset + 2] = task.taskId;
    this.words[offset + 3] = task.worker;
    this.words[offset] = task.slot + 1;
  }

  #copyRun(run: number, row: number): void {
    const { records, order } = this.#runs;
    copy(records.i32, run * RUN_WORDS, this.words, row + UndoWord.runImage, RUN.used);
    copy(order.records.i32, run * ORDER_WORDS, this.words, row + UndoWord.orderImage, ORDER.used);
  }
}

function copy(from: Int32Array, start: number, to: Int32Array, offset: number, words: number): void {
  for (let i = 0; i < words; i++) to[offset + i] = from[start + i]!;
}
