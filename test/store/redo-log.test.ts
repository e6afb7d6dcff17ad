/** What is committed to MongoDB is in the log at once and in the run's document soon after, whatever ends in between. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectId } from 'mongodb';
import { MEMBERS_A_REQUEST } from '../../src/store/mongodb/update.js';
import { CutProxy } from '../chaos/cut-proxy.js';
import { batch, change, liveOf, newTask, runHead, stats, taskUpdate } from './documents.js';
import { withoutMongodb } from './mongodb-place.js';
import {
  begin,
  closeOpened,
  commitWins,
  forsake,
  head,
  logged,
  NEVER_MS,
  open,
  opened,
  openPlace,
  stored,
  storedWins,
  until,
  updatedAt,
} from './one-run.js';

describe('the redo log', { skip: withoutMongodb, timeout: 300_000 }, () => {
  afterEach(closeOpened);

  it('is brought into documents behind the batches, and by closing', async () => {
    const place = await openPlace();
    const writer = await open(place, 20);
    await begin(writer);
    await commitWins(writer, 7);
    assert.ok(writer.behindMs!() > 0);
    await until(async () => (await storedWins(place)) === 7 && (await logged(place)) === 0);
    await writer.close();

    const slow = await open(place, NEVER_MS);
    await slow.commit(batch({ runs: [change(head._id, { live: liveOf(head) })] }));
    await commitWins(slow, 8);
    await slow.commit(batch({ runs: [change(head._id, { tasks: [newTask(1), taskUpdate(0, 9)] })] }));
    await slow.commit(batch({ runs: [change(head._id, { tasks: [taskUpdate(1, 3)] })] }));
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
    await writer.commit(batch({ runs: [change(head._id, { live: liveOf(head, { finished: true }) })] }));
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
    await assert.rejects(commitWins(lost, 99), { code: 'in-use' });
    assert.equal(await logged(place), 1);

    await forsake(place);
    await open(place, NEVER_MS);
    assert.equal(await storedWins(place), 2);
    assert.equal(await logged(place), 0);
  });

  it('is done in requests of bounded length', async () => {
    const place = await openPlace();
    const lost = await open(place, NEVER_MS);
    const tasks = Array.from({ length: MEMBERS_A_REQUEST }, (_, i) => newTask(i));
    await lost.commit(batch({ runs: [change(head._id, { insert: head, live: liveOf(head), tasks })] }));
    const updates = tasks.map(({ taskId }) => taskUpdate(taskId, taskId + 1));
    await lost.commit(batch({ runs: [change(head._id, { tasks: updates })] }));
    await forsake(place);
    await open(place, NEVER_MS);
    const run = await stored(place);
    run?.['tasks'].forEach((task: { stats: { wins: number } }, i: number) => {
      assert.equal(task.stats.wins, i + 1);
    });
  });

  it('is replayed with one write of a document in which much changed', async () => {
    const place = await openPlace();
    const lost = await open(place, NEVER_MS);
    const tasks = Array.from({ length: 2 * MEMBERS_A_REQUEST }, (_, i) => newTask(i));
    await lost.commit(batch({ runs: [change(head._id, { insert: head, live: liveOf(head), tasks })] }));
    const updates = tasks.map(({ taskId }) => taskUpdate(taskId, taskId + 1));
    await lost.commit(batch({ runs: [change(head._id, { tasks: updates })] }));
    const before = await stored(place);
    await forsake(place);
    let writes = 0;
    const { proxy, url } = await CutProxy.open(place.url, (_, chunk) => {
      for (const command of ['insert', 'update']) {
        writes += chunk.toString('latin1').split(`\x02${command}\0\x05\0\0\0runs\0`).length - 1;
      }
    });
    opened.push(() => proxy.close());
    await open(place, NEVER_MS, url);
    assert.equal(writes, 1);
    const after = await stored(place);
    const wins = (run: Awaited<ReturnType<typeof stored>>) =>
      run?.['tasks'].map((task: { stats: { wins: number } }) => task.stats.wins);
    assert.deepEqual(
      wins(after),
      tasks.map(({ taskId }) => taskId + 1),
    );
    assert.deepEqual({ ...after, tasks: [] }, { ...before, tasks: [] });
    assert.equal(await logged(place), 0);
  });

  it('ends a stop in time: what is left stays in the log, the lease is free, and the next writer replays', async () => {
    const place = await openPlace();
    const writer = await open(place, NEVER_MS);
    const tasks = Array.from({ length: 2 * MEMBERS_A_REQUEST }, (_, i) => newTask(i));
    await writer.commit(batch({ runs: [change(head._id, { insert: head, live: liveOf(head), tasks })] }));
    const updates = tasks.map(({ taskId }) => taskUpdate(taskId, 5));
    await writer.commit(batch({ runs: [change(head._id, { tasks: updates })] }));
    await assert.rejects(writer.close(0), { code: 'unclean', message: /entries of the log.* replays/ });
    assert.ok((await logged(place)) > 0);
    const lease = await place.db
      .collection<{ _id: string; holder: unknown }>('shoal')
      .findOne({ _id: 'primary' });
    assert.equal(lease?.['holder'], null);
    await open(place, NEVER_MS);
    const run = await stored(place);
    assert.ok(run?.['tasks'].every((task: { stats: { wins: number } }) => task.stats.wins === 5));
    assert.equal(await logged(place), 0);
  });

  it('is done though the clock was set back, in the life of the writer or before', async (t) => {
    const place = await openPlace();
    const first = await open(place, NEVER_MS);
    await begin(first);
    await first.commit(batch({ runs: [change(head._id, { live: updatedAt(Date.now()) })] }));
    t.mock.method(Date, 'now', () => performance.timeOrigin - 60_000);
    await commitWins(first, 1);
    await forsake(place);
    const second = await open(place, NEVER_MS);
    assert.equal(await storedWins(place), 1);

    await second.commit(batch({ runs: [change(head._id, { live: liveOf(head) })] }));
    await commitWins(second, 2);
    await forsake(place);
    const third = await open(place, NEVER_MS);
    assert.equal(await storedWins(place), 2);

    // A run that is newer than the clock.
    const later = performance.timeOrigin + 60_000;
    const insert = runHead(2, { last_updated: later });
    await third.commit(batch({ runs: [change(insert._id, { insert, live: liveOf(insert) })] }));
    await third.commit(batch({ runs: [change(head._id, { live: updatedAt(later + 1) })] }));
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
});
