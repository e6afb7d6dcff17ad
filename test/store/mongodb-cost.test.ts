/** Updates of tasks send the database as many bytes in a long run as in short ones, and wait as long. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MongodbStore } from '../../src/store/mongodb/store.js';
import { CutProxy } from '../chaos/cut-proxy.js';
import { batch, change, liveOf, newTask, runHead, taskUpdate } from './documents.js';
import { mongodbPlace, withoutMongodb } from './mongodb-place.js';
import { UpdateBytes } from './update-bytes.js';

const GROUPS = Number(process.env['SHOAL_COST_GROUPS'] ?? 16);
/** Tasks that change between two batches. */
const TASKS_A_GROUP = 10;
const SHORT_RUN = 10;
/** Fewer than in the run of 20,000 that the design names, for a stand-in for MongoDB is slow with long documents. */
const LONG_RUN = Number(process.env['SHOAL_COST_TASKS'] ?? 400);

/** For each changed task, its run included. */
interface Cost {
  bytes: number;
  /** Until the batch is durable. */
  ms: number;
  /** Until it is in the documents, too. */
  msInAll: number;
}

/** Of the same tasks in the same order, whether they are in many runs or in one. */
async function costOfUpdate(tasksInRun: number, mostEmbeddedTasks: number): Promise<Cost> {
  const place = await mongodbPlace();
  const sent = new UpdateBytes();
  const { proxy, url } = await CutProxy.open(place.url, (connection, chunk) => sent.take(connection, chunk));
  const writer = await new MongodbStore(url, { connections: 2, mostEmbeddedTasks }).openWriter();
  const heads = Array.from({ length: LONG_RUN / tasksInRun }, (_, i) => runHead(i + 1));
  for (const head of heads) {
    const tasks = Array.from({ length: tasksInRun }, (_, i) => newTask(i));
    const insert = change(head._id, { insert: head, live: liveOf(head), tasks });
    await writer.commit(batch({ runs: [insert] }));
  }
  const bytes = () => sent.of('runs', 'shoal_tasks', 'shoal_updates');
  const before = bytes();
  const began = performance.now();
  for (let i = 0; i < GROUPS; i++) {
    const tasks = Array.from(
      { length: TASKS_A_GROUP },
      (_, k) => ((i * TASKS_A_GROUP + k) * 7919) % LONG_RUN,
    );
    const runs = heads.flatMap((head, run) => {
      const own = tasks.filter((task) => Math.floor(task / tasksInRun) === run);
      const live = liveOf(head, { last_updated: head.last_updated + i, committed_games: i });
      const updates = own.map((task) => taskUpdate(task % tasksInRun, i + 1));
      return own.length === 0 ? [] : [change(head._id, { live, tasks: updates })];
    });
    await writer.commit(batch({ runs }));
  }
  const durable = performance.now();
  await writer.close();
  const updates = GROUPS * TASKS_A_GROUP;
  const cost = {
    bytes: (bytes() - before) / updates,
    ms: (durable - began) / updates,
    msInAll: (performance.now() - began) / updates,
  };
  await proxy.close();
  await place.remove();
  return cost;
}

const text = ({ bytes, ms, msInAll }: Cost) =>
  `${bytes.toFixed(0)} bytes, ${ms.toFixed(2)} ms (${msInAll.toFixed(2)} until in the documents)`;

for (const { where, share } of [
  { where: 'in its document', share: 1 },
  { where: 'beside its document, but for a quarter', share: 1 / 4 },
]) {
  test(`the bytes sent for an update hardly depend on the size of a run with tasks ${where}`, {
    skip: withoutMongodb,
  }, async (t) => {
    const [short, long] = [
      await costOfUpdate(SHORT_RUN, SHORT_RUN),
      await costOfUpdate(LONG_RUN, LONG_RUN * share),
    ];
    t.diagnostic(`runs of ${SHORT_RUN}: ${text(short)}; a run of ${LONG_RUN}: ${text(long)}`);
    assert.ok(long.bytes <= 1.2 * short.bytes, `${long.bytes} against ${short.bytes} bytes`);
  });
}
