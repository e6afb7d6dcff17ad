/** The one reservation of shared memory, laid out for every thread of the process. */
import type { Config } from '../config/config.js';
import { Shared, type SharedOptions, type ThreadData } from '../runtime/shared.js';
import { watchLoop } from '../runtime/watch-loop.js';

export const MIB = 1024 * 1024;
/** Bytes of the reservation that the tables do not take are the slab's, at most this share. */
const SLAB_SHARE = 0.5;

export interface SharedMemory {
  readonly shared: Shared;
  /** What every other thread is started with. */
  readonly threadData: ThreadData;
}

/** Call once, on the main thread, which takes its slot in the registry of threads. */
export function openSharedMemory(config: Config): SharedMemory {
  const options = sharedOptions(config);
  const shared = Shared.create(config.SHARED_MEMORY_MB * MIB, options);
  shared.state.threads.join('main');
  watchLoop(shared);
  return { shared, threadData: { ...options, buffer: shared.region.buffer } };
}

/** How much of everything fits, as the settings say. */
export function sharedOptions(config: Config): SharedOptions {
  return {
    sizes: {
      runs: config.SHOAL_MAX_RUNS,
      tasks: config.SHOAL_MAX_TASKS,
      workers: config.SHOAL_MAX_WORKERS,
      users: config.SHOAL_MAX_USERS,
      slabBytes: config.SHARED_MEMORY_MB * MIB * SLAB_SHARE,
    },
    taskSemaphoreSize: config.TASK_SEMAPHORE_SIZE,
    tokens: config.THREADPOOL_TOKENS,
  };
}
