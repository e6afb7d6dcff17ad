/**
 * Whether this process has the store, as far as its threads know: its part among several primaries, the epoch, when the store
 * confirmed it last, and a liveness tick of every thread whose standstill must cost the process the store.
 *
 * All times are of the steady clock that the threads of a process share.
 */

import { MAX_THREADS } from '../memory/locks/thread-row.js';
import type { Threads } from '../memory/locks/threads.js';
import { WaitWord } from '../memory/locks/wait-word.js';
import type { Region } from '../memory/region.js';

/** `starting` until it is known; `standby` waits for the store; `leaving` hands it over; `lost`: another primary has it. */
export const ROLES = ['starting', 'standby', 'active', 'leaving', 'lost'] as const;
export type Role = (typeof ROLES)[number];

/** What front threads wait for that listen before the server can answer. */
const Doors = { closed: 0, open: 1, given: 2 } as const;

const TICK_MS = 250;
/** Of the lease: an answer that no write vouches for leaves only while the last renewal is younger. */
const YOUNG = 2 / 3;
/** From this thread's clock to the one that all threads share. */
const SHIFT_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

const Time = { renewed: 0, leaseMs: 1, takeoverMs: 2, count: 3 } as const;

export class Tenure {
  /** Rises with every primary of the store; 0 until this one has it. */
  readonly epoch: WaitWord;
  /** How many other primaries stand by. */
  readonly standbys: WaitWord;
  readonly #role: WaitWord;
  readonly #waits: WaitWord;
  readonly #doors: WaitWord;
  readonly #times: Float64Array;
  readonly #ticks: Float64Array;
  readonly #threads: Threads;

  constructor(region: Region, threads: Threads) {
    this.epoch = new WaitWord(region, 'tenure.epoch');
    this.standbys = new WaitWord(region, 'tenure.standbys');
    this.#role = new WaitWord(region, 'tenure.role');
    this.#waits = new WaitWord(region, 'tenure.waits');
    this.#doors = new WaitWord(region, 'tenure.doors');
    this.#times = region.f64('tenure.times', Time.count);
    this.#ticks = region.f64('tenure.ticks', MAX_THREADS + 1);
    this.#threads = threads;
  }

  get role(): Role {
    return ROLES[this.#role.load()]!;
  }

  set role(role: Role) {
    this.#role.store(ROLES.indexOf(role));
  }

  /** Whether other primaries may be set up for this store. */
  get isShared(): boolean {
    return this.#times[Time.leaseMs]! > 0;
  }

  /** Whether several primaries are set up: this one waits while another serves. */
  get waits(): boolean {
    return this.#waits.load() === 1;
  }

  standBy(): void {
    this.#waits.store(1);
    this.role = 'standby';
  }

  /** Other primaries may take the store over when its lease stood still for so long; 0: only when this process ends. */
  share(leaseMs: number): void {
    this.#times[Time.leaseMs] = leaseMs;
  }

  /** @param asked when the question left that the store answered, by this thread's own clock */
  renewed(asked: number): void {
    this.#times[Time.renewed] = asked + SHIFT_MS;
  }

  /** From the taking of the store to the first answer. */
  tookOver(ms: number): void {
    this.#times[Time.takeoverMs] = ms;
  }

  /** 0 when this process had the store from its start. */
  takeoverMs(): number {
    return this.#times[Time.takeoverMs]!;
  }

  /** Since the store last confirmed that it is this process's, in milliseconds. */
  ageMs(): number {
    return now() - this.#times[Time.renewed]!;
  }

  /** Another primary may have the store by now, or has it: only what the store vouches for may be answered. */
  isDoubtful(): boolean {
    const leaseMs = this.#times[Time.leaseMs]!;
    return leaseMs > 0 && this.ageMs() > leaseMs * YOUNG;
  }

  /** From here on the process may keep the store only while this thread's event loop turns. */
  keepTicking(): void {
    const slot = this.#threads.self();
    const tick = () => {
      this.#ticks[slot] = now();
    };
    tick();
    setInterval(tick, TICK_MS).unref();
  }

  /** For how long the thread that turned longest ago stands still, in milliseconds. */
  oldestTickMs(): number {
    const ticks = this.#ticks.filter((at) => at > 0);
    return ticks.length === 0 ? 0 : now() - Math.min(...ticks);
  }

  /** Lets the front threads answer that listen already, or, when another primary serves after all, go. */
  openDoors(): void {
    this.#setDoors(Doors.open);
  }

  giveUpDoors(): void {
    if (this.#doors.load() === Doors.closed) this.#setDoors(Doors.given);
  }

  /** Stands still, and with it the event loop, until the doors are opened: whoever connects waits in the kernel's queue. */
  awaitDoors(): void {
    while (this.#doors.load() === Doors.closed) this.#doors.wait(Doors.closed, 1000);
  }

  #setDoors(state: number): void {
    this.#doors.store(state);
    this.#doors.notify();
  }
}

function now(): number {
  return performance.now() + SHIFT_MS;
}
