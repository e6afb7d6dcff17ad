/** One of the threads that want the same mutex: takes and releases it until told to stop, and says how often. */
import { parentPort, workerData } from 'node:worker_threads';
import { Region } from '../../src/memory/region.js';
import { BenchRegion } from './bench-region.js';

export type Mutex = 'LockTable' | 'futex mutex';
export interface ContestData {
  readonly buffer: SharedArrayBuffer;
  readonly mutex: Mutex;
}

/** Words of BenchRegion.signals, apart from each other. */
export const BEGIN = 0;
export const END = 32;
export const GUARDED = 64;

if (parentPort !== null) contend(workerData as ContestData, parentPort);

function contend({ buffer, mutex }: ContestData, port: NonNullable<typeof parentPort>): void {
  const { locks, futex, signals } = new BenchRegion(Region.attach(buffer));
  const [acquire, release] =
    mutex === 'LockTable'
      ? [() => locks.acquire(0), () => locks.release(0)]
      : [() => futex.acquire(), () => futex.release()];
  port.postMessage('ready');
  Atomics.wait(signals, BEGIN, 0);
  let pairs = 0;
  while (Atomics.load(signals, END) === 0) {
    acquire();
    signals[GUARDED]!++;
    release();
    pairs++;
  }
  port.postMessage(pairs);
}
