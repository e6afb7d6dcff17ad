/** Starts the reaper's thread. It keeps no process alive and is never stopped: it ends with the process. */
import { Worker } from 'node:worker_threads';
import type { ThreadData } from '../../runtime/shared.js';
import type { ReapReport } from './reaper-messages.js';
import { type OnThreadExit, superviseThread } from './supervise.js';

export function startReaper(
  data: ThreadData,
  onReap: (report: ReapReport) => void,
  onExit: OnThreadExit,
): void {
  const worker = new Worker(new URL('./reaper-thread.js', import.meta.url), { workerData: data });
  worker.on('message', onReap);
  superviseThread(worker, 'reaper', onExit);
  worker.unref();
}
