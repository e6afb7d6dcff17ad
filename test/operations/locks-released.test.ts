/** A failure under a lock leaves no lock behind: its owner lives, so nobody would ever repair it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { setFailpoint } from '../../src/memory/failpoint.js';
import type { LockTable } from '../../src/memory/locks/lock-table.js';
import { createAccount } from '../../src/operations/account/change-account.js';
import { operatorNamed } from '../../src/operations/actor.js';
import { recover } from '../../src/operations/recovery/recover.js';
import { createRun } from '../../src/operations/run/create-run.js';
import { endRun } from '../../src/operations/run/end-run.js';
import { dropRun } from '../../src/operations/run/load-run.js';
import type { State } from '../../src/state/state.js';
import { openStore } from '../../src/store/open-store.js';
import type { Reader } from '../../src/store/port.js';
import { GroupCommitter } from '../../src/store/writer/group-commit.js';
import { addRun, createWorld, freshRun, TestWorker } from './world.js';

const RUN = '5f00000000000000000000b1';
const OPERATOR = operatorNamed();
const now = Date.now();

afterEach(() => setFailpoint(undefined));

function joined(): State {
  const { state } = createWorld();
  state.threads.join('main');
  return state;
}

function failAt(failing: string): void {
  setFailpoint((place) => {
    if (place === failing) throw new Error(`failed at ${place}`);
  });
}

function assertNoneHeld(state: State): void {
  const held = state.threads.lockTables
    .filter((table) => table.held() > 0)
    .map((table) => (table as LockTable).name);
  setFailpoint(undefined);
  state.threads.leave();
  assert.deepEqual(held, []);
}

test('when a run cannot be put on the list of ready runs', async () => {
  const state = joined();
  failAt('ready runs: adding');
  await assert.rejects(addRun(state, freshRun(RUN, {})), /failed at ready runs: adding/);
  assertNoneHeld(state);
});

test('when finished runs cannot be dropped from that list', async () => {
  const state = joined();
  const slot = await addRun(state, freshRun(RUN, {}));
  state.runs.locks.run(slot, () => endRun(state, slot, now));
  failAt('ready runs: dropping');
  assert.throws(() => {
    for (let scan = 0; scan < 1000; scan++) state.runs.ready.beginScan();
  }, /failed at ready runs: dropping/);
  assertNoneHeld(state);
});

test('when the tasks of a run cannot be given back', async () => {
  const state = joined();
  const slot = await addRun(state, freshRun(RUN, {}));
  assert.equal(new TestWorker(state, 1).ask(now), true);
  failAt('tasks: removing');
  assert.throws(() => state.runs.locks.run(slot, () => dropRun(state, slot)), /failed at tasks: removing/);
  assertNoneHeld(state);
});

test('when start-up cannot remember a worker', async () => {
  await withStore(async (state, reader, drain) => {
    await addRun(state, freshRun(RUN, {}));
    assert.equal(new TestWorker(state, 1).ask(now), true);
    await drain();
    const next = joined();
    setFailpoint((place) => {
      // As when the table is full: SHOAL_MAX_WORKERS is too small for what the store has.
      if (place === 'keyed table: adding' && next.requestTaskMutex.held() > 0) throw new Error('no room');
    });
    await assert.rejects(recover(next, reader, now), /no room/);
    assertNoneHeld(next);
  });
});

test('when the event of a new run cannot be logged', async () => {
  await withStore(async (state, reader, drain) => {
    const account = { username: 'alice', password: 'a long secret', email: 'alice@example.org' };
    await createAccount({ state, reader }, OPERATOR, account, now);
    await drain();
    state.books.set({
      'UHO_Lichess_4852_v1.epd': { total: 1, white: 1, black: 0, min_depth: null, max_depth: null, sri: 'x' },
    });
    failAt('outbox: appending');
    const form = {
      new_tag: 'idea',
      base_tag: 'master',
      username: 'alice',
      resolved_new: 'a'.repeat(40),
      resolved_base: 'b'.repeat(40),
      new_signature: '123456',
      base_signature: '654321',
      tc: '10+0.1',
      new_options: 'Hash=16',
      info: 'Prune more',
      sprt: { elo0: 0, elo1: 2 },
    };
    await assert.rejects(createRun({ state, reader }, OPERATOR, form, now), /failed at outbox/);
    assertNoneHeld(state);
    // Nor is the run there without its event.
    assert.deepEqual(state.runs.slots(), []);
  });
});

async function withStore(
  use: (state: State, reader: Reader, drain: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-locks-'));
  const store = openStore(`sqlite:${join(directory, 'shoal.db')}`);
  const writer = await store.openWriter();
  const reader = await store.openReader();
  const state = joined();
  const committer = new GroupCommitter(state, writer, { flushIntervalMs: 1, pause: async () => {} });
  try {
    await use(state, reader, () => committer.drain());
  } finally {
    await reader.close();
    await writer.close();
    await rm(directory, { recursive: true });
  }
}
