/** What people's changes of runs leave in the log of events, and what they leave alone (docs/spec/web-ui.md §6). */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ActionKind } from '../../src/model/documents.js';
import { type Actor, operatorNamed } from '../../src/operations/actor.js';
import { OperationRefused, type RefusalCode } from '../../src/operations/refusal.js';
import { approveRun } from '../../src/operations/run/approve-run.js';
import { deleteRun, purgeByHand, stopRun, undeleteRun } from '../../src/operations/run/close-run.js';
import { lostNets } from '../../src/operations/run/lost-nets.js';
import { modifyRun } from '../../src/operations/run/modify-run.js';
import { undoStop } from '../../src/operations/run/undo-stop.js';
import { Shared } from '../../src/runtime/shared.js';
import { writeRunResults } from '../../src/state/results.js';
import { readLive } from '../../src/state/run-document.js';
import { RunFlag, RunFloat } from '../../src/state/run-record.js';
import { openStore } from '../../src/store/open-store.js';
import type { Reader, Writer } from '../../src/store/port.js';
import { GroupCommitter } from '../../src/store/writer/group-commit.js';
import { addRun, freshRun, OPTIONS, sprtArgs } from './world.js';

const OWNER: Actor = { kind: 'account', name: 'alice', isApprover: false };
const APPROVER: Actor = { kind: 'account', name: 'carol', isApprover: true };
const OPERATOR = operatorNamed();
const NET = 'nn-0123456789ab.nnue';

const now = Date.now();
const { state } = Shared.create(256 * 1024 * 1024, { ...OPTIONS, sizes: { ...OPTIONS.sizes, runs: 64 } });
state.threads.join('main');
let directory: string;
let reader: Reader;
let writer: Writer;
let committer: GroupCommitter;
let runs = 0;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shoal-run-changes-'));
  const store = openStore(`sqlite:${join(directory, 'shoal.db')}`);
  writer = await store.openWriter();
  reader = await store.openReader();
  committer = new GroupCommitter(state, writer, { flushIntervalMs: 1, pause: async () => {} });
});

after(async () => {
  await reader.close();
  await writer.close();
  await rm(directory, { recursive: true });
  state.threads.leave();
});

async function newRun(args: object = {}): Promise<string> {
  const id = `5e00000000000000000000${(16 + runs++).toString(16)}`;
  const slot = await addRun(state, freshRun(id, { username: 'alice', throughput: 100, ...args }));
  state.runs.set(slot, RunFlag.approved, false);
  return id;
}

const live = (id: string) => readLive(state, state.runs.find(id));

async function events(runId: string): Promise<[ActionKind, string | undefined, string][]> {
  await committer.drain();
  const found = await reader.actions({ runId, oldestFirst: true, limit: 50 });
  return found.map(({ action, message, username }) => [action, message, username]);
}

function code(act: () => unknown): RefusalCode | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    return error.code;
  }
}

test('a stop is told with its reason, on one line and not too long', async () => {
  for (const [reason, message] of [
    [undefined, 'User stop'],
    [' \n ', 'User stop'],
    [' wrong\r\nbranch\u2028 and\tmore\0 ', 'User stop: wrong branch and more'],
    ['é'.repeat(300), `User stop: ${'é'.repeat(200)}`],
  ] as const) {
    const id = await newRun();
    stopRun(state, OWNER, id, now, reason);
    assert.deepEqual(await events(id), [['stop_run', message, 'alice']]);
    assert.equal(
      code(() => stopRun(state, APPROVER, id, now)),
      'conflict',
    );
    assert.equal((await events(id)).length, 1);
  }
});

test('a modification names what became another, in one order, and nothing when nothing did', async () => {
  const id = await newRun({ ...sprtArgs(0, 2), num_games: 60_000, auto_purge: false, info: 'An idea' });
  approveRun(state, APPROVER, id, now);
  const same = { num_games: 60_000, priority: 0, throughput: 100, auto_purge: false, info: ' An idea ' };
  assert.deepEqual(modifyRun(state, OWNER, id, same, now).value.differences, []);
  const changes = {
    info: 'A better idea',
    auto_purge: true,
    throughput: 50,
    num_games: 61_000,
    priority: -2,
  };
  modifyRun(state, OWNER, id, changes, now);
  modifyRun(state, OWNER, id, { throughput: 200 }, now);
  const said =
    'modify: priority changed from 0 to -2, num-games changed from 60000 to 61000, ' +
    'throughput changed from 100 to 50, auto-purge changed from false to true, info changed';
  assert.deepEqual(await events(id), [
    ['approve_run', 'approved', 'carol'],
    ['modify_run', said, 'alice'],
    ['approve_run', 'unapproved', 'alice'],
    ['modify_run', 'modify: throughput changed from 50 to 200', 'alice'],
  ]);
  assert.deepEqual([live(id).approved, live(id).approver], [false, '']);
});

