/** Two changes of one finished run at once bring it back into memory once: a database answers late. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RunReader, reloadRun } from '../../src/operations/run/reload-run.js';
import { createWorld, freshRun } from './world.js';

const RUN = '5f00000000000000000000d1';
const { state } = createWorld();
state.threads.join('main');

/** Answers in later turns of the event loop, as a connection to MongoDB does. */
function lateReader(fails = false, id = RUN): RunReader {
  const { tasks: _tasks, bad_tasks: _bad, ...head } = freshRun(id, {});
  return {
    async run() {
      await nextTurn();
      return { ...head, finished: true };
    },
    async spsaHistory() {
      await nextTurn();
      return [];
    },
    async *tasks() {
      await nextTurn();
      if (fails) throw new Error('the connection is gone');
      yield* [];
    },
  };
}

test('a load that fails leaves nothing, and the next one may succeed', async () => {
  const load = () => reloadRun(state, lateReader(true), RUN, Date.now());
  const both = await Promise.allSettled([load(), load()]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.deepEqual(state.runs.slots(), []);
  assert.equal(state.runs.find(RUN), -1);
});

test('two at once load it into one slot', async () => {
  const load = () => reloadRun(state, lateReader(), RUN, Date.now());
  await Promise.all([load(), load()]);
  assert.equal(state.runs.slots().length, 1);
  assert.equal(state.runs.find(RUN), state.runs.slots()[0]);
});

test('who meets the load of another thread waits until the run is complete', async () => {
  const other = '5f00000000000000000000d2';
  const slot = state.runs.reserve(other);
  const load = reloadRun(state, lateReader(false, other), other, Date.now());
  for (let i = 0; i < 20; i++) await nextTurn();
  assert.equal(state.runs.slots().filter((each) => state.runs.id(each) === other).length, 1);
  state.runs.publish(slot);
  await load;
  assert.equal(state.runs.find(other), slot);
});
