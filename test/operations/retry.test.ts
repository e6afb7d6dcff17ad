/** A report whose thread died before the reply left: the call is made again, and must find it done. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkerRequest } from '../../src/protocol/request.js';
import { readTaskResults } from '../../src/state/results.js';
import { RunWord } from '../../src/state/run-record.js';
import { SpsaBlock } from '../../src/state/spsa-block.js';
import type { State } from '../../src/state/state.js';
import { addRun, createWorld, freshRun, morePairs, TestWorker } from './world.js';

const RUN_ID = '64e74776a170cb1f26fa3930';
const NOW = 1767009600000;
const PARAM = {
  name: 'a',
  start: 50,
  min: 0,
  max: 100,
  c_end: 4,
  r_end: 0.002,
  c: 4,
  a_end: 1,
  a: 1,
  theta: 50,
};
const SPSA = {
  A: 100,
  alpha: 0.602,
  gamma: 0.101,
  raw_params: '',
  iter: 0,
  num_iter: 1000,
  params: [PARAM],
  param_history: [],
};

test('a report of a tune that is made again is taken as it was, and counted once', async () => {
  const { state } = createWorld();
  state.threads.join('test', { parks: true });
  const slot = await addRun(state, freshRun(RUN_ID, { spsa: SPSA, num_games: 1000 }));
  const worker = new TestWorker(state, 1);
  assert.ok(worker.ask(NOW));
  const { taskId, stats: none } = worker.task!;
  const place = { run_id: RUN_ID, task_id: taskId };
  const { sig } = JSON.parse(worker.call('request_spsa', NOW, place).json) as { sig: number };
  const stats = morePairs(none, [0, 1, 2, 1, 0]) as WorkerRequest['stats'] & object;
  const { wins, losses, draws } = stats;
  const spsa = { wins, losses, draws, num_games: 8, sig };
  const first = worker.call('update_task', NOW, { ...place, stats, spsa } as Partial<WorkerRequest>);
  assert.match(first.json, /"task_alive":true/);
  const fields = { ...place, stats, spsa } as Partial<WorkerRequest>;
  const games = () => readTaskResults(state.tasks, state.tasks.offsetOf(slot, taskId));
  const repeated = worker.call('update_task', NOW, fields, {}, true);
  assert.equal(repeated.json, first.json);
  assert.ok(repeated.sequence! > 0, 'the reply waits for what it says');
  assert.deepEqual(games(), stats);
  const sent = worker.call('update_task', NOW, fields);
  assert.equal(sent.json, first.json, 'a worker whose reply got lost sends the same');
  assert.deepEqual(games(), stats);
  assert.equal(tune(state, slot).iter, 4, 'four pairs, once');
});

test('a report of a tune whose games are not those that its results grew by moves no parameter', async () => {
  const { state } = createWorld();
  state.threads.join('test', { parks: true });
  const slot = await addRun(state, freshRun(RUN_ID, { spsa: SPSA, num_games: 1000 }));
  const worker = new TestWorker(state, 1);
  assert.ok(worker.ask(NOW));
  const { taskId, stats: none } = worker.task!;
  const place = { run_id: RUN_ID, task_id: taskId };
  const before = tune(state, slot).thetas();
  let stats = none as WorkerRequest['stats'] & object;
  for (const wins of [2, 6, 1000]) {
    const { sig } = JSON.parse(worker.call('request_spsa', NOW, place).json) as { sig: number };
    stats = morePairs(stats, [0, 0, 0, 0, 2]) as typeof stats;
    const spsa = { wins, losses: 0, draws: 0, num_games: wins, sig };
    const { json } = worker.call('update_task', NOW, { ...place, stats, spsa } as Partial<WorkerRequest>);
    assert.match(json, /"task_alive":true/);
  }
  assert.deepEqual(readTaskResults(state.tasks, state.tasks.offsetOf(slot, taskId)), stats);
  assert.deepEqual(tune(state, slot).thetas(), before);
  assert.equal(tune(state, slot).iter, 0);
});

function tune(state: State, slot: number): SpsaBlock {
  return new SpsaBlock(state.slab, state.runs.word(slot, RunWord.spsa) >>> 0);
}
