// Blobs of any length in shared memory, found by a 32-bit handle.

import { Packr } from 'msgpackr';
import { failpoint } from '../failpoint.js';
import { LockTable } from '../locks/lock-table.js';
import type { Region } from '../region.js';
import { BLOCK_UNITS, sizeClassFor } from './size-classes.js';

/** Handles count units of this many bytes, so that 31 bits reach past 8 GiB. */
const UNIT = 16;
const HEADER_WORDS = UNIT / 4;
/**
 * A Uint8Array ends at 4 GiB, so blobs are seen through windows that start every 2 GiB and reach past the next one's
 * start by the largest block.
 */
const WINDOW_BITS = 27;
const WINDOW_UNITS = 2 ** WINDOW_BITS;
/** Most units, where the Int32Array of the headers ends: 16 GiB. */
const MOST_UNITS = 2 ** 30;
/** The rest fits no large blob any more. */
const NEARLY_FULL = 0.96;
/** Words of a block's header. A free block keeps the next free block of its class in LENGTH. */
const LENGTH = 0;
const CLASS_AND_USE = 1;
const GENERATION = 2;
const IN_USE = 0x100;
/** Words of the shared counters, 128 bytes apart. */
const COUNTER_ROW = 32;
const NEXT_UNIT = 0;
/**
 * Words of a class's row: head of its free list, units handed out, and what its lock's owner is about: a block that moves
 * (0: none), and what comes after it in the list.
 */
const HEAD = 0;
const OUT = 1;
const MOVING = 2;
const NEXT = 3;

/** No room for a blob: `wanted` bytes, with `inUse` of `capacity` bytes taken. */
export class SlabFull extends Error {
  override readonly name = 'SlabFull';
  constructor(
    slab: string,
    readonly wanted: number,
    readonly inUse: number,
    readonly capacity: number,
  ) {
    super(`slab "${slab}" has no room for ${wanted} bytes: ${inUse} of ${capacity} are in use`);
  }
}

/**
 * A blob allocator with size classes four to the octave: waste stays below a fifth, and a freed block is used again
 * for its class (or a smaller one, when nothing else is left). A handle is a u32 above 0; 0 means none. Each block
 * counts how often it was freed (`generation`), so a keeper of stale handles can find out.
 */
export class Slab {
  readonly #name: string;
  readonly #words: Int32Array;
  readonly #windows: readonly Uint8Array[];
  readonly #units: number;
  readonly #counters: Int32Array;
  readonly #classes: Int32Array;
  readonly #locks: LockTable;
  readonly #packr = new Packr({ useRecords: false });

