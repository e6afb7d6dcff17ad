// What a thread's row in the registry is made of: 32-bit words that any thread of the region reads.

/** Most threads that may share one region; the bitmaps of waiting threads have this many bits. */
export const MAX_THREADS = 64;
/** Row 0 is nobody's: its wake word is counted up when a thread may have died. */
export const NOBODY = 0;
export const ROW = 64;

/** Its wake word, which others write, has a cache line of its own. */
export const ThreadWord = {
  wake: 0,
  state: 32,
  generation: 33,
  waitingOn: 34,
  arrival: 35,
  handingTo: 36,
  /** Number of the thread in Node, and in the kernel (0 where the kernel does not tell). */
  nodeId: 37,
  kernelId: 38,
  /** Counts up while the thread's event loop turns. */
  liveness: 39,
  /** Above 0 while the thread is in native code that must not be ended half-way. */
  native: 40,
} as const;

export const ThreadState = { free: 0, alive: 1, dead: 2 } as const;

/** What the words of waiting need of the registry. */
export interface ThreadRows {
  readonly words: Int32Array;
  /** This thread's slot; throws when it has not joined. */
  self(): number;
  /** Whether the thread in `slot` ended without leaving, by the kernel's word. */
  isGone(slot: number): boolean;
}
