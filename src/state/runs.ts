/**
 * The table of live runs: every unfinished run, and finished ones for a while. Slot 0 is the system's: it holds no run,
 * only the outbox of what belongs to none.
 */

import type { LockTable } from '../memory/locks/lock-table.js';
import { type Threads, threadsOf } from '../memory/locks/threads.js';
import type { Region } from '../memory/region.js';
import type { KeyedTable } from '../memory/tables/keyed-table.js';
import { ReadyRuns } from './ready-runs.js';
import { carveRecords, type Records } from './record.js';
import { ORDER_WORDS, RunOrder } from './run-order.js';
import { RUN_WORDS, RunFlag, RunWord, SlotUse } from './run-record.js';

export const SYSTEM_SLOT = 0;
/** A form that comes again within this time is the same press of a button. */
const TWICE_WITHIN_S = 60;

/** What tells a form that is sent twice from two forms: 64 bits of a digest. */
export type Submission = readonly [number, number];

/** The form has a run already, which may be about to be published. */
export class SubmittedTwice extends Error {
  readonly runId: string;

  constructor(runId: string) {
    super(`the form was sent twice: its run is ${runId}`);
    this.name = 'SubmittedTwice';
    this.runId = runId;
  }
}

/** The run has a slot already; it is complete when `find` finds it. */
export class RunInMemory extends Error {}

export class RunTable {
  readonly records: Records;
  readonly locks: LockTable;
  readonly order: RunOrder;
  readonly ready: ReadyRuns;
  readonly #index: KeyedTable;
  readonly #threads: Threads;
  /** Guards allocation of slots and the ready list. */
  readonly #tableLock: LockTable;
  readonly #remembered = new Map<string, number>();
  /** Ids as text, for the generation of the slot that they were read in. */
  readonly #ids: string[] = [];
  readonly #idGenerations: Int32Array;

  constructor(region: Region, count: number, locks: LockTable, tableLock: LockTable, index: KeyedTable) {
    this.records = carveRecords(region, 'runs', count, RUN_WORDS);
    this.order = new RunOrder(region, count);
    this.ready = new ReadyRuns(region, this.order, tableLock, (slot) => this.isUnfinished(slot));
    this.#idGenerations = new Int32Array(count).fill(-1);
    this.locks = locks;
    this.#tableLock = tableLock;
    this.#index = index;
    this.#threads = threadsOf(region);
    index.isFilled = (offset) => index.i32[offset] !== 0;
  }

  at(slot: number): number {
    return slot * RUN_WORDS;
  }

  word(slot: number, word: number): number {
    return this.records.i32[slot * RUN_WORDS + word]!;
  }

  setWord(slot: number, word: number, value: number): void {
    this.records.i32[slot * RUN_WORDS + word] = value;
  }

  float(slot: number, float: number): number {
    return this.records.f64[(slot * RUN_WORDS) / 2 + float]!;
  }

  setFloat(slot: number, float: number, value: number): void {
    this.records.f64[(slot * RUN_WORDS) / 2 + float] = value;
  }

  addFloat(slot: number, float: number, value: number): void {
    this.records.f64[(slot * RUN_WORDS) / 2 + float]! += value;
  }

  has(slot: number, flag: number): boolean {
    return (this.records.i32[slot * RUN_WORDS + RunWord.flags]! & flag) !== 0;
  }

  set(slot: number, flag: number, on: boolean): void {
    const offset = slot * RUN_WORDS + RunWord.flags;
    if (on) this.records.i32[offset]! |= flag;
    else this.records.i32[offset]! &= ~flag;
  }

  inUse(slot: number): boolean {
    return this.records.i32[slot * RUN_WORDS + RunWord.inUse] !== 0;
  }

  /** Whether the slot has a run that others can find: while one is loaded, its tasks are still coming. */
  isComplete(slot: number): boolean {
    return Atomics.load(this.records.i32, slot * RUN_WORDS + RunWord.inUse) === SlotUse.complete;
  }

  isUnfinished(slot: number): boolean {
    return this.isComplete(slot) && !this.has(slot, RunFlag.finished);
  }

