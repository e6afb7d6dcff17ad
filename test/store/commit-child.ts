/**
 * A child process that commits batches for ever and prints each number once its batch is durable. Each batch changes a
 * task, adds one and logs an action, so that half a batch would show.
 */
import { openStore } from '../../src/store/open-store.js';
import { action, batch, change, idOf, newTask, runHead, taskUpdate } from './documents.js';

const [url, first] = [process.argv[2]!, Number(process.argv[3])];
const writer = await openStore(url).openWriter();
for (let n = first; ; n++) {
  const tasks = n === 0 ? [newTask(0)] : [taskUpdate(n - 1, n), newTask(n)];
  const run = change(idOf(1), n === 0 ? { insert: runHead(1), tasks } : { tasks });
  await writer.commit(batch({ runs: [run], actions: [action(n)] }));
  // A synchronous write to a pipe: what was printed has left the process when it is killed.
  process.stdout.write(`${n}\n`);
}
