/** Who may change what: owners, other accounts, approvers, the operator, and accounts that are blocked or pending. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { UserDocument } from '../../src/model/documents.js';
import { setWorkerBlock } from '../../src/operations/account/block-worker.js';
import {
  acceptAccount,
  createAccount,
  setAccountBlocked,
  setMachineLimit,
} from '../../src/operations/account/change-account.js';
import { changeProfile } from '../../src/operations/account/change-profile.js';
import { createResetLink, resetPassword } from '../../src/operations/account/reset-link.js';
import { type Actor, actorOf, approverNamed, operatorNamed } from '../../src/operations/actor.js';
import { OperationRefused, type RefusalCode } from '../../src/operations/refusal.js';
import { approveRun } from '../../src/operations/run/approve-run.js';
import type { RunChanges } from '../../src/operations/run/check-modification.js';
import { deleteRun, purgeByHand, stopRun } from '../../src/operations/run/close-run.js';
import { createRun } from '../../src/operations/run/create-run.js';
import { modifyRun } from '../../src/operations/run/modify-run.js';
import { Shared } from '../../src/runtime/shared.js';
import { readLive } from '../../src/state/run-document.js';
import { RunFlag } from '../../src/state/run-record.js';
import { openStore } from '../../src/store/open-store.js';
import type { Reader, Writer } from '../../src/store/port.js';
import { GroupCommitter } from '../../src/store/writer/group-commit.js';
import { addRun, freshRun, OPTIONS, sprtArgs } from './world.js';

const OPERATOR = operatorNamed();
const OWNER: Actor = { kind: 'account', name: 'alice', isApprover: false };
const STRANGER: Actor = { kind: 'account', name: 'bob', isApprover: false };
const APPROVER: Actor = { kind: 'account', name: 'carol', isApprover: true };
const EVERYBODY = [OPERATOR, OWNER, STRANGER, APPROVER];
const WORKER = 'alice-4cores-a1b2';
const FORM = {
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

const now = Date.now();
const { state } = Shared.create(256 * 1024 * 1024, { ...OPTIONS, sizes: { ...OPTIONS.sizes, runs: 128 } });
state.threads.join('main');
let directory: string;
let reader: Reader;
let writer: Writer;
let committer: GroupCommitter;
let runs = 0;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shoal-who-may-'));
  const store = openStore(`sqlite:${join(directory, 'shoal.db')}`);
  writer = await store.openWriter();
  reader = await store.openReader();
  committer = new GroupCommitter(state, writer, { flushIntervalMs: 1, pause: async () => {} });
  state.books.set({
    'UHO_Lichess_4852_v1.epd': {
      total: 1,
      white: 1,
      black: 0,
      min_depth: null,
      max_depth: null,
      sri: 'A'.repeat(64),
    },
  });
  for (const username of ['alice', 'bob', 'carol']) {
    const approver = username === 'carol';
    await createAccount({ state, reader }, OPERATOR, { ...newAccount(username), approver }, now);
    await committer.drain();
  }
});

after(async () => {
  await reader.close();
  await writer.close();
  await rm(directory, { recursive: true });
  state.threads.leave();
});

function newAccount(username: string) {
  return { username, password: 'a long secret', email: `${username}@example.org` };
}

/** An unapproved run of alice. */
async function newRun(changes: object = {}): Promise<string> {
  const id = `5f00000000000000000000${(16 + runs++).toString(16)}`;
  const slot = await addRun(state, freshRun(id, { username: 'alice', throughput: 100, ...changes }));
  state.runs.set(slot, RunFlag.approved, false);
  return id;
}

function live(runId: string) {
  return readLive(state, state.runs.find(runId));
}

/** What the operation is refused with; undefined when it is done. */
async function refusal(act: () => unknown): Promise<RefusalCode | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    return error.code;
  }
}

async function refusals(act: (actor: Actor) => unknown): Promise<Record<string, RefusalCode | undefined>> {
  const codes: Record<string, RefusalCode | undefined> = {};
  for (const actor of EVERYBODY) {
    codes[actor.kind === 'operator' ? 'operator' : actor.name] = await refusal(() => act(actor));
  }
  return codes;
}

const NOBODY_ELSE = { operator: undefined, alice: undefined, bob: 'forbidden', carol: undefined };

