/** What is broken in memory is found in the background and noted in the action log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanTasks } from '../../src/jobs/scan.js';
import { scavenge } from '../../src/jobs/upkeep.js';
import { validateRandomRun, validateStructures } from '../../src/jobs/validate.js';
import type { ActionDocument, RunDocument } from '../../src/model/documents.js';
import { logAction, withSystem } from '../../src/operations/changes.js';
import { RunFloat, RunWord } from '../../src/state/run-record.js';
import { Farm } from '../golden/farm.js';
import { args, run, stats, task } from '../protocol/samples.js';

const NOW = 1767009600000;

async function withRun(changes: object, act: (farm: Farm, slot: number) => Promise<void>): Promise<void> {
  const document = { ...run(), ...changes } as unknown as RunDocument;
  const farm = await Farm.open({ users: [], workers: [], runs: [document], keyValues: [] }, NOW);
  try {
    farm.actions = [];
    await act(farm, farm.state.runs.find(document._id));
  } finally {
    await farm.stop();
    await farm.remove();
  }
}

async function messagesOf(farm: Farm): Promise<string[]> {
  await farm.drain();
  const taken = farm.actions.map(({ action, message }) => `${action}: ${message}`);
  farm.actions = [];
  return taken;
}

test('a sound run is passed over, a broken sum is noted', () =>
  withRun({}, async (farm, slot) => {
    assert.equal(validateRandomRun(farm.state, NOW), run()['_id']);
    assert.deepEqual(await messagesOf(farm), []);
    farm.state.runs.addFloat(slot, RunFloat.committedGames, 2);
    validateRandomRun(farm.state, NOW);
    const [message, ...more] = await messagesOf(farm);
    assert.match(
      message!,
      /^log_message: run \w+ does not validate: committed_games is 202 but its tasks say 200/,
    );
    assert.deepEqual(more, []);
  }));

test('a document that breaks its schema is noted, unless the run is older than the schema', async () => {
  const odd = { args: { ...args(), book: 'book.txt' } };
  await withRun(odd, async (farm) => {
    validateRandomRun(farm.state, NOW);
    assert.match((await messagesOf(farm))[0]!, /does not validate: run\['args'\]\['book'\]/);
  });
  await withRun({ ...odd, version: 23 }, async (farm) => {
    validateRandomRun(farm.state, NOW);
    assert.deepEqual(await messagesOf(farm), []);
  });
  const stray = { ...task(), worker_info: { ...(task()['worker_info'] as object), country_code: 'usa' } };
  await withRun({ tasks: [stray] }, async (farm) => {
    validateRandomRun(farm.state, NOW);
    assert.match((await messagesOf(farm))[0]!, /task 0: .*country_code/);
  });
});

test('entries that refer to nothing are noted', () =>
  withRun({}, async (farm) => {
    assert.equal(validateStructures(farm.state, {}, NOW), 0);
    const { state } = farm;
    const slot = state.runs.unfinished()[0]!;
    const generation = state.runs.word(slot, RunWord.generation);
    state.requestTaskMutex.acquire();
    state.workers.setTask(state.workers.record('bob-8cores-abcd'), { slot, generation, taskId: 7 });
    state.workers.record('nobody');
    state.requestTaskMutex.release();
    assert.equal(validateStructures(state, { 'a.txt': {} }, NOW), 3);
    const messages = await messagesOf(farm);
    assert.ok(messages.some((text) => /bob-8cores-abcd has task 7/.test(text)));
    assert.ok(messages.some((text) => /"nobody" is no short worker name/.test(text)));
    assert.ok(messages.some((text) => /a\.txt/.test(text)));
  }));

test('a job lets others have the lock while it looks at a large run', () => {
  const idle = { ...task(), active: false, num_games: 106 };
  const tasks = Array.from({ length: 2000 }, () => idle);
  const sums = { workers: 0, cores: 0, committed_games: 212_000, total_games: 212_000 };
  const one = stats();
  const results = {
    ...one,
    wins: 42_000,
    losses: 44_000,
    draws: 126_000,
    pentanomial: [0, 30_000, 48_000, 28_000, 0],
  };
  return withRun({ tasks, ...sums, results }, async ({ state }, slot) => {
    const { locks } = state.runs;
    let holds = 0;
    const acquire = locks.acquire.bind(locks);
    locks.acquire = (index) => {
      holds++;
      return acquire(index);
    };
    let seen = 0;
    assert.equal(
      scanTasks(state, slot, () => seen++),
      true,
    );
    assert.equal(seen, 2000);
    assert.ok(holds >= 4, `${holds} holds`);
    assert.equal(scavenge(state, NOW + 1e9), 0);
  });
});

test('an action that breaks its schema becomes a log message in its place', () =>
  withRun({}, async (farm) => {
    const wrong = { username: 'alice', run_id: 'x', run: 'branch-0123456', message: 'm' };
    withSystem(farm.state, (slot) => logAction(farm.state, slot, NOW, 'new_run', wrong));
    withSystem(farm.state, (slot) =>
      logAction(farm.state, slot, NOW, 'log_message', { username: 'alice', message: 'fine' }),
    );
    farm.state.commits.next();
    await farm.drain();
    const [described, fine] = farm.actions as [ActionDocument, ActionDocument];
    assert.equal(described.action, 'log_message');
    assert.equal(described.username, 'fishtest.system');
    assert.match(described.message!, /run_id.*"new_run"/);
    assert.equal(fine.message, 'fine');
    const stored = await farm.reader.actions({ limit: 10, kinds: ['log_message'] });
    assert.deepEqual(stored.map(({ _id }) => _id).sort(), [described._id, fine._id].sort());
  }));