test('a run whose number of games is lowered to what is played ends at once', async () => {
  const id = await newRun({ ...sprtArgs(0, 2), num_games: 60_000 });
  const slot = state.runs.find(id);
  state.runs.set(slot, RunFlag.approved, true);
  writeRunResults(state.runs, slot, { ...live(id).results, draws: 2000 });
  assert.equal(modifyRun(state, OWNER, id, { num_games: 3000 }, now).value.hasEnded, false);
  assert.equal(live(id).finished, false);
  assert.equal(modifyRun(state, OWNER, id, { num_games: 2000 }, now).value.hasEnded, true);
  assert.equal(live(id).finished, true);
  assert.ok(!state.runs.unfinished().includes(slot));
  const said = await events(id);
  assert.deepEqual(
    said.slice(-2).map(([kind]) => kind),
    ['modify_run', 'finished_run'],
  );
  assert.equal(modifyRun(state, OWNER, id, { priority: -1 }, now).value.hasEnded, false);
  assert.equal((await events(id)).filter(([kind]) => kind === 'finished_run').length, 1);
});

test('a stopped run that still needs games goes on when it is modified, and the log tells', async () => {
  const id = await newRun(sprtArgs(0, 2));
  stopRun(state, OWNER, id, now);
  assert.deepEqual(modifyRun(state, OWNER, id, {}, now).value.differences, ['revived']);
  assert.equal(live(id).finished, false);
  assert.deepEqual((await events(id)).at(-1), ['modify_run', 'modify: revived', 'alice']);
});

test('a run is approved while it can be played, once, and its networks are told', async () => {
  await writer.commit({
    runs: [],
    actions: [],
    pgns: [],
    users: [],
    workers: [],
    keyValues: [],
    nets: [{ name: NET, user: 'alice', downloads: 2 }],
  });
  const [first, second] = [await newRun({ new_nets: [NET] }), await newRun({ new_nets: [NET, NET] })];
  approveRun(state, APPROVER, first, now);
  assert.equal(
    code(() => approveRun(state, OPERATOR, first, now)),
    'conflict',
  );
  approveRun(state, APPROVER, second, now + 5);
  assert.deepEqual(await events(first), [['approve_run', 'approved', 'carol']]);
  assert.deepEqual(await reader.net(NET), {
    name: NET,
    user: 'alice',
    downloads: 2,
    first_test: { id: first, date: now },
    last_test: { id: second, date: now + 5 },
  });
  const [ended, gone] = [await newRun(), await newRun()];
  stopRun(state, OWNER, ended, now);
  deleteRun(state, OWNER, gone, now);
  for (const id of [ended, gone])
    assert.equal(
      code(() => approveRun(state, APPROVER, id, now)),
      'conflict',
    );
});

test('a run whose network was removed is not revived, and what to do is told', async () => {
  const gone = 'nn-ba9876543210.nnue';
  const args = { ...sprtArgs(0, 2), new_nets: [gone], base_nets: [gone] };
  const [stopped, modified, purged] = [await newRun(args), await newRun(args), await newRun(args)];
  for (const id of [stopped, modified, purged]) stopRun(state, OWNER, id, now);
  await committer.drain();
  const told = (error: unknown) => {
    assert.ok(error instanceof OperationRefused);
    return error.code === 'conflict' && error.message.includes(gone) && /shoal net add/.test(error.message);
  };
  await assert.rejects(undoStop({ state, reader }, OWNER, stopped, now), told);
  const lost = await lostNets({ state, reader }, modified);
  assert.deepEqual(lost, [gone]);
  assert.throws(() => modifyRun(state, OWNER, modified, { priority: -1 }, now, { lost }), told);
  assert.deepEqual([live(modified).finished, live(modified).args.priority], [true, 0]);
  assert.equal(live(stopped).finished, true);
  // A change that leaves it finished needs no network.
  modifyRun(state, OWNER, modified, { priority: -1 }, now, { lost, mayRevive: false });
  assert.equal(live(modified).args.priority, -1);
  const known = { new_nets: [NET] };
  const whole = await newRun({ ...sprtArgs(0, 2), ...known });
  assert.deepEqual(await lostNets({ state, reader }, whole), []);
});