test('a run is stopped, purged, deleted and changed by its owner, approvers and the operator', async () => {
  for (const change of [
    (actor: Actor, id: string) => stopRun(state, actor, id, now),
    (actor: Actor, id: string) => {
      state.runs.set(state.runs.find(id), RunFlag.finished, true);
      return purgeByHand(state, actor, id, now);
    },
    (actor: Actor, id: string) => deleteRun(state, actor, id, now),
    (actor: Actor, id: string) => modifyRun(state, actor, id, { priority: -1 }, now),
  ]) {
    assert.deepEqual(await refusals(async (actor) => change(actor, await newRun())), NOBODY_ELSE);
  }
});

test('a run is approved by approvers and the operator, never by its owner', async () => {
  const approve = async (actor: Actor, args: object = {}) => {
    const id = await newRun(args);
    approveRun(state, actor, id, now);
    return live(id);
  };
  assert.deepEqual(await refusals((actor) => approve(actor)), {
    operator: undefined,
    alice: 'forbidden',
    bob: 'forbidden',
    carol: undefined,
  });
  assert.equal(await refusal(() => approve(APPROVER, { username: 'carol' })), 'forbidden');
  const { approved, approver } = await approve(APPROVER);
  assert.deepEqual({ approved, approver }, { approved: true, approver: 'carol' });
});

test('a blocked or pending account changes nothing, not even what is its own', async () => {
  const blocked: Actor = { kind: 'account', name: 'dora', isApprover: true };
  for (const status of [{ blocked: true }, { pending: true }]) {
    state.users.set({ username: 'dora', blocked: false, pending: false, machine_limit: 16, ...status });
    const id = await newRun({ username: 'dora' });
    const acts: (() => unknown)[] = [
      () => stopRun(state, blocked, id, now),
      () => modifyRun(state, blocked, id, { priority: -1 }, now),
      () => setWorkerBlock(state, blocked, WORKER, { isBlocked: true, message: 'no' }, now),
      () => setAccountBlocked({ state, reader }, blocked, 'bob', true, now),
      () => createRun({ state, reader }, blocked, { ...FORM, username: 'dora' }, now),
    ];
    for (const act of acts) assert.equal(await refusal(act), 'forbidden');
    assert.equal(live(id).finished, false);
  }
});

test('a run is submitted in the own name; the operator may name any account that may submit', async () => {
  const parts = { state, reader };
  assert.deepEqual(await refusals((actor) => createRun(parts, actor, FORM, now)), {
    operator: undefined,
    alice: undefined,
    bob: 'forbidden',
    carol: 'forbidden',
  });
  assert.equal(
    await refusal(() => createRun(parts, OPERATOR, { ...FORM, username: 'nobody' }, now)),
    'unknown',
  );
  assert.equal(await refusal(() => createRun(parts, OWNER, { ...FORM, tc: 'fast' }, now)), 'invalid');
});

test('a run whose approval in the same step is refused is not made', async () => {
  const before = state.runs.slots().length;
  const create = (approver: Actor, username = 'alice') =>
    createRun({ state, reader }, OPERATOR, { ...FORM, username }, now, { approver });
  assert.equal(await refusal(() => create(STRANGER)), 'forbidden');
  assert.equal(await refusal(() => create(APPROVER, 'carol')), 'forbidden');
  assert.equal(state.runs.slots().length, before);
  const { value } = await create(await approverNamed(reader, 'carol'));
  assert.equal(live(value.runId).approver, 'carol');
  assert.equal(await refusal(() => approverNamed(reader, 'bob')), 'forbidden');
  assert.equal(await refusal(() => approverNamed(reader, 'nobody')), 'unknown');
});

test('a form that is sent twice within a minute makes one run, whoever has it first', async () => {
  const parts = { state, reader };
  const send = (sentForm: string, at = now) => createRun(parts, OWNER, FORM, at, { sentForm });
  const [first, second] = await Promise.all([send('a form'), send('a form')]);
  assert.equal(first.value.runId, second.value.runId);
  assert.deepEqual([first.value.isNew, second.value.isNew].sort(), [false, true]);
  const { value: again } = await send('a form', now + 59_000);
  assert.deepEqual([again.runId, again.isNew], [first.value.runId, false]);
  const others = [await send('another form'), await send('a form', now + 62_000)];
  for (const { value } of others) assert.notEqual(value.runId, first.value.runId);
  await committer.drain();
  const events = await reader.actions({ kinds: ['new_run'], runId: first.value.runId, limit: 9 });
  assert.deepEqual(
    events.map(({ message }) => message),
    ['SPRT<0.00,2.00> TC:10+0.1 Book:UHO_Lichess_4852_v1.epd Threads:1 Hash:16/16'],
  );
});

