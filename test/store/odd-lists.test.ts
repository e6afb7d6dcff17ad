/** Runs of old databases whose lists are missing, null or documents take tasks all the same, and have lists from then on. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Document, ObjectId } from 'mongodb';
import { badTask, batch, change, collect, idOf, newTask, runHead, stats, taskUpdate } from './documents.js';
import { type MongodbPlace, placeOn, SERVERS, withoutMongodb } from './mongodb-place.js';
import { usePlace } from './store-place.js';

const ODD: readonly [what: string, members: Document][] = [
  ['no lists', {}],
  ['null', { tasks: null, bad_tasks: null }],
  ['empty documents', { tasks: {}, bad_tasks: {} }],
  ['other documents', { tasks: { x: 1 }, bad_tasks: { x: 1 } }],
  ['texts', { tasks: 'none', bad_tasks: 'none' }],
  ['empty lists', { tasks: [], bad_tasks: [] }],
];

if (withoutMongodb) describe('mongodb: odd lists', { skip: withoutMongodb }, () => {});
for (const [i, uri] of SERVERS.entries()) {
  describe(`mongodb (server ${i + 1}): odd lists`, () => {
    const open = usePlace(() => placeOn(uri, { delayMs: 0 }));
    const runs = () => (open.place as MongodbPlace).db.collection('runs');

    for (const [n, [what, members]] of ODD.entries()) {
      test(what, async () => {
        const { _id, ...head } = runHead(0x700 + n);
        const { tasks: _, bad_tasks: __, ...stored } = head as Document;
        await runs().insertOne({ _id: new ObjectId(_id), ...stored, ...members });
        await open.writer.commit(batch({ runs: [change(_id, { tasks: [newTask(0)] })] }));
        const more = change(_id, {
          tasks: [taskUpdate(0, 3), newTask(1), newTask(2)],
          badTasks: [badTask(1, 2)],
        });
        await open.writer.commit(batch({ runs: [more] }));
        await open.writer.commit(batch({ runs: [change(_id, { badTasks: [badTask(2, 3)] })] }));
        const run = await runs().findOne({ _id: new ObjectId(_id) });
        assert.deepEqual([Array.isArray(run?.['tasks']), Array.isArray(run?.['bad_tasks'])], [true, true]);
        const tasks = await collect(open.reader.tasks(_id));
        assert.deepEqual(
          tasks.map((task) => task.stats),
          [stats(3), stats(0), stats(0)],
        );
        assert.deepEqual((await open.reader.badTasks(_id)).length, 2);
      });
    }

    test('a document that an index made of a list is read as that list', async () => {
      const { _id, ...head } = runHead(0x7f0);
      await open.writer.commit(
        batch({ runs: [change(idOf(0x7f1), { insert: runHead(0x7f1), tasks: [newTask(0), newTask(1)] })] }),
      );
      const whole = await runs().findOne({ _id: new ObjectId(idOf(0x7f1)) });
      const { tasks: _, bad_tasks: __, ...stored } = head as Document;
      await runs().insertOne({ _id: new ObjectId(_id), ...stored, tasks: { ...whole!['tasks'] } });
      assert.equal((await collect(open.reader.tasks(_id))).length, 2);
      assert.deepEqual((await open.reader.task(_id, 1))?.start, newTask(1).start);
      await open.writer.commit(batch({ runs: [change(_id, { tasks: [taskUpdate(1, 4), newTask(2)] })] }));
      const tasks = await collect(open.reader.tasks(_id));
      assert.deepEqual(
        tasks.map((task) => task.stats),
        [stats(0), stats(4), stats(0)],
      );
    });
  });
}
