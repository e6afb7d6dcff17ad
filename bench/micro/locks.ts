/** Mutexes and the semaphore: alone, and wanted by several threads at once. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Figure, figure } from '../work/result.js';
import { BenchRegion } from './bench-region.js';
import { compare, type MicroOptions } from './compare.js';
import { BEGIN, type ContestData, END, GUARDED, type Mutex } from './contest-thread.js';

const MUTEXES: readonly Mutex[] = ['LockTable', 'futex mutex'];

export async function measureLocks(options: MicroOptions): Promise<Figure[]> {
  return [...(await alone(options)), ...(await contested(options))];
}

async function alone(options: MicroOptions): Promise<Figure[]> {
  const { locks, futex, semaphore, signals } = new BenchRegion();
  const mutexes = {
    LockTable: (times: number) => {
      for (let i = 0; i < times; i++) {
        locks.acquire(0);
        locks.release(0);
      }
    },
    'futex mutex': (times: number) => {
      for (let i = 0; i < times; i++) {
        futex.acquire();
        futex.release();
      }
    },
  };
  const admissions = {
    Semaphore: (times: number) => {
      for (let i = 0; i < times; i++) {
        semaphore.tryAcquire();
        semaphore.release();
      }
    },
    'two atomic additions': (times: number) => {
      for (let i = 0; i < times; i++) {
        Atomics.add(signals, GUARDED, 1);
        Atomics.sub(signals, GUARDED, 1);
      }
    },
  };
  return [
    ...(await compare('mutex, uncontended', mutexes, options)),
    ...(await compare('semaphore, uncontended', admissions, options)),
  ];
}

async function contested({ rounds, ms }: MicroOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const threads of [2, 4, 8]) {
    const values = new Map(MUTEXES.map((mutex) => [mutex, [] as Contest[]]));
    for (let round = 0; round < rounds; round++) {
      for (const mutex of MUTEXES) values.get(mutex)!.push(await contest(mutex, threads, ms * 2));
    }
    for (const [mutex, all] of values) {
      const shares = all.map(({ leastShare }) => leastShare);
      figures.push(
        figure(
          `mutex, ${threads} threads at once`,
          mutex,
          'ns',
          all.map(({ ns }) => ns),
          { leastShare: Math.min(...shares) },
        ),
      );
    }
  }
  return figures;
}

interface Contest {
  /** Time for one thread's turn, of all threads together. */
  ns: number;
  /** Turns of the thread that had the fewest, as a share of an even part: 1 is fair. */
  leastShare: number;
}

/** @throws Error when two threads were in the section at once */
async function contest(mutex: Mutex, threads: number, ms: number): Promise<Contest> {
  const { buffer, signals } = new BenchRegion();
  const workerData: ContestData = { buffer, mutex };
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./contest-thread.js', import.meta.url), { workerData }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const turns = Promise.all(
    workers.map((worker) => once(worker, 'message').then(([pairs]) => pairs as number)),
  );
  const began = performance.now();
  Atomics.store(signals, BEGIN, 1);
  Atomics.notify(signals, BEGIN);
  await sleep(ms);
  Atomics.store(signals, END, 1);
  const elapsed = performance.now() - began;
  const counts = await turns;
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (signals[GUARDED] !== all)
    throw new Error(`${mutex}: ${all} turns, but ${signals[GUARDED]} were counted inside`);
  return { ns: (elapsed * 1e6) / all, leastShare: (Math.min(...counts) * threads) / all };
}