test('the repository of a new run becomes that of the account, unless the run is somebody else’s sent again', async () => {
  const parts = { state, reader };
  const repository = async () => (await reader.user('alice'))?.tests_repo;
  const send = async (form: object) => {
    await createRun(parts, OWNER, { ...FORM, ...form }, now);
    await committer.drain();
  };
  await send({ tests_repo: 'https://github.com/alice/engine/' });
  assert.equal(await repository(), 'https://github.com/alice/engine');
  await send({ tests_repo: 'https://github.com/bob/engine', rescheduled_from: '0'.repeat(24) });
  assert.equal(await repository(), 'https://github.com/alice/engine');
});

test('an owner who asks for more of the workers needs approval again; an approver does not', async () => {
  const modify = async (actor: Actor, changes: RunChanges, args: object = {}) => {
    const id = await newRun(args);
    approveRun(state, APPROVER, id, now);
    const { value } = modifyRun(state, actor, id, changes, now);
    assert.equal(live(id).approved, !value.isApprovalWithdrawn);
    assert.equal(live(id).approver, value.isApprovalWithdrawn ? '' : 'carol');
    return value.isApprovalWithdrawn;
  };
  assert.equal(await modify(OWNER, { throughput: 101 }), true);
  assert.equal(await modify(OWNER, { priority: 1 }), true);
  assert.equal(await modify(OWNER, { throughput: 50, priority: -1 }), false);
  assert.equal(await modify(OWNER, { throughput: 150 }, { throughput: 200 }), false);
  assert.equal(await modify(APPROVER, { throughput: 200, priority: 3 }), false);
  assert.equal(await modify(OPERATOR, { throughput: 200, priority: 3 }), false);
});

test('what an account asks of a modification is checked', async () => {
  const modify = (changes: RunChanges, args: object = {}, at = now) =>
    refusal(async () => modifyRun(state, OWNER, await newRun({ num_games: 60_000, ...args }), changes, at));
  assert.equal(await modify({ num_games: 59_500 }), 'invalid');
  assert.equal(await modify({ num_games: 61_000 }), 'invalid');
  assert.equal(await modify({ num_games: 61_000 }, sprtArgs(0, 2)), undefined);
  assert.equal(await modify({ num_games: 3_201_000 }, sprtArgs(0, 2)), 'invalid');
  assert.equal(await modify({ num_games: -1000 }), 'invalid');
  assert.equal(await modify({ throughput: 1001 }), 'invalid');
  assert.equal(await modify({ throughput: Number.NaN }), 'invalid');
  assert.equal(await modify({ priority: 0.5 }), 'invalid');
  assert.equal(await modify({ priority: -1 }, {}, now + 32 * 86_400_000), 'conflict');
});

test('a description is changed by its author and by approvers', async () => {
  const id = await newRun();
  modifyRun(state, APPROVER, id, { info: ' a hint ' }, now);
  assert.equal(live(id).args.info, 'a hint');
  const before = live(id).args.info;
  modifyRun(state, OWNER, id, { info: '  ' }, now);
  assert.equal(live(id).args.info, before);
  modifyRun(state, OWNER, id, { info: ' better ' }, now);
  assert.equal(live(id).args.info, 'better');
});

test('a worker is blocked by its owner, approvers and the operator', async () => {
  const block = (actor: Actor) =>
    setWorkerBlock(state, actor, WORKER, { isBlocked: true, message: 'too slow' }, now);
  assert.deepEqual(await refusals(block), NOBODY_ELSE);
  const unblocked = setWorkerBlock(state, OWNER, WORKER, { isBlocked: false }, now).value;
  assert.deepEqual(unblocked, {
    worker_name: WORKER,
    blocked: false,
    message: 'too slow',
    last_updated: now,
  });
  const unknown = () => setWorkerBlock(state, OPERATOR, 'bob-1cores-zzzz', { isBlocked: false }, now);
  assert.equal(await refusal(unknown), 'unknown');
});

test('of two who sign up at once with one name, or one address, one gets it', async () => {
  const parts = { state, reader };
  const signUp = (username: string, email: string) =>
    createAccount(parts, undefined, { username, password: 'a long secret', email }, now);
  const outcomes = async (...sent: Promise<unknown>[]) =>
    (await Promise.allSettled(sent)).map(({ status }) => status).sort();
  const one = ['fulfilled', 'rejected'];
  assert.deepEqual(await outcomes(signUp('Fay', 'a@example.org'), signUp('Fay', 'b@example.org')), one);
  assert.deepEqual(await outcomes(signUp('Gus', 'c@example.org'), signUp('gus', 'd@example.org')), one);
  assert.deepEqual(await outcomes(signUp('Hal', 'e@example.org'), signUp('Ida', 'E@example.org')), one);
  await committer.drain();
  const users = [];
  for await (const { username } of reader.users()) users.push(username.toLowerCase());
  assert.deepEqual(users.filter((name) => ['fay', 'gus'].includes(name)).sort(), ['fay', 'gus']);
  assert.equal(users.filter((name) => ['hal', 'ida'].includes(name)).length, 1);
});

