/** A thread that reads a run again and again until told to stop: every reading must be of whole batches. */
import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '../../src/store/open-store.js';
import { collect, idOf } from './documents.js';

const { url, stays, idles } = workerData as { url: string; stays: boolean; idles: boolean };
const reader = await openStore(url).openReader();
let stopped = false;
parentPort!.once('message', () => {
  stopped = true;
});
let [readings, torn] = [0, 0];
while (!stopped) {
  const tasks = await collect(reader.tasks(idOf(1)));
  // The writer raises all tasks of the run together.
  if (new Set(tasks.map((task) => task.stats.wins)).size !== 1) torn++;
  if (++readings === 1) parentPort!.postMessage('reading');
  await new Promise(setImmediate);
}
if (!stays) await reader.close();
parentPort!.postMessage({ readings, torn });
// Kept alive, but in no call: the only state in which a thread may be terminated.
if (idles) setInterval(() => {}, 1_000);
