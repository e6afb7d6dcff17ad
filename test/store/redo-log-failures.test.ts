/** Nothing is lost, doubled or done out of order when the database fails. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../src/store/mongodb/connection.js';
import { DocumentStamp } from '../../src/store/mongodb/document-stamp.js';
import { raiseBar } from '../../src/store/mongodb/epoch-fence.js';
import { IntentLog } from '../../src/store/mongodb/intent-log.js';
import { takeLease } from '../../src/store/mongodb/lease-watch.js';
import { RedoLog } from '../../src/store/mongodb/redo-log.js';
import { MongodbWriter } from '../../src/store/mongodb/writer.js';
import type { WriterLease } from '../../src/store/mongodb/writer-lease.js';
import { CutProxy } from '../chaos/cut-proxy.js';
import { badTask, batch, change, idOf, liveOf, newTask, taskUpdate } from './documents.js';
import { withoutMongodb } from './mongodb-place.js';
import {
  begin,
  closeOpened,
  commitWins,
  head,
  logged,
  NEVER_MS,
  open,
  opened,
  openPlace,
  stored,
  storedWins,
  until,
} from './one-run.js';

describe('a database that fails now and then', { skip: withoutMongodb, timeout: 180_000 }, () => {
  afterEach(closeOpened);

  it('takes a batch once, though it refuses its documents for a while', async () => {
    const place = await openPlace();
    const { client, db, name } = connect(place.url, { connections: 2 });
    const { lease } = await takeLease(db, { name });
    await raiseBar(db, lease.epoch);
    const updates = new RedoLog(db, lease.epoch, 0);
    await lease.startUpdates(updates.id);
    let refusals = 0;
    /** Refuses each second update of a run. */
    const fitful = new Proxy(db, {
      get: (target, member) =>
        member !== 'collection'
          ? Reflect.get(target, member, target)
          : (collection: string) => {
              const real = target.collection(collection);
              if (collection !== 'runs') return real;
              const bulkWrite: typeof real.bulkWrite = async (operations, options) => {
                if ('updateOne' in operations[0]! && refusals++ % 2 === 1) throw new Error('not now');
                return await real.bulkWrite(operations, options);
              };
              return Object.assign(Object.create(real), { bulkWrite }) as typeof real;
            },
    });
    const batches = new IntentLog(fitful, lease);
    const stamp = new DocumentStamp(fitful, lease, false);
    const parts = { client, db: fitful, name, lease, batches, updates, stamp, delayMs: NEVER_MS };
    const writer = new MongodbWriter({ ...parts, mostEmbeddedTasks: Number.POSITIVE_INFINITY });
    opened.push(() => writer.close());
    // Comes to three requests.
    const badTasks = Array.from({ length: 600 }, (_, i) => badTask(i, 2.5));
    const insert = change(head._id, { insert: head, live: liveOf(head), tasks: [newTask(0)] });
    await writer.commit(batch({ runs: [insert] }));
    const more = batch({ runs: [change(head._id, { live: liveOf(head, { workers: 7 }), badTasks })] });
    let tries = 0;
    await until(() =>
      writer.commit(more).then(
        () => true,
        () => ++tries > 100,
      ),
    );
    assert.ok(refusals >= 2 && tries >= 1 && tries < 100, `${refusals} refusals, ${tries} tries`);
    const run = await stored(place);
    assert.equal(run?.['bad_tasks'].length, 600);
    assert.equal(run?.['workers'], 7);
    assert.equal(await logged(place), 2);
  });

  it('has documents brought up to the log after an absence, with and without further batches', async () => {
    const place = await openPlace();
    const { proxy, url } = await CutProxy.open(place.url);
    opened.push(() => proxy.close());
    const writer = await open(place, 300, url);
    await begin(writer);
    let wins = 3;
    /** Commits and cuts the connection before the documents have it; where the checkpoint was quicker, once more. */
    const commitAndCut = async () => {
      for (;;) {
        await commitWins(writer, ++wins);
        proxy.cut();
        await sleep(600);
        if ((await storedWins(place)) !== wins) return;
        proxy.join();
      }
    };
    await commitAndCut();
    proxy.join();
    await until(async () => (await storedWins(place)) === wins && (await logged(place)) === 0);

    await commitAndCut();
    await assert.rejects(commitWins(writer, ++wins), { name: 'StoreError' });
    proxy.join();
    const last = ++wins;
    const runs = [change(head._id, { tasks: [taskUpdate(0, last)] })];
    await until(() =>
      writer.commit(batch({ runs })).then(
        () => true,
        () => false,
      ),
    );
    await until(async () => (await storedWins(place)) === last);
  });

  it('has a batch marked as done whose mark failed, before the next batch is done', async () => {
    const place = await openPlace();
    const { lease } = await takeLease(place.db, { name: 'test' });
    await raiseBar(place.db, lease.epoch);
    let failures = 1;
    const forgetful = {
      epoch: lease.epoch,
      log: (logged: Parameters<WriterLease['log']>[0]) => lease.log(logged),
      confirmIfOld: () => lease.confirmIfOld(),
      markDone: async (id: string) => {
        if (failures-- > 0) throw new Error('no answer');
        await lease.markDone(id);
      },
    } as unknown as WriterLease;
    const log = new IntentLog(place.db, forgetful);
    const set = (n: number, value: number) => ({
      collection: 'kvstore',
      operation: {
        updateOne: { filter: { _id: idOf(n) as never }, update: { $set: { value } }, upsert: true },
      },
    });
    await log.commit(log.prepare([set(1, 1), set(2, 1)], new Date()));
    await log.commit(log.prepare([set(1, 2)], new Date()));
    await lease.release();
    // Would do the first batch again if it were not marked.
    await (await place.store.openWriter()).close();
    const kvstore = place.db.collection<{ _id: string; value: number }>('kvstore');
    assert.equal((await kvstore.findOne({ _id: idOf(1) }))?.value, 2);
  });
});