test('only a finished run is purged by hand', async () => {
  const id = await newRun();
  assert.equal(
    code(() => purgeByHand(state, APPROVER, id, now)),
    'conflict',
  );
  assert.deepEqual(await events(id), []);
  stopRun(state, OWNER, id, now);
  purgeByHand(state, APPROVER, id, now);
  assert.deepEqual((await events(id)).at(-1), [
    'purge_run',
    'Manual purge (not performed): No bad workers',
    'carol',
  ]);
});

test('a deleted run is changed by nobody, and comes back by an approver within 30 days', async () => {
  const id = await newRun();
  deleteRun(state, OWNER, id, now);
  assert.equal(
    code(() => modifyRun(state, OWNER, id, { priority: -1 }, now)),
    'conflict',
  );
  assert.equal(
    code(() => deleteRun(state, APPROVER, id, now)),
    'conflict',
  );
  assert.equal(
    code(() => undeleteRun(state, OWNER, id, now)),
    'forbidden',
  );
  assert.equal(
    code(() => undeleteRun(state, APPROVER, id, now + 40 * 86_400_000)),
    'conflict',
  );
  undeleteRun(state, APPROVER, id, now);
  assert.deepEqual([live(id).deleted, live(id).finished], [false, true]);
  assert.equal(
    code(() => undeleteRun(state, APPROVER, id, now)),
    'conflict',
  );
  await committer.drain();
  const [event] = await reader.actions({ kinds: ['log_message'], limit: 1 });
  assert.deepEqual([event?.username, event?.message?.includes(id)], ['carol', true]);
});

const undo = async (actor: Actor, id: string, at: number): Promise<RefusalCode | 'done'> => {
  await committer.drain();
  try {
    await undoStop({ state, reader }, actor, id, at);
    return 'done';
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    return error.code;
  }
};

test('a stop by a person is undone within ten minutes, once, with its event', async () => {
  const id = await newRun();
  const [slot, minute] = [state.runs.find(id), 60_000];
  state.runs.set(slot, RunFlag.approved, true);
  assert.equal(await undo(OWNER, id, now), 'conflict');
  stopRun(state, OWNER, id, now);
  assert.equal(await undo({ kind: 'account', name: 'bob', isApprover: false }, id, now), 'forbidden');
  assert.equal(await undo(OWNER, id, now + 11 * minute), 'conflict');
  // After a restart only the log of events knows when it was.
  state.runs.setFloat(slot, RunFloat.stoppedAt, 0);
  assert.equal(await undo(OWNER, id, now + 11 * minute), 'conflict');
  assert.equal(await undo(OWNER, id, now + 9 * minute), 'done');
  assert.equal(await undo(APPROVER, id, now + 9 * minute), 'conflict');
  assert.deepEqual([live(id).finished, live(id).approved], [false, true]);
  assert.ok(state.runs.unfinished().includes(slot));
  assert.deepEqual(await events(id), [
    ['stop_run', 'User stop', 'alice'],
    ['modify_run', 'modify: stop undone', 'alice'],
  ]);
});

test('what ended otherwise than by a person is not undone', async () => {
  const [failed, deleted, played] = [await newRun(), await newRun(), await newRun()];
  stopRun(state, OWNER, failed, now);
  state.runs.set(state.runs.find(failed), RunFlag.failed, true);
  stopRun(state, OWNER, deleted, now);
  deleteRun(state, OWNER, deleted, now);
  stopRun(state, OWNER, played, now);
  state.runs.setFloat(state.runs.find(played), RunFloat.numGames, 0);
  for (const id of [failed, deleted, played]) {
    assert.equal(await undo(APPROVER, id, now), 'conflict');
    assert.equal(live(id).finished, true);
    assert.ok((await events(id)).every(([kind]) => kind !== 'modify_run'));
  }
});

test('an approver’s change of a description is logged with both texts, as far as there is room', async () => {
  const id = await newRun({ info: 'An "idea"\nof two lines' });
  modifyRun(state, APPROVER, id, { info: ' An idea ' }, now);
  assert.equal(live(id).args.info, 'An idea');
  assert.deepEqual((await events(id)).at(-1), [
    'modify_run',
    'modify: info changed from "An \\"idea\\"\\nof two lines" to "An idea"',
    'carol',
  ]);
  const long = '\u{1F41F}\n'.repeat(1_600);
  modifyRun(state, APPROVER, id, { info: long, priority: -1 }, now);
  const [kind, message, by] = (await events(id)).at(-1)!;
  assert.deepEqual([kind, by, live(id).args.info], ['modify_run', 'carol', long.trim()]);
  assert.match(
    message!,
    /^modify: priority changed from 0 to -1, info changed from "An idea" to "\u{1F41F}.*…$/u,
  );
});
