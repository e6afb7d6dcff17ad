/** The threads that the process cannot go on without: when one ends, the process ends at once, and loudly. */
import { Worker } from 'node:worker_threads';
import type { ThreadData } from '../../runtime/shared.js';
import type { ReapReport } from './reaper-thread.js';

/** As sysexits.h's EX_SOFTWARE: a supervisor starts the server again, which rebuilds its memory from the store. */
export const EXIT_THREAD_EXITED = 70;

/**
 * Calls `onLost` when the thread ends before the returned function was called. Restarting the store's thread alone is
 * no way: it had cleared the marks of what it was about to commit, so the journal would be wrong without a word, while a
 * restart of the process loses nothing that was acknowledged.
 */
export function superviseThread(worker: Worker, onLost: (code: number) => void): () => void {
  let expected = false;
  worker.on('exit', (code) => {
    if (!expected) onLost(code);
  });
  return () => {
    expected = true;
  };
}

/** Starts the thread that buries others. */
export function startReaper(
  data: ThreadData,
  onReap: (report: ReapReport) => void,
  onLost: (code: number) => void,
): void {
  const worker = new Worker(new URL('./reaper-thread.js', import.meta.url), { workerData: data });
  worker.on('message', onReap);
  worker.on('error', () => {});
  superviseThread(worker, onLost);
  worker.unref();
}
