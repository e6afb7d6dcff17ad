// Mutexes in shared memory that are handed over in order of arrival.
//
// A lock is a row of words: its owner (0, or generation and slot of the owning thread), a bitmap with one bit for
// each waiting thread, and a counter that numbers arrivals. What holds at every moment:
//
//  1. Only the owner changes a non-zero owner word: to 0, or to the next owner. Only 0 -> own word is open to all.
//  2. A thread sets its bit itself, after publishing its arrival number. Whoever clears the bit settles the wait: the
//     owner, who then must store the waiter's word as owner; or the waiter, who then no longer waits. Atomics.and
//     returns the old bitmap, so exactly one of them sees the bit go.
//  3. While a bit is set, the owner word is 0 only inside a release: the releaser found the bitmap empty, stores 0,
//     and reads the bitmap again. A waiter sets its bit and then reads the owner word. Atomics are sequentially
//     consistent, so one of the two sees the other: the waiter takes the free lock, or the releaser takes it back and
//     hands it over. No waiter is forgotten.
//  4. A waiter reads its wake word before the owner word and parks on the value it read. A hand-over stores the owner
//     word and then adds 1 to the wake word. So a hand-over after the look makes the wait return at once, and one
//     before it was seen by the look: no wake-up is lost. A wake-up left over from an earlier hand-over, or meant for
//     another lock, costs one more look and nothing else.
//  5. A newcomer takes a lock only at owner word 0. By 3 that is never while threads wait, but for the instant inside
//     a release; so a waiter is passed by those who arrived before it and, rarely, by one newcomer.
//  6. A releaser records the next owner in its own row before it clears the bit and until the owner word is stored. If
//     it dies in between, that record tells a recovery which bit to restore.

import { failpoint } from '../failpoint.js';
import type { Region } from '../region.js';
import { checkingLocks, checkOrder, LockViolation, noteAcquired, noteReleased } from './lock-check.js';
import type { LockMeter } from './lock-meter.js';
import { LockQueue, ROW, SPINS } from './lock-queue.js';
import { type OwnedLocks, slotOf, type Threads, threadsOf } from './threads.js';

/** Looks of a tryAcquire: a few microseconds, then the caller does something else. */
const TRY_SPINS = 300;
/** Longest that an event loop is kept waiting for a lock whose owners never block. */
const BRIEF_LIMIT_MS = 1000;
/** What `tryRun` returns when another thread has the lock. */
export const BUSY = Symbol('busy');

/** Is told where a table's locks are taken and released, by the thread that is in them. */
export interface UndoRecorder {
  enter(i: number): void;
  leave(i: number): void;
}

/** `count` mutexes of one rank, 128 bytes apart. Locks are taken in ascending rank; ranks need not be whole. */
export class LockTable implements OwnedLocks {
  readonly name: string;
  readonly count: number;
  readonly rank: number;
  readonly #words: Int32Array;
  readonly #threads: Threads;
  /** Number of the first lock among all locks of the region: names a lock in the threads' rows. */
  readonly #firstId: number;
  readonly #queue: LockQueue;
  readonly #meter: LockMeter | undefined;
  /** Set by a thread that records what a rollback needs. */
  recorder: UndoRecorder | undefined;
  /** Repairs what lock `i` guards after its owner, the thread in `dead`, died holding it. */
  repair: ((i: number, dead: number) => void) | undefined;

  /** Needs `Threads` to have been constructed on the region. */
  constructor(region: Region, name: string, count: number, rank: number, meter?: LockMeter) {
    this.name = name;
    this.count = count;
    this.rank = rank;
    this.#meter = meter;
    this.#threads = threadsOf(region);
    this.#words = region.i32(name, count * ROW);
    this.#firstId = this.#words.byteOffset / (ROW * 4);
    this.#queue = new LockQueue(this.#words, this.#threads, this.#firstId, name);
    this.#threads.lockTables.push(this);
  }

  /** Takes lock `i`, waiting in order of arrival. Parks the thread, so not for event loops. */
  acquire(i = 0): void {
    if (checkingLocks && !this.#threads.parks) {
      throw new LockViolation(
        `${this.name}[${i}]: acquire on an event loop; use tryAcquire or acquireBriefly`,
      );
    }
    this.#take(i, Number.POSITIVE_INFINITY);
  }

  /** Does `work` under lock `i`, and releases the lock whatever becomes of the work. Waits as `acquire` does. */
  run<T>(i: number, work: () => T): T {
    this.acquire(i);
    try {
      return work();
    } finally {
      this.release(i);
    }
  }

  /**
   * As `acquire`, but allowed on event loops: only for locks that are held for microseconds by code that never
   * blocks, so that the wait is short. There it throws after a second, when the owner must have died.
   */
  acquireBriefly(i = 0): void {
    this.#take(i, this.#threads.parks ? Number.POSITIVE_INFINITY : BRIEF_LIMIT_MS);
  }

