/** A batch that the store refuses for what it holds ends its writer, and does not keep the next one from opening. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ObjectId } from 'mongodb';
import { logAction, withSystem } from '../../src/operations/changes.js';
import { applyOperations } from '../../src/store/mongodb/batch-operations.js';
import { IntentLog } from '../../src/store/mongodb/intent-log.js';
import { takeLease } from '../../src/store/mongodb/lease-watch.js';
import { RedoLog } from '../../src/store/mongodb/redo-log.js';
import { Update } from '../../src/store/mongodb/update.js';
import type { Writer } from '../../src/store/port.js';
import { StoreError } from '../../src/store/store-error.js';
import { GroupCommitter } from '../../src/store/writer/group-commit.js';
import { createWorld } from '../operations/world.js';
import { mongodbPlace, withoutMongodb } from './mongodb-place.js';
import { logged } from './one-run.js';

test('a batch that is refused for good is given up after its time, any other failure never', async () => {
  const { state } = createWorld();
  state.threads.join('main', { parks: true });
  const codes: ('away' | 'batch')[] = ['batch', 'away', 'batch', 'batch', 'batch'];
  let tries = 0;
  const writer = {
    commit: async () => {
      throw new StoreError(codes[tries++] ?? 'batch', 'refused');
    },
  } as unknown as Writer;
  const committer = new GroupCommitter(state, writer, {
    flushIntervalMs: 1000,
    refusedMs: 5,
    pause: () => new Promise((resolve) => setTimeout(resolve, 10)),
  });
  withSystem(state, (slot) =>
    logAction(state, slot, Date.now(), 'system_event', { username: 'fishtest.system', message: 'x' }),
  );
  await assert.rejects(committer.drain(), { code: 'batch' });
  // The first refusal was followed by an absence, so that its time began again.
  assert.equal(tries, 4);
  state.threads.leave();
});

test('MongoDB: what is left of a refused batch is set aside', { skip: withoutMongodb }, async () => {
  const place = await mongodbPlace();
  const writer = await place.store.openWriter();
  await writer.close();
  const { lease } = await takeLease(place.db, { name: 'test' });
  const log = new IntentLog(place.db, lease);
  // Two entries of one name: the index refuses the second.
  const twins = [1, 2].map(() => ({
    collection: 'workers',
    operation: {
      updateOne: {
        filter: { _id: new ObjectId() },
        update: { $set: { worker_name: 'alice-4cores-abcd' } },
        upsert: true,
      },
    },
  }));
  await assert.rejects(log.commit(log.prepare(twins, new Date())), { code: 11_000 });
  await lease.release();

  const next = await place.store.openWriter();
  await next.close();
  const refused = await place.db.collection('shoal_refused').find().toArray();
  assert.equal(refused.length, 1);
  assert.match(String(refused[0]?.['error']), /left failed: .*(duplicate|E11000)/i);
  const once = await place.store.openWriter();
  await once.close();
  assert.equal(await place.db.collection('shoal_refused').countDocuments(), 1);
  await place.remove();
});

test('MongoDB: of a log, what is refused is set aside and the rest is done', {
  skip: withoutMongodb,
}, async () => {
  const place = await mongodbPlace();
  await (await place.store.openWriter()).close();
  const { lease } = await takeLease(place.db, { name: 'test' });
  const log = new RedoLog(place.db, lease.epoch, 0);
  await lease.startUpdates(log.id);
  const names = ['alice-4cores-abcd', 'alice-4cores-abcd', 'bob-4cores-abcd'];
  const updates = names.map((name) => {
    const update = new Update('workers', new ObjectId(), true);
    update.put('worker_name', name);
    return update;
  });
  await applyOperations(place.db, log.entries(updates, new Date()).operations);
  await lease.release();

  await (await place.store.openWriter()).close();
  const workers = await place.db.collection('workers').find().sort({ worker_name: 1 }).toArray();
  assert.deepEqual(
    workers.map(({ worker_name }) => worker_name),
    [names[0], names[2]],
  );
  const refused = await place.db.collection('shoal_refused').find().toArray();
  assert.equal(refused.length, 1);
  assert.match(String(refused[0]?.['error']), /logged for workers\/[0-9a-f]+ failed: .*(duplicate|E11000)/i);
  assert.equal(await logged(place), 0);
  await place.remove();
});
