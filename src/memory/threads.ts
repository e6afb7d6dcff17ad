// The registry of threads that share a region: who is who, and the words by which one thread wakes another.

import { existsSync, readlinkSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import type { Region } from './region.js';

/** Most threads that may share one region; the bitmaps of waiting threads have this many bits. */
export const MAX_THREADS = 64;

const ROW = 64;
const SLOT_BITS = 7;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x7fffff;
const ROLE_BYTES = 32;

/** Words of a thread's row. Its wake word, which others write, has a cache line of its own. */
const WAKE = 0;
const STATE = 32;
const GENERATION = 33;
const WAITING_ON = 34;
const ARRIVAL = 35;
const QUEUED_ON = 36;
const QUEUED_ARRIVAL = 37;
const HANDING_TO = 38;
/** Number of the thread in Node, and in the kernel (0 where the kernel does not tell). */
const NODE_ID = 39;
const KERNEL_ID = 40;
/** Counts up while the thread's event loop turns. */
const PULSE = 41;
/** Above 0 while the thread is in native code that must not be ended half-way. */
const FOREIGN = 42;
/** Slot 0 is nobody's: its wake word is counted up when a thread may have died. */
const NOBODY = 0;

const FREE = 0;
const ALIVE = 1;
const DEAD = 2;

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
  /** Mends what each lock that contains `word` guards, and hands it on. Returns how many there were. */
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
export class Threads {
  /** Wake words, one a row: a thread parks on its own, whoever wakes it adds 1 and notifies. */
  readonly words: Int32Array;
  /** Every table of locks of the region that this thread has constructed. */
  readonly lockTables: OwnedLocks[] = [];
  /** What a thread does that has waited long for a lock of the thread in `owner`. */
  onSuspicion: (owner: number) => void = () => this.suspect();
  readonly #roles: Uint8Array;
  #self = 0;
  #lockWord = 0;
  #parks = true;

  constructor(region: Region) {
    this.words = region.i32('threads', ROW * (MAX_THREADS + 1));
    this.#roles = region.u8('threads.roles', ROLE_BYTES * (MAX_THREADS + 1));
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
      if (Atomics.compareExchange(this.words, row + STATE, FREE, ALIVE) !== FREE) continue;
      // Generation 0 is skipped so that a lock word is never 0, the mark of a free lock.
      const generation = (Atomics.load(this.words, row + GENERATION) & GENERATION_MASK) + 1;
      Atomics.store(this.words, row + GENERATION, generation & GENERATION_MASK || 1);
      for (let word = WAITING_ON; word <= FOREIGN; word++) Atomics.store(this.words, row + word, 0);
      Atomics.store(this.words, row + NODE_ID, threadId);
      Atomics.store(this.words, row + KERNEL_ID, kernelThread());
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
    Atomics.store(this.words, slot * ROW + STATE, FREE);
  }

  /** Says that this thread runs an event loop: it must never wait for a lock. */
  markEventLoop(): void {
    this.#parks = false;
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
    return (Atomics.load(this.words, slot * ROW + GENERATION) << SLOT_BITS) | slot;
  }

  /** Every thread that has joined and not left, the dead that nobody has buried included. */
  list(): ThreadInfo[] {
    const found: ThreadInfo[] = [];
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      const state = Atomics.load(this.words, slot * ROW + STATE);
      if (state === FREE) continue;
      const bytes = this.#roles.slice(slot * ROLE_BYTES, (slot + 1) * ROLE_BYTES);
      const role = Buffer.from(bytes).toString('utf8').replace(/\0+$/, '');
      const generation = Atomics.load(this.words, slot * ROW + GENERATION);
      found.push({ slot, role, generation, alive: state === ALIVE });
    }
    return found;
  }

  /** Marks a thread that ended without leaving: its slot stays taken until its locks are recovered. */
  markDead(slot: number): void {
    Atomics.compareExchange(this.words, slot * ROW + STATE, ALIVE, DEAD);
  }

  /** Frees the slot of a dead thread, once every lock it held or waited for has been recovered. */
  bury(slot: number): void {
    Atomics.compareExchange(this.words, slot * ROW + STATE, DEAD, FREE);
  }

  /** As `markDead`, for the thread that Node knows under this number. Whoever buries the dead is woken. */
  markDeadThread(nodeId: number): void {
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      if (Atomics.load(this.words, slot * ROW + NODE_ID) === nodeId) this.markDead(slot);
    }
    this.suspect();
  }

  /** Slots of threads that run no more and have not left: marked dead, or gone by the kernel's word. */
  dead(): number[] {
    const slots: number[] = [];
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      const state = Atomics.load(this.words, slot * ROW + STATE);
      if (state === ALIVE && this.#isGone(slot)) this.markDead(slot);
      if (Atomics.load(this.words, slot * ROW + STATE) === DEAD) slots.push(slot);
    }
    return slots;
  }

  #isGone(slot: number): boolean {
    const generation = Atomics.load(this.words, slot * ROW + GENERATION);
    const id = Atomics.load(this.words, slot * ROW + KERNEL_ID);
    if (id === 0 || existsSync(`/proc/self/task/${id}`)) return false;
    // The slot may have got another thread meanwhile.
    return (
      Atomics.load(this.words, slot * ROW + GENERATION) === generation &&
      Atomics.load(this.words, slot * ROW + KERNEL_ID) === id &&
      Atomics.load(this.words, slot * ROW + STATE) === ALIVE
    );
  }

  /** Wakes whoever buries the dead: a thread has waited long, or one has ended. */
  suspect(): void {
    this.wake(NOBODY);
  }

  /** Number of suspicions so far; pass it to `awaitSuspicion`. */
  suspicions(): number {
    return Atomics.load(this.words, this.wakeAt(NOBODY));
  }

  /** Parks until there are other than `seen` suspicions, or the time is over. */
  awaitSuspicion(seen: number, timeoutMs: number): void {
    Atomics.wait(this.words, this.wakeAt(NOBODY), seen, timeoutMs);
  }

  /** Says that this thread's event loop turns. */
  beatPulse(): void {
    Atomics.add(this.words, this.#self * ROW + PULSE, 1);
  }

  /** The pulse of the living thread that Node knows under this number; undefined when there is none. */
  pulseOf(nodeId: number): number | undefined {
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      const row = slot * ROW;
      if (Atomics.load(this.words, row + NODE_ID) !== nodeId) continue;
      if (Atomics.load(this.words, row + STATE) === ALIVE) return Atomics.load(this.words, row + PULSE);
    }
    return undefined;
  }

  /** Says that this thread goes into native code that must not be ended half-way (1), or has come back (-1). */
  goForeign(step: 1 | -1): void {
    Atomics.add(this.words, this.#self * ROW + FOREIGN, step);
  }

  /** Whether the living thread that Node knows under this number is in such code. */
  isInForeignCode(nodeId: number): boolean {
    for (let slot = 1; slot <= MAX_THREADS; slot++) {
      const row = slot * ROW;
      if (Atomics.load(this.words, row + NODE_ID) !== nodeId) continue;
      if (Atomics.load(this.words, row + STATE) === ALIVE) return Atomics.load(this.words, row + FOREIGN) > 0;
    }
    return false;
  }

  /** Index in `words` of the word a thread parks on. */
  wakeAt(slot: number): number {
    return slot * ROW + WAKE;
  }

  /** Wakes the thread in `slot` from whatever it waits for; it looks again and may park again. */
  wake(slot: number): void {
    Atomics.add(this.words, slot * ROW + WAKE, 1);
    Atomics.notify(this.words, slot * ROW + WAKE);
  }

  /** Wakes every thread; each looks again at what it waits for. */
  wakeAll(): void {
    for (let slot = 1; slot <= MAX_THREADS; slot++) this.wake(slot);
  }

  /** Publishes that this thread waits, parked or about to park, for lock `id` with arrival number `arrival`. */
  beginWait(id: number, arrival: number): void {
    const row = this.#self * ROW;
    Atomics.store(this.words, row + ARRIVAL, arrival);
    Atomics.store(this.words, row + WAITING_ON, id);
  }

  /** Ends what `beginWait` published. */
  endWait(): void {
    Atomics.store(this.words, this.#self * ROW + WAITING_ON, 0);
  }

  /** As `beginWait`, for an event loop that queues without parking; false when it queues for a lock already. */
  beginQueue(id: number, arrival: () => number): boolean {
    const row = this.#self * ROW;
    if (Atomics.load(this.words, row + QUEUED_ON) !== 0) return false;
    Atomics.store(this.words, row + QUEUED_ARRIVAL, arrival());
    Atomics.store(this.words, row + QUEUED_ON, id);
    return true;
  }

  /** Ends what `beginQueue` published. */
  endQueue(): void {
    Atomics.store(this.words, this.#self * ROW + QUEUED_ON, 0);
  }

  /** The dead thread in `slot` waits for nothing any more: nobody must restore its place in a queue. */
  forgetWaits(slot: number): void {
    Atomics.store(this.words, slot * ROW + WAITING_ON, 0);
    Atomics.store(this.words, slot * ROW + QUEUED_ON, 0);
  }

  /** The arrival number with which the thread in `slot` waits for lock `id`. */
  arrivalAt(slot: number, id: number): number {
    const row = slot * ROW;
    const parked = Atomics.load(this.words, row + WAITING_ON) === id;
    return Atomics.load(this.words, row + (parked ? ARRIVAL : QUEUED_ARRIVAL));
  }

  /** Lock the thread in `slot` is parked on, 0 for none. */
  waitingOn(slot: number): number {
    return Atomics.load(this.words, slot * ROW + WAITING_ON);
  }

  /** Notes whom this thread is handing a lock to, 0 when done, so that its death half-way can be mended. */
  noteHandOver(slot: number): void {
    Atomics.store(this.words, this.#self * ROW + HANDING_TO, slot);
  }

  /** Whom the thread in `slot` was handing a lock to when it stopped, 0 for nobody. */
  handingTo(slot: number): number {
    return Atomics.load(this.words, slot * ROW + HANDING_TO);
  }

  /** Whether the thread in `slot` waits for lock `id`, parked or in turns of its event loop. */
  waitsFor(slot: number, id: number): boolean {
    const row = slot * ROW;
    return (
      Atomics.load(this.words, row + WAITING_ON) === id || Atomics.load(this.words, row + QUEUED_ON) === id
    );
  }

  /** Whether a living thread is about to make the thread in `slot` the owner of a lock. */
  isBeingHandedTo(slot: number): boolean {
    for (let other = 1; other <= MAX_THREADS; other++) {
      const row = other * ROW;
      if (Atomics.load(this.words, row + STATE) !== ALIVE || this.handingTo(other) !== slot) continue;
      if (!this.#isGone(other)) return true;
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
