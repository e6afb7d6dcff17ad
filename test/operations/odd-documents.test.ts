/** What old databases hold must neither stop the start nor be handed out (docs/spec/data-model.md §2.7). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scavenge, updateSpeeds, updateThroughput } from '../../src/jobs/upkeep.js';
import { readHead } from '../../src/state/run-document.js';
import { readTask } from '../../src/state/task-document.js';
import { Farm } from '../golden/farm.js';
import { task } from '../protocol/samples.js';
import { freshRun, sprtArgs, TestWorker } from './world.js';

const NOW = Date.now();
const IDS = ['ccccccccccccccccccccccc1', 'ccccccccccccccccccccccc2', 'ccccccccccccccccccccccc3'] as const;

test('numbers that cannot be keep only their own run from being given out, and are told', async () => {
  const sprt = (batch_size: number) => ({
    ...sprtArgs(0, 2),
    sprt: { ...(sprtArgs(0, 2) as { sprt: object }).sprt, batch_size },
  });
  const odd: object[] = [
    { threads: 4_294_967_297 },
    { threads: 0 },
    { threads: -1 },
    { threads: Number.NaN },
    { threads: '2' },
    { threads: 1.5 },
    sprt(26_880_000_000),
    sprt(0),
    { num_games: Number.POSITIVE_INFINITY },
  ];
  const idOf = (i: number) => i.toString(16).padStart(24, 'd');
  const runs = odd.map((changes, i) => freshRun(idOf(i), { num_games: 2000, priority: 5, ...changes }));
  const good = freshRun(IDS[0], { num_games: 20_000 });
  const farm = await Farm.open({ users: [], workers: [], runs: [...runs, good], keyValues: [] }, NOW);
  try {
    const { state } = farm;
    for (let number = 0; number < 12; number++) {
      const worker = new TestWorker(state, number);
      assert.ok(worker.ask(NOW));
      assert.equal(worker.task!.runId, IDS[0]);
    }
    const notes = farm.actions.map(({ message }) => message ?? '');
    for (const i of odd.keys()) {
      const told = notes.filter(
        (message) => message.includes(idOf(i)) && message.includes('no worker gets a task'),
      );
      assert.equal(told.length, 1, `${JSON.stringify(odd[i])}: ${notes.join(' | ')}`);
    }
    updateThroughput(state);
    updateSpeeds(state);
    assert.equal(scavenge(state, NOW), 0);
    for (const i of odd.keys()) {
      const slot = state.runs.find(idOf(i));
      assert.ok(Number.isFinite(readHead(state, slot).args.itp), `${JSON.stringify(odd[i])}`);
    }
  } finally {
    await farm.stop();
    await farm.remove();
  }
});

test('what is no number counts as absent, and what no word holds is the nearest that one does', async () => {
  const odd = { priority: Number.NaN, throughput: Number.NaN, itp: 'x' };
  const runs = [
    { ...freshRun(IDS[0], { num_games: 2000, ...odd }), failures: 5e9, nps: Number.NaN },
    freshRun(IDS[1], { num_games: 2000, priority: 'high' }),
  ];
  const farm = await Farm.open({ users: [], workers: [], runs, keyValues: [] }, NOW);
  try {
    const { state } = farm;
    const given = new Set<string>();
    for (let number = 0; number < 12; number++) {
      const worker = new TestWorker(state, number);
      if (worker.ask(NOW)) given.add(worker.task!.runId);
    }
    assert.equal(given.size, 2);
    const { args, failures } = readHead(state, state.runs.find(IDS[0]));
    assert.deepEqual([args.priority, args.throughput, failures], [0, 1000, 0x7fffffff]);
    assert.ok(Number.isFinite(args.itp));
    assert.equal(readHead(state, state.runs.find(IDS[1])).args.priority, 0);
  } finally {
    await farm.stop();
    await farm.remove();
  }
});

test('a time control that cannot be read keeps only its own run from being given out', async () => {
  const { stats: _stats, worker_info: _info, ...bare } = task();
  const runs = [
    freshRun(IDS[0], { num_games: 2000, tc: '1:xx+1' }),
    freshRun(IDS[2], { num_games: 2000, tc: '0+0' }),
  ];
  const farm = await Farm.open({ users: [], workers: [], runs, keyValues: [] }, NOW);
  try {
    const { state } = farm;
    await farm.addRun({
      ...freshRun(IDS[1], { num_games: 2000 }),
      tasks: [{ ...bare, active: false } as never],
    });
    const notes = farm.actions.filter(({ action }) => action === 'log_message').map(({ message }) => message);
    assert.equal(notes.filter((message) => /tc "1:xx\+1" cannot be read/.test(message!)).length, 1);
    const given = new Set<string>();
    for (let number = 0; number < 12; number++) {
      const worker = new TestWorker(state, number);
      if (worker.ask(NOW)) given.add(worker.task!.runId);
    }
    assert.ok(given.size > 0 && !given.has(IDS[0]), [...given].join());
    updateThroughput(state);
    updateSpeeds(state);
    assert.equal(scavenge(state, NOW), 0);
    for (const id of IDS) {
      const slot = state.runs.find(id);
      const { nps, games_per_minute, args } = readHead(state, slot);
      for (const x of [nps, games_per_minute, args.itp]) assert.ok(Number.isFinite(x), `${id}: ${x}`);
    }
    const old = readTask(state, state.tasks.offsetOf(state.runs.find(IDS[1]), 0));
    assert.equal(old.stats.pentanomial, undefined);
  } finally {
    await farm.stop();
    await farm.remove();
  }
});