  /** Reserves `bytes`, at most 16 GiB. `rank` is the rank of its own locks, which it holds only inside its calls. */
  constructor(region: Region, name: string, bytes: number, rank: number) {
    this.#name = name;
    this.#units = Math.floor(bytes / UNIT);
    if (this.#units > MOST_UNITS) {
      throw new RangeError(
        `slab "${name}" of ${bytes} bytes is larger than ${MOST_UNITS * UNIT}: lower SHARED_MEMORY_MB`,
      );
    }
    this.#counters = region.i32(`${name}.counters`, COUNTER_ROW);
    this.#classes = region.i32(`${name}.classes`, BLOCK_UNITS.length * COUNTER_ROW);
    this.#locks = new LockTable(region, `${name}.locks`, BLOCK_UNITS.length, rank);
    this.#locks.repair = (size) => this.#repair(size);
    this.#words = region.i32(`${name}.blocks`, this.#units * HEADER_WORDS);
    this.#windows = windowsOn(this.#words);
    // Unit 0 is left unused: its handle would be 0.
    Atomics.compareExchange(this.#counters, NEXT_UNIT, 0, 1);
  }

  /** Stores a copy of `bytes`; throws SlabFull when there is no room. */
  put(bytes: Uint8Array): number {
    const handle = this.#allocate(bytes.byteLength);
    this.#window(handle).set(bytes, startOf(handle));
    return handle;
  }

  /** A view of the blob in shared memory: valid only while the caller keeps the blob from being freed. */
  read(handle: number): Uint8Array {
    const at = this.#header(handle);
    const start = startOf(handle);
    return this.#window(handle).subarray(start, start + this.#words[at + LENGTH]!);
  }

  /** The blob's bytes in memory of this thread's own. */
  copy(handle: number): Buffer {
    return Buffer.from(this.read(handle));
  }

  /** Whether the blob equals the first `length` of `bytes`; allocates nothing. */
  equals(handle: number, bytes: Uint8Array, length: number): boolean {
    if (this.#words[this.#header(handle) + LENGTH] !== length) return false;
    const mine = this.#window(handle);
    const start = startOf(handle);
    for (let i = 0; i < length; i++) if (mine[start + i] !== bytes[i]) return false;
    return true;
  }

  /** Gives the block back. Throws when the handle is not of a blob in use, as after a second free. */
  free(handle: number): void {
    const at = this.#header(handle);
    const size = this.#words[at + CLASS_AND_USE]! & ~IN_USE;
    const row = size * COUNTER_ROW;
    this.#locks.runBriefly(size, () => {
      this.#header(handle);
      Atomics.add(this.#words, at + GENERATION, 1);
      this.#begin(row, handle, this.#classes[row + HEAD]!);
      this.#words[at + CLASS_AND_USE] = size;
      this.#words[at + LENGTH] = this.#classes[row + HEAD]!;
      failpoint?.('slab: freeing');
      this.#classes[row + HEAD] = handle;
      Atomics.sub(this.#classes, row + OUT, 1);
      this.#classes[row + MOVING] = 0;
    });
  }

  /** How often the block at `handle` has been freed; the same number means the same blob. */
  generation(handle: number): number {
    if (!(handle > 0 && handle < this.#units))
      throw new RangeError(`${handle} is no handle of slab "${this.#name}"`);
    return Atomics.load(this.#words, handle * HEADER_WORDS + GENERATION) >>> 0;
  }

  /** Stores `value` as msgpack. */
  putValue(value: unknown): number {
    return this.put(this.#packr.pack(value));
  }

  /** A fresh copy of the value stored at `handle`. */
  getValue(handle: number): unknown {
    return this.#packr.unpack(this.copy(handle));
  }

  /** Bytes of all blocks in use, headers and rounding included. */
  bytesInUse(): number {
    let units = 0;
    for (let size = 0; size < BLOCK_UNITS.length; size++) {
      units += Atomics.load(this.#classes, size * COUNTER_ROW + OUT) * BLOCK_UNITS[size]!;
    }
    return units * UNIT;
  }

  /** Whether there is room for little more: whoever can wait leaves it to those who cannot. Takes no lock. */
  isNearlyFull(): boolean {
    return this.bytesInUse() >= this.capacity() * NEARLY_FULL;
  }

  /** Bytes reserved. */
  capacity(): number {
    return this.#units * UNIT;
  }

  #window(handle: number): Uint8Array {
    return this.#windows[handle >>> WINDOW_BITS]!;
  }

  #header(handle: number): number {
    const at = handle * HEADER_WORDS;
    if (!(handle > 0 && handle < this.#units) || (this.#words[at + CLASS_AND_USE]! & IN_USE) === 0) {
      throw new RangeError(`handle ${handle} of slab "${this.#name}" is not a blob in use`);
    }
    return at;
  }

  #allocate(length: number): number {
    const wanted = sizeClassFor(Math.ceil(length / UNIT) + 1);
    if (wanted < 0) throw new SlabFull(this.#name, length, this.bytesInUse(), this.capacity());
    let handle = this.#takeFree(wanted, length) || this.#takeFresh(wanted, length);
    for (let size = wanted + 1; handle === 0 && size < BLOCK_UNITS.length; size++) {
      handle = this.#takeFree(size, length);
    }
    if (handle === 0) throw new SlabFull(this.#name, length, this.bytesInUse(), this.capacity());
    return handle;
  }

  #takeFree(size: number, length: number): number {
    const row = size * COUNTER_ROW;
    if (Atomics.load(this.#classes, row + HEAD) === 0) return 0;
    return this.#locks.runBriefly(size, () => {
      const handle = this.#classes[row + HEAD]!;
      if (handle === 0) return 0;
      const at = handle * HEADER_WORDS;
      const next = this.#words[at + LENGTH]!;
      this.#begin(row, handle, next);
      this.#classes[row + HEAD] = next;
      Atomics.add(this.#classes, row + OUT, 1);
      failpoint?.('slab: taking');
      this.#words[at + LENGTH] = length;
      this.#words[at + CLASS_AND_USE] = size | IN_USE;
      this.#classes[row + MOVING] = 0;
      return handle;
    });
  }

  /** Records what is about to happen, so that a death half-way can be repaired. Call under the class's lock. */
  #begin(row: number, handle: number, next: number): void {
    this.#classes[row + NEXT] = next;
    this.#classes[row + MOVING] = handle;
  }

  /**
   * A block that was moving when its thread died is free afterwards: a freeing is completed, a taking rolled back. It has
   * been counted as handed out unless it still is, or already is, the head.
   */
  #repair(size: number): void {
    const row = size * COUNTER_ROW;
    const handle = this.#classes[row + MOVING]!;
    if (handle === 0) return;
    const at = handle * HEADER_WORDS;
    const isHead = this.#classes[row + HEAD] === handle;
    this.#words[at + CLASS_AND_USE] = size;
    this.#words[at + LENGTH] = this.#classes[row + NEXT]!;
    this.#classes[row + HEAD] = handle;
    if (!isHead) Atomics.sub(this.#classes, row + OUT, 1);
    this.#classes[row + MOVING] = 0;
  }

  #takeFresh(size: number, length: number): number {
    const units = BLOCK_UNITS[size]!;
    let handle = Atomics.load(this.#counters, NEXT_UNIT);
    for (;;) {
      if (handle + units > this.#units) return 0;
      const found = Atomics.compareExchange(this.#counters, NEXT_UNIT, handle, handle + units);
      if (found === handle) break;
      handle = found;
    }
    Atomics.add(this.#classes, size * COUNTER_ROW + OUT, 1);
    const at = handle * HEADER_WORDS;
    this.#words[at + LENGTH] = length;
    this.#words[at + CLASS_AND_USE] = size | IN_USE;
    return handle;
  }
}

function windowsOn(words: Int32Array): Uint8Array[] {
  const step = WINDOW_UNITS * UNIT;
  const reach = step + BLOCK_UNITS.at(-1)! * UNIT;
  const windows: Uint8Array[] = [];
  for (let start = 0; start < words.byteLength; start += step) {
    const length = Math.min(reach, words.byteLength - start);
    windows.push(new Uint8Array(words.buffer, words.byteOffset + start, length));
  }
  return windows;
}

/** Where a blob's bytes start in its window: after the header. */
function startOf(handle: number): number {
  return ((handle & (WINDOW_UNITS - 1)) + 1) * UNIT;
}
