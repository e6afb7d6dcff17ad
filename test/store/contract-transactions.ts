/** Batches are whole, readers see only what is committed, and the lists of runs follow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunWrite, WriteBatch } from '../../src/store/port.js';
import type { FinishedRunsQuery } from '../../src/store/queries.js';
import { StoreError } from '../../src/store/store-error.js';
import {
  action,
  batch,
  change,
  collect,
  idOf,
  liveOf,
  newTask,
  runHead,
  taskUpdate,
  user,
} from './documents.js';
import type { OpenPlace } from './store-place.js';

export function transactionTests(open: OpenPlace): void {
  test('a batch with a failing member leaves no trace', async () => {
    await open.writer.commit(batch({ runs: [change(idOf(1), { insert: runHead(1), tasks: [newTask(0)] })] }));
    const { worker_info: _, ...noWorker } = newTask(9);
    const failing: { name: string; runs: RunWrite[]; message: RegExp }[] = [
      {
        name: 'unknown run',
        runs: [change(idOf(99), { tasks: [taskUpdate(0, 1)] })],
        message: /run 0+63: .*does not have it/,
      },
      { name: 'unknown task', runs: [change(idOf(1), { tasks: [taskUpdate(7, 1)] })], message: /task 7 / },
      {
        name: 'no worker_info',
        runs: [change(idOf(1), { tasks: [noWorker] })],
        message: /task 9 .*worker_info/,
      },
    ];
    for (const { name, runs, message } of failing) {
      const whole: WriteBatch = batch({
        runs: [
          change(idOf(2), { insert: runHead(2), tasks: [newTask(0, 50)] }),
          change(idOf(1), { tasks: [taskUpdate(0, 88)] }),
          ...runs,
        ],
        actions: [action(1)],
        users: [user('alice')],
      });
      await assert.rejects(open.writer.commit(whole), (error: unknown) => {
        assert.ok(error instanceof StoreError, name);
        assert.equal(error.code, 'batch', name);
        assert.match(error.message, message);
        return true;
      });
      assert.equal(await open.reader.run(idOf(2)), undefined, name);
      assert.equal((await open.reader.task(idOf(1), 0))?.stats.wins, 0, name);
      assert.deepEqual(await open.reader.actions({ limit: 10 }), [], name);
      assert.equal(await open.reader.user('alice'), undefined, name);
    }
    // What the rolled-back batches had interned or numbered must not be taken for stored.
    await open.writer.commit(
      batch({ runs: [change(idOf(2), { insert: runHead(2), tasks: [newTask(0, 50)] })] }),
    );
    assert.deepEqual((await open.reader.task(idOf(2), 0))?.worker_info, newTask(0, 50).worker_info);
  });

  test('a value the store cannot hold fails its batch alone', async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    for (const value of [undefined, cyclic, 1n]) {
      const whole = batch({
        keyValues: [
          { key: 'before', value: 1 },
          { key: 'bad', value },
        ],
      });
      await assert.rejects(open.writer.commit(whole), { name: 'StoreError', code: 'batch' });
    }
    assert.equal(await open.reader.keyValue('before'), undefined);
    await open.writer.commit(batch({ keyValues: [{ key: 'before', value: 2 }] }));
    assert.equal(await open.reader.keyValue('before'), 2);
  });

  test('runs move from the unfinished to the finished list, with all its filters', async () => {
    const runs = Array.from({ length: 40 }, (_, i) => {
      const head = runHead(100 + i, { tc_base: i % 4 === 0 ? 60 : 10, finished: i % 2 === 0 });
      head.args = { ...head.args, username: `author${i % 3}` };
      return change(head._id, { insert: head });
    });
    await open.writer.commit(batch({ runs }));
    const live = runs.map(({ runId, insert }, i) => {
      const colour = { is_green: i % 5 === 0, is_yellow: i % 5 === 1, deleted: i % 7 === 0 };
      return change(runId, { live: liveOf(insert!, { finished: i % 4 !== 1, ...colour }) });
    });
    await open.writer.commit(batch({ runs: live }));

    const unfinished = await collect(open.reader.unfinishedRuns());
    const times = unfinished.map((run) => run.last_updated);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
    );
    const ours = unfinished.filter((run) => Number.parseInt(run._id, 16) >= 100).map((run) => run._id);
    const open4 = runs.filter((_, i) => i % 4 === 1).map((run) => run.runId);
    assert.deepEqual(ours, open4.reverse());

    const since = runHead(115).last_updated;
    const queries: FinishedRunsQuery[] = [{}, { username: 'author1' }, { since }].flatMap((base) =>
      [{}, { successOnly: true }, { yellowOnly: true }, { ltcOnly: true }].flatMap((filter) =>
        [0, 3].map((skip) => ({ ...base, ...filter, skip, limit: 5 })),
      ),
    );
    const all = (await Promise.all(runs.map((run) => open.reader.run(run.runId)))).map((run) => run!);
    for (const query of queries) {
      const expected = all
        .filter((run) => run.finished && !run.deleted)
        .filter((run) => !query.username || run.args.username === query.username)
        .filter((run) => query.since === undefined || run.last_updated >= query.since)
        .filter((run) => (!query.successOnly || run.is_green) && (!query.yellowOnly || run.is_yellow))
        .filter((run) => !query.ltcOnly || run.tc_base >= 40)
        .reverse()
        .slice(query.skip, query.skip + query.limit);
      assert.deepEqual(await open.reader.finishedRuns(query), expected, JSON.stringify(query));
    }
  });

  test('a reader in the middle of a stream does not hold back commits', async () => {
    const many = open.place.lacks?.has('speed with thousands of tasks') ? 150 : 3_000;
    const tasks = Array.from({ length: many }, (_, i) => newTask(i, 1));
    await open.writer.commit(batch({ runs: [change(idOf(3), { insert: runHead(3), tasks })] }));
    let seen = 0;
    for await (const task of open.reader.tasks(idOf(3))) {
      if (seen++ === 0)
        await open.writer.commit(batch({ runs: [change(idOf(3), { tasks: [taskUpdate(many - 1, 42)] })] }));
      // A store reads in pages or in one go.
      if (seen === many) assert.ok([0, 42].includes(task.stats.wins));
    }
    assert.equal(seen, many);
  });
}
