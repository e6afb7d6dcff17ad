/** Watches over the threads that the process cannot go on without: when one exits, the process ends at once, and loudly. */
import type { Worker } from 'node:worker_threads';

/** As sysexits.h's EX_SOFTWARE: a supervisor starts the server again, which rebuilds its memory from the store. */
export const EXIT_THREAD_EXITED = 70;

/** As sysexits.h's EX_OSERR: another primary has the store. A supervisor starts the server again, as a standby if it may wait. */
export const EXIT_STORE_LOST = 71;

/** @param error what the thread threw, when it did: its stack is the one thing that an operator needs */
export type OnThreadExit = (role: string, code: number, error?: Error) => void;

/**
 * Calls `onExit` when the thread exits before the returned function was called. To restart the writer's thread alone is no
 * way: it had cleared the marks of what it was about to commit, so those changes would never reach the store, while a
 * restart of the process loses nothing that was acknowledged.
 */
export function superviseThread(worker: Worker, role: string, onExit: OnThreadExit): () => void {
  let isExpected = false;
  let thrown: Error | undefined;
  // Node.js tells of an uncaught error first, and of the exit after it.
  worker.on('error', (error) => {
    thrown = error;
  });
  worker.on('exit', (code) => {
    if (!isExpected) onExit(role, code, thrown);
  });
  return () => {
    isExpected = true;
  };
}
