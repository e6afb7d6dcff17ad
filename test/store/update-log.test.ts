/** What is committed to MongoDB is in the log at once and in the run's document soon after, whatever ends in between. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectId } from 'mongodb';
import { CutProxy } from '../../src/cli/chaos/cut-proxy.js';
import { connect } from '../../src/store/mongodb/connection.js';
import { GroupLog } from '../../src/store/mongodb/group-log.js';
import { MongodbStore } from '../../src/store/mongodb/mongodb-store.js';
import { MongodbWriter } from '../../src/store/mongodb/mongodb-writer.js';
import { UpdateLog } from '../../src/store/mongodb/update-log.js';
import { WriterLease } from '../../src/store/mongodb/writer-lease.js';
import type { Writer } from '../../src/store/port.js';
import { badTask, change, group, idOf, liveOf, newTask, runHead, stats, taskUpdate } from './documents.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from './mongodb-place.js';

/** Longer than any of these tests takes. */
const NEVER_MS = 600_000;
const head = runHead(1);

/** What the test that runs has opened, also when it fails. */
const opened: (() => Promise<unknown>)[] = [];

async function openPlace(): Promise<MongodbPlace> {
  const place = await mongodbPlace();
  opened.push(() => place.remove());
  return place;
}

async function open(place: MongodbPlace, delayMs: number, url = place.url): Promise<Writer> {
  const writer = await new MongodbStore(url, { connections: 2, delayMs }).openWriter();
  // One that has lost its lease cannot close well.
  opened.push(() => writer.close().catch(() => {}));
  return writer;
}

/** A run that is known to go on, with one task. */
async function begin(writer: Writer): Promise<void> {
  const insert = change(head._id, { insert: head, live: liveOf(head), tasks: [newTask(0)] });
  await writer.commit(group({ runs: [insert] }));
}

async function commitWins(writer: Writer, wins: number): Promise<void> {
  await writer.commit(group({ runs: [change(head._id, { tasks: [taskUpdate(0, wins)] })] }));
}

const updatedAt = (last_updated: number) => liveOf(head, { last_updated });
const stored = ({ db }: MongodbPlace) => db.collection('runs').findOne({ _id: new ObjectId(head._id) });
const storedWins = async (place: MongodbPlace) => (await stored(place))?.['tasks'][0].stats.wins;
const logged = ({ db }: MongodbPlace) => db.collection('shoal_updates').countDocuments();

/** As if the writer's process were gone, on another host, for long. */
async function forsake({ db }: MongodbPlace): Promise<void> {
  await db.collection<{ _id: string }>('shoal').updateOne({ _id: 'primary' }, { $set: { holder: null } });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await condition())) {
    assert.ok(performance.now() - began < 20_000, 'it did not come true within 20 s');
    await sleep(50);
  }
}