  /** As `run`, waiting as `acquireBriefly` does. */
  runBriefly<T>(i: number, work: () => T): T {
    this.acquireBriefly(i);
    try {
      return work();
    } finally {
      this.release(i);
    }
  }

  /** As `run`, if the lock is to be had without waiting; else BUSY, and nothing is done. */
  tryRun<T>(i: number, work: () => T): T | typeof BUSY {
    if (!this.tryAcquire(i)) return BUSY;
    try {
      return work();
    } finally {
      this.release(i);
    }
  }

  /** Takes lock `i` if it is free or becomes free within a few microseconds. Never waits. */
  tryAcquire(i = 0): boolean {
    if (checkingLocks) checkOrder(this.rank, this.name, i);
    if (!this.#try(this.#row(i), this.#me(), TRY_SPINS)) return false;
    this.#took(i);
    return true;
  }

  /** Gives lock `i` to the thread that has waited longest, or frees it. Throws when this thread does not hold it. */
  release(i = 0): void {
    const row = this.#row(i);
    const me = this.#me();
    if (checkingLocks) noteReleased(this.rank, this.name, i);
    if (Atomics.load(this.#words, row) !== me) {
      throw new LockViolation(
        `${this.name}[${i}] released by thread ${slotOf(me)} but held by ${this.owner(i)}`,
      );
    }
    this.recorder?.leave(i);
    failpoint?.(`${this.name}: release`);
    this.#meter?.releases(i);
    this.#pass(row, me);
  }

  /** As OwnedLocks asks. */
  recover(word: number): number {
    const dead = slotOf(word);
    let found = 0;
    for (let i = 0; i < this.count; i++) {
      const row = i * ROW;
      if (Atomics.load(this.#words, row) !== word) continue;
      this.repair?.(i, dead);
      // It may have died between clearing a waiter's bit and making the waiter the owner.
      const next = this.#threads.waits.handingTo(dead);
      if (next !== 0 && this.#threads.waits.waitsFor(next, this.#firstId + i)) this.#queue.restore(row, next);
      this.#pass(row, word);
      found++;
    }
    return found;
  }

  /** As OwnedLocks asks. */
  forgetWaiter(slot: number): void {
    for (let row = 0; row < this.count * ROW; row += ROW) this.#queue.leave(row, slot);
  }

  /** As OwnedLocks asks. */
  held(): number {
    let held = 0;
    for (let row = 0; row < this.count * ROW; row += ROW) if (Atomics.load(this.#words, row) !== 0) held++;
    return held;
  }

  /** Gives a lock that contains `me` to the longest waiter, or frees it. */
  #pass(row: number, me: number): void {
    const words = this.#words;
    do {
      if (!this.#queue.anyWaiter(row)) {
        Atomics.store(words, row, 0);
        failpoint?.(`${this.name}: freed`);
        if (!this.#queue.anyWaiter(row)) return;
        if (Atomics.compareExchange(words, row, 0, me) !== 0) return;
      }
    } while (!this.#queue.handOver(row));
  }

  /** Slot of the thread that holds lock `i`, 0 when it is free. */
  owner(i = 0): number {
    return slotOf(Atomics.load(this.#words, this.#row(i)));
  }

  #row(i: number): number {
    if (i >>> 0 !== i || i >= this.count)
      throw new RangeError(`${this.name} has ${this.count} locks, none is ${i}`);
    return i * ROW;
  }

  #me(): number {
    return this.#threads.lockWord || this.#threads.self();
  }

  #try(row: number, me: number, spins: number): boolean {
    const words = this.#words;
    if (Atomics.compareExchange(words, row, 0, me) === 0) return true;
    for (let spin = 0; spin < spins; spin++) {
      const owner = Atomics.load(words, row);
      if (owner === 0 && Atomics.compareExchange(words, row, 0, me) === 0) return true;
      // A lock with a queue is handed on, so looking for a free moment would only cost time.
      if (owner === me || this.#queue.anyWaiter(row)) return false;
    }
    return false;
  }

  #take(i: number, limitMs: number): void {
    const row = this.#row(i);
    const me = this.#me();
    if (checkingLocks) checkOrder(this.rank, this.name, i);
    if (Atomics.compareExchange(this.#words, row, 0, me) !== 0) {
      if (Atomics.load(this.#words, row) === me) {
        throw new LockViolation(`${this.name}[${i}] taken again by thread ${slotOf(me)}, which holds it`);
      }
      const began = performance.now();
      if (!this.#try(row, me, SPINS) && !this.#queue.park(row, me, limitMs)) {
        throw new Error(
          `${this.name}[${i}] stayed with thread ${this.owner(i)} for ${limitMs} ms: it may have died`,
        );
      }
      this.#meter?.waited(began);
    }
    this.#took(i);
  }

  #took(i: number): void {
    if (checkingLocks) noteAcquired(this.rank, this.name, i);
    this.#meter?.took(i);
    this.recorder?.enter(i);
    failpoint?.(`${this.name}: taken`);
  }
}
