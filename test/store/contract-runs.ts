/** Runs, tasks, bad tasks and SPSA tunes come back as they were written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunDocument, Sprt, Spsa, TaskDocument } from '../../src/model/documents.js';
import type { TaskWrite } from '../../src/store/port.js';
import { readRecording, recordingOf } from '../golden/recordings.js';
import {
  badTask,
  batch,
  change,
  collect,
  idOf,
  liveOf,
  newTask,
  runHead,
  stats,
  taskUpdate,
} from './documents.js';
import type { OpenPlace } from './store-place.js';

const SPRT: Sprt = {
  alpha: 0.05,
  beta: 0.05,
  elo0: 0,
  elo1: 2,
  elo_model: 'normalized',
  state: '',
  llr: 0,
  batch_size: 8,
  lower_bound: -Math.log(19),
  upper_bound: Math.log(19),
  lost_samples: 12,
};

function spsa(): Spsa {
  const param = { start: 1, min: 0, max: 2, c_end: 1, r_end: 0.1, c: 1, a_end: 1, a: 1, theta: 1 };
  const params = [
    { ...param, name: 'p0' },
    { ...param, name: 'p1' },
  ];
  return { A: 10, alpha: 0.6, gamma: 0.1, raw_params: '', iter: 0, num_iter: 100, params };
}

export function runTests(open: OpenPlace): void {
  test('a run comes back whole, with members no type names', async () => {
    const head = Object.assign(runHead(1), { rescheduled_from: idOf(9), old_member: { deep: [1, null] } });
    head.args.sprt = SPRT;
    await open.writer.commit(batch({ runs: [change(head._id, { insert: head })] }));
    assert.deepEqual(await open.reader.run(head._id), head);
    assert.equal(await open.reader.run(idOf(999)), undefined);
  });

  test('runs are listed by their ids, finished or not, some at a time', async () => {
    const [first, second, third] = [0xf1, 0xf2, 0xf3].map((n) =>
      runHead(n, { finished: n !== 0xf2, deleted: n === 0xf3 }),
    );
    const heads = [third!, first!, second!];
    await open.writer.commit(batch({ runs: heads.map((head) => change(head._id, { insert: head })) }));
    assert.deepEqual(await open.reader.runsAfter(idOf(0xf0), 2), [first, second]);
    assert.deepEqual((await open.reader.runsAfter(second!._id, 5))[0], third);
    assert.ok((await open.reader.runsAfter('', 1))[0]!._id <= first!._id);
  });

  test('a text that is no id, or a number that no task has, finds nothing', async () => {
    const { reader } = open;
    const head = runHead(30);
    await open.writer.commit(batch({ runs: [change(head._id, { insert: head, tasks: [newTask(0)] })] }));
    for (const id of ['', 'abc', '_'.repeat(24), `${head._id}0`, ' '.repeat(24)]) {
      assert.equal(await reader.run(id), undefined);
      assert.equal(await reader.task(id, 0), undefined);
      assert.deepEqual(await collect(reader.tasks(id)), []);
      assert.deepEqual(await reader.badTasks(id), []);
      assert.deepEqual(await reader.spsaHistory(id), []);
      assert.equal(await reader.pgn(id, 0), undefined);
      assert.equal(await reader.pgnBytes(id), 0);
      assert.deepEqual(await reader.actions({ runId: id, limit: 9 }), []);
    }
    for (const taskId of [1, -1, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
      assert.equal(await reader.task(head._id, taskId), undefined, String(taskId));
    }
  });

  test('live members replace those of the head, and unknown ones stay', async () => {
    const head = runHead(2);
    head.args.sprt = Object.assign({ ...SPRT }, { old_member: 1 });
    await open.writer.commit(batch({ runs: [change(head._id, { insert: head })] }));
    const { lost_samples: _, ...rest } = SPRT;
    const overshoot = { last_update: 3, skipped_updates: 0, ref0: 1, m0: 0, sq0: 0, ref1: 1, m1: 0, sq1: 0 };
    const sprt: Sprt = { ...rest, llr: 1.5, overshoot };
    const live = liveOf(head, { workers: 3, is_green: true, nps: 1e18, approver: 'other' });
    live.args = { ...live.args, info: 'changed', itp: 1 / 3, sprt };
    await open.writer.commit(batch({ runs: [change(head._id, { live })] }));
    const { args, ...members } = live;
    const expected = {
      ...head,
      ...members,
      args: { ...head.args, ...args, sprt: { ...sprt, old_member: 1 } },
    };
    assert.deepEqual(await open.reader.run(head._id), expected);
  });

  test('tasks are inserted, changed in part, and read in order', async () => {
    const id = idOf(3);
    const tasks = [newTask(2), newTask(0), { ...newTask(1), extra: { old: { list: [1] } } }];
    await open.writer.commit(batch({ runs: [change(id, { insert: runHead(3), tasks })] }));
    const spsa_params = { iter: 7, packed_flips: Uint8Array.of(0xff, 0x40) };
    await open.writer.commit(
      batch({
        runs: [
          change(id, {
            tasks: [
              { ...taskUpdate(1, 5), active: false },
              { ...taskUpdate(2, 6), spsa_params },
            ],
          }),
        ],
      }),
    );
    const [first, second, third] = await collect(open.reader.tasks(id));
    assert.deepEqual(first, documentOf(tasks[1]!));
    const changed = documentOf({ ...newTask(1), ...taskUpdate(1, 5), active: false });
    assert.deepEqual(second, { ...changed, old: { list: [1] } });
    assert.deepEqual(third, documentOf({ ...newTask(2), ...taskUpdate(2, 6), spsa_params }));
    assert.deepEqual(await open.reader.task(id, 2), third);
    if (!open.place.lacks?.has('slices past the end')) assert.equal(await open.reader.task(id, 3), undefined);
    assert.deepEqual(await collect(open.reader.tasks(idOf(999))), []);
    const some = await open.reader.someTasks(id, [2, 0, 7]);
    assert.deepEqual(
      [...some].sort(([a], [b]) => a - b),
      [
        [0, first],
        [2, third],
      ],
    );
    assert.equal((await open.reader.someTasks(idOf(999), [0])).size, 0);

    // An update that does not mention the flips keeps them; null removes them.
    await open.writer.commit(batch({ runs: [change(id, { tasks: [taskUpdate(2, 7)] })] }));
    assert.deepEqual((await open.reader.task(id, 2))?.spsa_params, spsa_params);
    const worker_info = { ...newTask(5).worker_info!, nps: 1e300 };
    const last: TaskWrite = { ...taskUpdate(2, 8), bad: true, spsa_params: null, worker_info };
    await open.writer.commit(batch({ runs: [change(id, { tasks: [last] })] }));
    assert.deepEqual(await open.reader.task(id, 2), documentOf({ ...newTask(2), ...last }));
    for (const active of [false, true, true]) {
      await open.writer.commit(batch({ runs: [change(id, { tasks: [{ ...last, active }] })] }));
      assert.equal((await open.reader.task(id, 2))?.active, active);
    }
  });

  test('results keep what they lack: pentanomial, crashes, time losses', async () => {
    const { pentanomial: _, ...trinomial } = stats(4);
    const { crashes: __, time_losses: ___, ...oldest } = trinomial;
    const tasks = [
      { ...newTask(0), stats: trinomial },
      { ...newTask(1), stats: oldest as typeof trinomial },
    ];
    await open.writer.commit(batch({ runs: [change(idOf(4), { insert: runHead(4), tasks })] }));
    const read = await collect(open.reader.tasks(idOf(4)));
    assert.deepEqual(
      read.map((task) => task.stats),
      [trinomial, oldest],
    );
  });

  test('more tasks than a page holds are all read', async () => {
    const many = open.place.lacks?.has('speed with thousands of tasks') ? 120 : 2_500;
    const tasks = Array.from({ length: many }, (_, i) => newTask(i, i % 10));
    await open.writer.commit(batch({ runs: [change(idOf(5), { insert: runHead(5), tasks })] }));
    assert.deepEqual(await collect(open.reader.tasks(idOf(5))), tasks.map(documentOf));
  });

  test('bad tasks keep their order and an infinite residual', async () => {
    const residual = open.place.lacks?.has('infinity') ? 1e300 : Infinity;
    const badTasks = [badTask(4, residual), Object.assign(badTask(1, 2.5), { old_member: 'null' })];
    await open.writer.commit(batch({ runs: [change(idOf(6), { insert: runHead(6), badTasks })] }));
    await open.writer.commit(batch({ runs: [change(idOf(6), { badTasks: [badTask(2, -1)] })] }));
    assert.deepEqual(await open.reader.badTasks(idOf(6)), [...badTasks, badTask(2, -1)]);
    assert.deepEqual(await open.reader.badTasks(idOf(1)), []);
  });

  test('an SPSA tune keeps its numbers', async () => {
    const head = runHead(8);
    head.args.spsa = spsa();
    await open.writer.commit(batch({ runs: [change(head._id, { insert: head })] }));
    const theta = new Float64Array(new SharedArrayBuffer(16));
    theta.set([1 / 3, open.place.lacks?.has('negative zero') ? 0 : -0]);
    await open.writer.commit(batch({ runs: [change(head._id, { spsa: { iter: 14, theta } })] }));
    const read = (await open.reader.run(head._id))?.args.spsa;
    assert.equal(read?.iter, 14);
    assert.deepEqual(
      read.params.map((param) => param.theta),
      [...theta],
    );
    assert.equal('param_history' in read, false);
    assert.deepEqual(await open.reader.spsaHistory(head._id), []);
  });

  test('the history of an SPSA tune keeps its order', async (t) => {
    if (open.place.lacks?.has('lists in lists')) {
      t.skip('the server cannot hold lists in lists');
      return;
    }
    const head = runHead(7);
    head.args.spsa = { ...spsa(), param_history: [[{ theta: 1, R: 2, c: 3 }]] };
    await open.writer.commit(batch({ runs: [change(head._id, { insert: head })] }));
    const point = (theta: number) => ({ theta, R: 1 / 3, c: theta / 7 });
    const theta = Float64Array.of(1 / 3, 2);
    const spsaHistory = [[point(1), point(2)], [], [{ theta: 4 } as ReturnType<typeof point>]];
    await open.writer.commit(batch({ runs: [change(head._id, { spsa: { iter: 14, theta }, spsaHistory })] }));
    await open.writer.commit(batch({ runs: [change(head._id, { spsaHistory: [[point(9)]] })] }));

    const read = (await open.reader.run(head._id))?.args.spsa;
    assert.equal(read?.iter, 14);
    assert.deepEqual(
      read.params.map((param) => param.theta),
      [...theta],
    );
    assert.deepEqual(read.param_history, []);
    assert.deepEqual(await open.reader.spsaHistory(head._id), [
      [{ theta: 1, R: 2, c: 3 }],
      ...spsaHistory,
      [point(9)],
    ]);
  });

  test('recorded runs round-trip', async () => {
    const { cases } = JSON.parse(await readRecording(await recordingOf('scheduling'))) as {
      cases: { input: { runs: RunDocument[] } }[];
    };
    const runs = new Map(cases.flatMap((each) => each.input.runs).map((run) => [run._id, run]));
    assert.ok(runs.size > 0);
    const few = open.place.lacks?.has('speed with thousands of tasks');
    for (const { tasks, bad_tasks, ...insert } of [...runs.values()].slice(0, few ? 12 : undefined)) {
      const writes = tasks.map((task, taskId) => ({ ...task, taskId, isNew: true, bad: task.bad ?? false }));
      const written = change(insert._id, { insert, tasks: writes, badTasks: bad_tasks });
      await open.writer.commit(batch({ runs: [written] }));
      assert.deepEqual(await open.reader.run(insert._id), insert);
      assert.deepEqual(await collect(open.reader.tasks(insert._id)), tasks);
      assert.deepEqual(await open.reader.badTasks(insert._id), bad_tasks);
    }
  });
}

/** The document a reader must give for a task that was written in full. */
function documentOf(task: TaskWrite): TaskDocument {
  const { taskId: _, isNew: __, bad, extra, spsa_params, worker_info, ...members } = task;
  return {
    ...extra,
    ...members,
    worker_info: worker_info!,
    ...(bad ? { bad: true as const } : {}),
    ...(spsa_params ? { spsa_params } : {}),
  };
}