test('accounts are accepted and blocked by approvers, limited by the operator alone', async () => {
  const parts = { state, reader };
  const visitor = { ...newAccount('erin'), approver: true, machine_limit: 1000 };
  const { value } = await createAccount(parts, undefined, visitor, now);
  const { pending, groups, machine_limit } = value;
  assert.deepEqual({ pending, groups, machine_limit }, { pending: true, groups: [], machine_limit: 16 });
  // The store does not have the name yet; memory does.
  assert.equal(await refusal(() => createAccount(parts, OPERATOR, newAccount('erin'), now)), 'conflict');
  await committer.drain();
  assert.equal(await refusal(() => createAccount(parts, undefined, newAccount('alice'), now)), 'conflict');
  assert.equal(await refusal(() => createAccount(parts, OWNER, newAccount('frank'), now)), 'forbidden');

  assert.equal(await refusal(() => acceptAccount(parts, OWNER, 'erin', now)), 'forbidden');
  assert.equal((await acceptAccount(parts, APPROVER, 'erin', now)).value.pending, false);
  await committer.drain();
  assert.equal(await refusal(() => acceptAccount(parts, APPROVER, 'erin', now)), 'conflict');

  assert.deepEqual(await refusals((actor) => setAccountBlocked(parts, actor, 'carol', false, now)), {
    operator: undefined,
    alice: 'forbidden',
    bob: 'forbidden',
    carol: 'forbidden',
  });
  await setAccountBlocked(parts, APPROVER, 'erin', true, now);
  assert.equal(state.users.accountStatus('erin')!.blocked, true);
  assert.deepEqual(await refusals((actor) => setMachineLimit(parts, actor, 'erin', 4, now)), {
    operator: undefined,
    alice: 'forbidden',
    bob: 'forbidden',
    carol: 'forbidden',
  });
});

test('changes of an account that come at once keep each other', async () => {
  const parts = { state, reader };
  await createAccount(parts, OPERATOR, newAccount('fred'), now);
  await committer.drain();
  const fred: Actor = { kind: 'account', name: 'fred', isApprover: false };
  const { password: before } = (await reader.user('fred'))!;
  // Hashing takes its time, in which an approver blocks the account.
  const change = { password: 'a longer secret', tests_repo: 'https://github.com/fred/Stockfish' };
  await Promise.all([
    changeProfile(parts, fred, change, ''),
    setMachineLimit(parts, OPERATOR, 'fred', 4, now),
    setAccountBlocked(parts, APPROVER, 'fred', true, now),
  ]);
  const limit = state.users.accountStatus('fred');
  assert.deepEqual(limit, { blocked: true, pending: false, machineLimit: 4 });
  await committer.drain();
  const { blocked, machine_limit, tests_repo, password } = (await reader.user('fred'))!;
  assert.deepEqual([blocked, machine_limit, tests_repo], [true, 4, change.tests_repo]);
  assert.notEqual(password, before);
  // The store does not know of the one when the next comes.
  await setAccountBlocked(parts, APPROVER, 'fred', false, now);
  await setAccountBlocked(parts, APPROVER, 'fred', true, now);
  await committer.drain();
  assert.equal((await reader.user('fred'))!.blocked, true);
});

test('a link for a new password is used once, by two at once too', async () => {
  const parts = { state, reader };
  await createAccount(parts, OPERATOR, newAccount('gina'), now);
  await committer.drain();
  const { value: secret } = await createResetLink(parts, APPROVER, 'gina', now);
  await committer.drain();
  const tries = ['one long secret', 'two long secrets'].map((password) =>
    refusal(() => resetPassword(parts, secret, password, now)),
  );
  assert.deepEqual((await Promise.all(tries)).toSorted(), ['unknown', undefined]);
  await committer.drain();
  assert.equal(await refusal(() => resetPassword(parts, secret, 'three long secrets', now)), 'unknown');
});

test('an actor is an approver by the group of the account', () => {
  const account = { username: 'x', groups: ['group:approvers'] } as UserDocument;
  assert.deepEqual(actorOf(account), { kind: 'account', name: 'x', isApprover: true });
  assert.deepEqual(actorOf({ ...account, groups: [] }), { kind: 'account', name: 'x', isApprover: false });
});