describe('the log of updates', { skip: withoutMongodb, timeout: 60_000 }, () => {
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
  });

  it('is brought into documents behind the groups, and by closing', async () => {
    const place = await openPlace();
    const writer = await open(place, 20);
    await begin(writer);
    await commitWins(writer, 7);
    assert.ok(writer.behindMs!() > 0);
    await until(async () => (await storedWins(place)) === 7 && (await logged(place)) === 0);
    await writer.close();

    const slow = await open(place, NEVER_MS);
    await slow.commit(group({ runs: [change(head._id, { live: liveOf(head) })] }));
    await commitWins(slow, 8);
    await slow.commit(group({ runs: [change(head._id, { tasks: [newTask(1), taskUpdate(0, 9)] })] }));
    await slow.commit(group({ runs: [change(head._id, { tasks: [taskUpdate(1, 3)] })] }));
    assert.equal(await storedWins(place), 7);
    await sleep(30);
    assert.ok(slow.behindMs!() >= 30);
    await slow.close();
    assert.equal(slow.behindMs!(), 0);
    assert.deepEqual(
      (await stored(place))?.['tasks'].map((task: { stats: { wins: number } }) => task.stats.wins),
      [9, 3],
    );
    assert.equal(await logged(place), 0);
  });

  it('waits for nothing when a run ends: memory lets it go', async () => {
    const place = await openPlace();
    const writer = await open(place, NEVER_MS);
    await begin(writer);
    await commitWins(writer, 5);
    await writer.commit(group({ runs: [change(head._id, { live: liveOf(head, { finished: true }) })] }));
    assert.equal(await storedWins(place), 5);
    assert.equal((await stored(place))?.['finished'], true);
  });

  it('is done by the next writer, but for what a writer adds that has lost its lease', async () => {
    const place = await openPlace();
    const lost = await open(place, NEVER_MS);
    await begin(lost);
    await commitWins(lost, 1);
    await commitWins(lost, 2);
    assert.equal(await storedWins(place), 0);

    await forsake(place);
    await open(place, NEVER_MS);
    assert.equal(await storedWins(place), 2);
    assert.equal(await logged(place), 0);
    await commitWins(lost, 99);
    assert.equal(await logged(place), 1);

    await forsake(place);
    await open(place, NEVER_MS);
    assert.equal(await storedWins(place), 2);
    assert.equal(await logged(place), 0);
  });

  it('is done though the clock was set back, in the life of the writer or before', async (t) => {
    const place = await openPlace();
    const first = await open(place, NEVER_MS);
    await begin(first);
    await first.commit(group({ runs: [change(head._id, { live: updatedAt(Date.now()) })] }));
    t.mock.method(Date, 'now', () => performance.timeOrigin - 60_000);
    await commitWins(first, 1);
    await forsake(place);
    const second = await open(place, NEVER_MS);
    assert.equal(await storedWins(place), 1);

    await second.commit(group({ runs: [change(head._id, { live: liveOf(head) })] }));
    await commitWins(second, 2);
    await forsake(place);
    const third = await open(place, NEVER_MS);
    assert.equal(await storedWins(place), 2);

    // A run that is newer than the clock.
    const later = performance.timeOrigin + 60_000;
    const insert = runHead(2, { last_updated: later });
    await third.commit(group({ runs: [change(insert._id, { insert, live: liveOf(insert) })] }));
    await third.commit(group({ runs: [change(head._id, { live: updatedAt(later + 1) })] }));
    await commitWins(third, 3);
    await forsake(place);
    await open(place, NEVER_MS);
    assert.equal(await storedWins(place), 3);
  });

  it('is left when another primary has taken a result since', async () => {
    const place = await openPlace();
    const lost = await open(place, NEVER_MS);
    await begin(lost);
    await commitWins(lost, 1);
    await forsake(place);
    const later = { last_updated: new Date(Date.now() + 1000), 'tasks.0.stats': { ...stats(50) } };
    await place.db.collection('runs').updateOne({ _id: new ObjectId(head._id) }, { $set: later });
    await open(place, NEVER_MS);
    assert.equal(await storedWins(place), 50);
    assert.equal(await logged(place), 0);
  });

  it('takes a group once, though its documents are refused for a while', async () => {
    const place = await openPlace();
    const { client, db, name } = connect(place.url, 2);
    const { lease } = await WriterLease.take(db, name);
    const updates = new UpdateLog(db, 0);
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
    const groups = new GroupLog(fitful, lease);
    const parts = { client, db: fitful, name, lease, groups, updates, delayMs: NEVER_MS };
    const writer = new MongodbWriter({ ...parts, mostEmbeddedTasks: Number.POSITIVE_INFINITY });
    opened.push(() => writer.close());
    // Comes to three requests.
    const badTasks = Array.from({ length: 600 }, (_, i) => badTask(i, 2.5));
    const insert = change(head._id, { insert: head, live: liveOf(head), tasks: [newTask(0)] });
    await writer.commit(group({ runs: [insert] }));
    const more = group({ runs: [change(head._id, { live: liveOf(head, { workers: 7 }), badTasks })] });
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

  it('outlasts an absence of the database, with and without further groups', async () => {
    const place = await openPlace();
    const { proxy, url } = await CutProxy.open(place.url);
    opened.push(() => proxy.close());
    const writer = await open(place, 300, url);
    await begin(writer);
    await commitWins(writer, 4);
    proxy.cut();
    await sleep(600);
    assert.equal(await storedWins(place), 0);
    proxy.join();
    await until(async () => (await storedWins(place)) === 4 && (await logged(place)) === 0);

    await commitWins(writer, 5);
    proxy.cut();
    await sleep(600);
    await assert.rejects(commitWins(writer, 6), { name: 'StoreError' });
    proxy.join();
    const runs = [change(head._id, { tasks: [taskUpdate(0, 7)] })];
    await until(() =>
      writer.commit(group({ runs })).then(
        () => true,
        () => false,
      ),
    );
    await until(async () => (await storedWins(place)) === 7);
  });
});

it('a group whose mark failed is marked before the next group is done', {
  skip: withoutMongodb,
}, async () => {
  const place = await mongodbPlace();
  const { lease } = await WriterLease.take(place.db, 'test');
  let failures = 1;
  const forgetful = {
    log: (logged: Parameters<WriterLease['log']>[0]) => lease.log(logged),
    confirmIfOld: () => lease.confirmIfOld(),
    markDone: async (id: string) => {
      if (failures-- > 0) throw new Error('no answer');
      await lease.markDone(id);
    },
  } as unknown as WriterLease;
  const log = new GroupLog(place.db, forgetful);
  const set = (n: number, value: number) => ({
    collection: 'kvstore',
    operation: {
      updateOne: { filter: { _id: idOf(n) as never }, update: { $set: { value } }, upsert: true },
    },
  });
  await log.commit(log.prepare([set(1, 1), set(2, 1)], new Date()));
  await log.commit(log.prepare([set(1, 2)], new Date()));
  await lease.release();
  // Would do the first group again if it were not marked.
  await (await place.store.openWriter()).close();
  const kvstore = place.db.collection<{ _id: string; value: number }>('kvstore');
  assert.equal((await kvstore.findOne({ _id: idOf(1) }))?.value, 2);
  await place.remove();
});
