/** The shared tables that the micro benchmarks use, carved alike by every thread. */

import { LockTable } from '../../src/memory/locks/lock-table.js';
import { Semaphore } from '../../src/memory/locks/semaphore.js';
import { Threads } from '../../src/memory/locks/threads.js';
import { Region } from '../../src/memory/region.js';
import { KeyedTable } from '../../src/memory/tables/keyed-table.js';
import { Slab } from '../../src/memory/tables/slab.js';
import { FutexMutex } from './futex-mutex.js';

const MIB = 1024 ** 2;
export const KEYS = 100_000;

export class BenchRegion {
  readonly buffer: SharedArrayBuffer;
  readonly locks: LockTable;
  readonly futex: FutexMutex;
  readonly semaphore: Semaphore;
  readonly slab: Slab;
  readonly table: KeyedTable;
  /** Begin and end of a contest, and a word that its locks guard. */
  readonly signals: Int32Array;

  constructor(region = Region.create(256 * MIB)) {
    this.buffer = region.buffer;
    const threads = new Threads(region);
    this.locks = new LockTable(region, 'lock', 1, 10);
    this.futex = new FutexMutex(region.i32('futex', 1));
    this.semaphore = new Semaphore(region, 'semaphore', 1 << 30);
    this.slab = new Slab(region, 'slab', 64 * MIB, 30);
    const { slab } = this;
    this.table = new KeyedTable(region, 'table', {
      capacity: 2 * KEYS,
      words: 4,
      stripes: 64,
      rank: 20,
      slab,
    });
    this.signals = region.i32('signals', 96);
    threads.join('bench', { parks: true });
  }
}