  /** The run's id as 24 hex digits. */
  id(slot: number): string {
    const offset = this.at(slot);
    const { i32 } = this.records;
    const generation = Atomics.load(i32, offset + RunWord.generation);
    // Read in this order, a slot in use has the whole id of this generation or of a later one.
    const isComplete = Atomics.load(i32, offset + RunWord.inUse) !== 0;
    if (isComplete && this.#idGenerations[slot] === generation) return this.#ids[slot]!;
    const [high, middle, low] = this.order.idWords(slot) as unknown as [number, number, number];
    const id = hexWord(high) + hexWord(middle) + hexWord(low);
    if (isComplete) {
      this.#ids[slot] = id;
      this.#idGenerations[slot] = generation;
    }
    return id;
  }

  /** True while the slot holds the run with this id, completely loaded. */
  holds(slot: number, runId: string): boolean {
    return this.isComplete(slot) && this.id(slot) === runId;
  }

  /** The run's slot, or -1. The slot may be recycled until its lock is taken: check `holds` again under the lock. */
  find(runId: string): number {
    const remembered = this.#remembered.get(runId);
    if (remembered !== undefined && this.holds(remembered, runId)) return remembered;
    const slot = this.#index.update(runId, false, (offset) => this.#index.i32[offset]!) ?? -1;
    if (slot < 0) this.#remembered.delete(runId);
    else this.#remembered.set(runId, slot);
    return slot;
  }

  /**
   * Takes a free slot for a run, which nobody can find until the caller has filled the record and called `publish`.
   * Returns -1 when every slot is taken.
   * @throws RunInMemory also when another thread is about to publish it
   * @throws SubmittedTwice when a run was just made of the same form
   */
  reserve(runId: string, submission?: Submission): number {
    return this.#tableLock.run(0, () => {
      const twin = submission === undefined ? undefined : this.#twinOf(submission, runId);
      if (twin !== undefined) throw new SubmittedTwice(this.id(twin));
      let slot = -1;
      for (let i = 1; i < this.records.count; i++) {
        if (this.inUse(i) && this.id(i) === runId) throw new RunInMemory(`run ${runId} is in memory already`);
        if (slot < 0 && !this.inUse(i)) slot = i;
      }
      if (slot < 0) return -1;
      const offset = this.at(slot);
      const generation = this.records.i32[offset + RunWord.generation]!;
      this.records.i32.fill(0, offset, offset + RUN_WORDS);
      this.records.i32[offset + RunWord.generation] = generation + 1;
      this.order.records.i32.fill(0, slot * ORDER_WORDS, (slot + 1) * ORDER_WORDS);
      this.order.idWords(slot).set([0, 1, 2].map((word) => idWord(runId, word)));
      if (submission !== undefined) this.records.i32.set(submission, offset + RunWord.submission);
      this.records.i32[offset + RunWord.loader] = this.#threads.self();
      Atomics.store(this.records.i32, offset + RunWord.inUse, SlotUse.loading);
      return slot;
    });
  }

  /** A slot whose run was made of the same form within a minute, also one that nobody can find yet. */
  #twinOf([high, low]: Submission, runId: string): number | undefined {
    const { i32 } = this.records;
    const seconds = secondsOf(idWord(runId, 0));
    for (let slot = 1; slot < this.records.count; slot++) {
      const offset = this.at(slot) + RunWord.submission;
      if (i32[offset] !== high || i32[offset + 1] !== low || !this.inUse(slot)) continue;
      if (Math.abs(seconds - secondsOf(this.order.idWords(slot)[0]!)) <= TWICE_WITHIN_S) return slot;
    }
    return undefined;
  }

  /** Lets others find the run of a reserved slot. */
  publish(slot: number): void {
    Atomics.store(this.records.i32, this.at(slot) + RunWord.inUse, SlotUse.complete);
    this.#index.update(this.id(slot), true, (offset) => {
      this.#index.i32[offset] = slot;
    });
  }

  /** Frees the slot. Call under the run's lock, after what the record refers to was freed. */
  remove(slot: number): void {
    const runId = this.id(slot);
    this.#index.remove(runId);
    this.#remembered.delete(runId);
    Atomics.store(this.records.i32, this.at(slot) + RunWord.inUse, SlotUse.free);
  }

  /** Slots of runs that a thread has begun to load and nobody can find yet. */
  loadedBy(thread: number): number[] {
    const slots: number[] = [];
    for (let slot = 1; slot < this.records.count; slot++) {
      if (this.word(slot, RunWord.loader) === thread && this.inUse(slot) && !this.isComplete(slot))
        slots.push(slot);
    }
    return slots;
  }

  /** Slots of all unfinished runs, in no particular order. */
  unfinished(): number[] {
    return this.slots().filter((slot) => this.isUnfinished(slot));
  }

  /** All slots with a run that others can find. */
  slots(): number[] {
    const slots: number[] = [];
    for (let slot = 1; slot < this.records.count; slot++) if (this.isComplete(slot)) slots.push(slot);
    return slots;
  }
}

function secondsOf(idWord: number): number {
  return idWord >>> 0;
}

function idWord(runId: string, word: number): number {
  return Number.parseInt(runId.slice(word * 8, word * 8 + 8), 16) | 0;
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
