/** Updates of tasks send the database as many bytes in a long run as in a short one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CutProxy } from '../../src/cli/chaos/cut-proxy.js';
import { MongodbStore } from '../../src/store/mongodb/mongodb-store.js';
import { change, group, liveOf, newTask, runHead, taskUpdate } from './documents.js';
import { mongodbPlace, withoutMongodb } from './mongodb-place.js';
import { UpdateBytes } from './update-bytes.js';

const GROUPS = Number(process.env['SHOAL_COST_GROUPS'] ?? 8);
/** Tasks that change between two groups. */
const TASKS_A_GROUP = 10;
/** Fewer than in the run of 20,000 that the design names, for a stand-in for MongoDB is slow with long documents. */
const LONG_RUN = Number(process.env['SHOAL_COST_TASKS'] ?? 400);

interface Cost {
  bytes: number;
  ms: number;
}

/** For each changed task, its run included. */
async function costOfUpdate(tasksInRun: number, mostEmbeddedTasks: number): Promise<Cost> {
  const place = await mongodbPlace();
  const sent = new UpdateBytes();
  const { proxy, url } = await CutProxy.open(place.url, (connection, chunk) => sent.take(connection, chunk));
  const store = new MongodbStore(url, { connections: 2, mostEmbeddedTasks });
  const head = runHead(1);
  const tasks = Array.from({ length: tasksInRun }, (_, i) => newTask(i));
  const writer = await store.openWriter();
  await writer.commit(group({ runs: [change(head._id, { insert: head, tasks })] }));
  const bytes = () => sent.of('runs', 'shoal_tasks');
  const before = bytes();
  const began = performance.now();
  for (let i = 0; i < GROUPS; i++) {
    const numbers = Array.from(
      { length: TASKS_A_GROUP },
      (_, k) => ((i * TASKS_A_GROUP + k) * 7919) % tasksInRun,
    );
    const tasks = numbers.map((taskId) => taskUpdate(taskId, i + 1));
    const live = liveOf(head, { last_updated: head.last_updated + i, committed_games: i });
    await writer.commit(group({ runs: [change(head._id, { live, tasks })] }));
  }
  const updates = GROUPS * TASKS_A_GROUP;
  const cost = { bytes: (bytes() - before) / updates, ms: (performance.now() - began) / updates };
  await writer.close();
  await proxy.close();
  await place.remove();
  return cost;
}

const text = ({ bytes, ms }: Cost) => `${bytes.toFixed(0)} bytes and ${ms.toFixed(1)} ms`;

for (const { where, share, most } of [
  { where: 'in its document', share: 1, most: 1.2 },
  // A second request for each group, and a key for each task.
  { where: 'beside its document, but for a quarter', share: 1 / 4, most: 1.4 },
]) {
  test(`the bytes sent for an update hardly depend on the size of a run with tasks ${where}`, {
    skip: withoutMongodb,
  }, async (t) => {
    const [short, long] = [await costOfUpdate(10, LONG_RUN), await costOfUpdate(LONG_RUN, LONG_RUN * share)];
    t.diagnostic(`${text(short)} in a run of 10, ${text(long)} in a run of ${LONG_RUN}`);
    assert.ok(long.bytes <= most * short.bytes, `${long.bytes} against ${short.bytes} bytes`);
  });
}
