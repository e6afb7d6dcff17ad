// The registry of threads that share a region: who is who, and who lives.

import { existsSync, readlinkSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import type { Region } from '../region.js';
import { MAX_THREADS, NOBODY, ROW, type ThreadRows, ThreadState, ThreadWord } from './thread-row.js';
import { ThreadWaits } from './thread-waits.js';

const SLOT_BITS = 7;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x7fffff;
const ROLE_BYTES = 32;

/** One thread of the registry. `alive` is false for a thread that died without leaving. */
export interface ThreadInfo {
  readonly slot: number;
  readonly role: string;
  readonly generation: number;
  readonly alive: boolean;
}

/** A table of locks, as the recovery of a dead thread's locks sees it. */
export interface OwnedLocks {
  readonly rank: number;
  /** Repairs what each lock that contains `word` guards, and hands it on. Returns how many there were. */
  recover(word: number): number;
  /** The thread in `slot` waits for no lock of this table any more. */
  forgetWaiter(slot: number): void;
  /** How many locks are held now. */
  held(): number;
}

const registries = new WeakMap<Region, Threads>();
let current = 0;

/** The slot of this thread, 1 to 64, in the region it joined last; throws when it has joined none. */
export function currentThread(): number {
  if (current === 0) throw new Error('this thread has not joined a region: call Threads.join first');
  return current;
}

/** The registry of `region`; throws when it has not been constructed before the tables that need it. */
export function threadsOf(region: Region): Threads {
  const threads = registries.get(region);
  if (threads === undefined)
    throw new Error('construct Threads on a region before the tables that use locks');
  return threads;
}

/** The slot inside a lock word (0 when the lock is free). */
export function slotOf(lockWord: number): number {
  return lockWord & SLOT_MASK;
}

/** At most 64 threads, each with a slot from 1 up. A slot is used again after its thread left. */
export class Threads implements ThreadRows {
  /** Wake words, one a row: a thread parks on its own, whoever wakes it adds 1 and notifies. */
  readonly words: Int32Array;
  /** Every table of locks of the region that this thread has constructed. */
  readonly lockTables: OwnedLocks[] = [];
  readonly waits: ThreadWaits;
  /** What a thread does that has waited long for a lock of the thread in `owner`. */
  onLivenessCheck: (owner: number) => void = () => this.requestLivenessCheck();
  readonly #roles: Uint8Array;
  #self = 0;
  #lockWord = 0;
  #parks = true;

  constructor(region: Region) {
    this.words = region.i32('threads', ROW * (MAX_THREADS + 1));
    this.#roles = region.u8('threads.roles', ROLE_BYTES * (MAX_THREADS + 1));
    this.waits = new ThreadWaits(this);
    registries.set(region, this);
  }

  /**
   * Gives this thread a slot. `role` is for people (at most 32 bytes are kept). `parks: false` marks a thread that
   * runs an event loop and must never wait. Throws when this thread has joined already or all slots are taken.
   */
  join(role: string, options: { readonly parks?: boolean } = {}): number {
    if (this.#self !== 0) throw new Error(`this thread has joined already, as slot ${this.#self}`);
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      const row = slot * ROW;
      if (
        Atomics.compareExchange(this.words, row + ThreadWord.state, ThreadState.free, ThreadState.alive) !==
        ThreadState.free
      )
        continue;
      // Generation 0 is skipped so that a lock word is never 0, the mark of a free lock.
      const generation = (Atomics.load(this.words, row + ThreadWord.generation) & GENERATION_MASK) + 1;
      Atomics.store(this.words, row + ThreadWord.generation, generation & GENERATION_MASK || 1);
      for (let word: number = ThreadWord.waitingOn; word <= ThreadWord.native; word++)
        Atomics.store(this.words, row + word, 0);
      Atomics.store(this.words, row + ThreadWord.nodeId, threadId);
      Atomics.store(this.words, row + ThreadWord.kernelId, kernelThread());
      const name = this.#roles.subarray(slot * ROLE_BYTES, (slot + 1) * ROLE_BYTES).fill(0);
      name.set(Buffer.from(role).subarray(0, ROLE_BYTES));
      this.#self = slot;
      this.#lockWord = this.lockWordOf(slot);
      this.#parks = options.parks ?? true;
      current = slot;
      return slot;
    }
    throw new Error(`all ${MAX_THREADS} thread slots are taken: start fewer threads`);
  }

  /** Gives the slot back. The thread must hold no lock. */
  leave(): void {
    const slot = this.self();
    this.#self = 0;
    this.#lockWord = 0;
    if (current === slot) current = 0;
    Atomics.store(this.words, slot * ROW + ThreadWord.state, ThreadState.free);
  }

  /** This thread's slot; throws when it has not joined. */
  self(): number {
    if (this.#self === 0) throw new Error('this thread has not joined the region: call Threads.join first');
    return this.#self;
  }

  /** False when this thread runs an event loop. */
  get parks(): boolean {
    return this.#parks;
  }

  /** What a lock held by this thread contains: its generation and slot; 0 before `join`. */
  get lockWord(): number {
    return this.#lockWord;
  }

  /** What a lock held by the thread now in `slot` contains. */
  lockWordOf(slot: number): number {
    return (Atomics.load(this.words, slot * ROW + ThreadWord.generation) << SLOT_BITS) | slot;
  }

  /** Every thread that has joined and not left, the dead that nobody has reaped included. */
  list(): ThreadInfo[] {
    const found: ThreadInfo[] = [];
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      const state = Atomics.load(this.words, slot * ROW + ThreadWord.state);
      if (state === ThreadState.free) continue;
      const bytes = this.#roles.slice(slot * ROLE_BYTES, (slot + 1) * ROLE_BYTES);
      const role = Buffer.from(bytes).toString('utf8').replace(/\0+$/, '');
      const generation = Atomics.load(this.words, slot * ROW + ThreadWord.generation);
      found.push({ slot, role, generation, alive: state === ThreadState.alive });
    }
    return found;
  }

  /** Marks a thread that ended without leaving: its slot stays taken until its locks are recovered. */
  markDead(slot: number): void {
    Atomics.compareExchange(this.words, slot * ROW + ThreadWord.state, ThreadState.alive, ThreadState.dead);
  }

  /** Frees the slot of a dead thread, once every lock it held or waited for has been recovered. */
  reap(slot: number): void {
    Atomics.compareExchange(this.words, slot * ROW + ThreadWord.state, ThreadState.dead, ThreadState.free);
  }

  /** As `markDead`, for the thread that Node knows under this number. Whoever reaps the dead is woken. */
  markDeadThread(nodeId: number): void {
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      if (Atomics.load(this.words, slot * ROW + ThreadWord.nodeId) === nodeId) this.markDead(slot);
    }
    this.requestLivenessCheck();
  }

  /** Slots of threads that run no more and have not left: marked dead, or gone by the kernel's word. */
  dead(): number[] {
    const slots: number[] = [];
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      const state = Atomics.load(this.words, slot * ROW + ThreadWord.state);
      if (state === ThreadState.alive && this.isGone(slot)) this.markDead(slot);
      if (Atomics.load(this.words, slot * ROW + ThreadWord.state) === ThreadState.dead) slots.push(slot);
    }
    return slots;
  }

  /** Whether the thread in `slot` ended without leaving, by the kernel's word. */
  isGone(slot: number): boolean {
    const generation = Atomics.load(this.words, slot * ROW + ThreadWord.generation);
    const id = Atomics.load(this.words, slot * ROW + ThreadWord.kernelId);
    if (id === 0 || existsSync(`/proc/self/task/${id}`)) return false;
    // The slot may have got another thread meanwhile.
    return (
      Atomics.load(this.words, slot * ROW + ThreadWord.generation) === generation &&
      Atomics.load(this.words, slot * ROW + ThreadWord.kernelId) === id &&
      Atomics.load(this.words, slot * ROW + ThreadWord.state) === ThreadState.alive
    );
  }

  /** Wakes whoever reaps the dead: a thread has waited long, or one has ended. */
  requestLivenessCheck(): void {
    this.waits.wake(NOBODY);
  }

  /** Number of liveness checks asked for so far; pass it to `awaitLivenessCheck`. */
  livenessChecks(): number {
    return Atomics.load(this.words, this.waits.wakeAt(NOBODY));
  }

  /** Parks until there are other than `seen` of them, or the time is over. */
  awaitLivenessCheck(seen: number, timeoutMs: number): void {
    Atomics.wait(this.words, this.waits.wakeAt(NOBODY), seen, timeoutMs);
  }

  /** Says that this thread's event loop turns. */
  tickLiveness(): void {
    Atomics.add(this.words, this.#self * ROW + ThreadWord.liveness, 1);
  }

  /** The last liveness tick of the living thread that Node knows under this number; undefined when there is none. */
  livenessOf(nodeId: number): number | undefined {
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      const row = slot * ROW;
      if (Atomics.load(this.words, row + ThreadWord.nodeId) !== nodeId) continue;
      if (Atomics.load(this.words, row + ThreadWord.state) === ThreadState.alive)
        return Atomics.load(this.words, row + ThreadWord.liveness);
    }
    return undefined;
  }

  /** Says that this thread goes into native code that must not be ended half-way. */
  enterNative(): void {
    Atomics.add(this.words, this.#self * ROW + ThreadWord.native, 1);
  }

  leaveNative(): void {
    Atomics.add(this.words, this.#self * ROW + ThreadWord.native, -1);
  }

  /** Whether the living thread that Node knows under this number is in such code. */
  isInNative(nodeId: number): boolean {
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      const row = slot * ROW;
      if (Atomics.load(this.words, row + ThreadWord.nodeId) !== nodeId) continue;
      if (Atomics.load(this.words, row + ThreadWord.state) === ThreadState.alive)
        return Atomics.load(this.words, row + ThreadWord.native) > 0;
    }
    return false;
  }
}

/** What the kernel calls this thread, or 0. */
function kernelThread(): number {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || 0;
  } catch {
    return 0;
  }
}
