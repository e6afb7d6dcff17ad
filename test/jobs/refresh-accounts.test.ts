/** Accounts and blocks that somebody else changed in the store reach memory, and those of our own stay. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { AccountRefresh } from '../../src/jobs/refresh-accounts.js';
import type { UserDocument, WorkerDocument } from '../../src/model/documents.js';
import { Farm } from '../golden/farm.js';

const NOW = Date.UTC(2030, 0, 1);

function user(username: string, changes: Partial<UserDocument> = {}): UserDocument {
  return {
    username,
    password: 'clear',
    registration_time: NOW,
    pending: false,
    blocked: false,
    email: `${username}@example.org`,
    groups: [],
    tests_repo: '',
    machine_limit: 16,
    ...changes,
  };
}

/** A store that others write: the lists are what it holds now. */
function storeOf(users: UserDocument[], blocked: WorkerDocument[]) {
  return {
    users: async function* () {
      yield* users;
    },
    blockedWorkers: async function* () {
      yield* blocked;
    },
  };
}

async function sharedFarm(users: UserDocument[], blocked: WorkerDocument[]) {
  const farm = await Farm.open({ users: [], workers: [], runs: [], keyValues: [] }, NOW);
  after(async () => {
    await farm.stop();
    await farm.remove();
  });
  const refresh = new AccountRefresh(farm.state, storeOf(users, blocked));
  assert.equal(await refresh.run(), users.length + blocked.length);
  return { state: farm.state, refresh };
}

test('an account changed elsewhere loses its verified credential and gets its new standing', async () => {
  const users = [user('anna'), user('bert')];
  const { state, refresh } = await sharedFarm(users, []);
  // What is in memory as it is in the store stays untouched from the first look on.
  assert.equal(await new AccountRefresh(state, storeOf(users, [])).run(), 0);
  for (const { username } of users) {
    state.users.remember(username, 'clear', state.users.version(username)!, NOW);
  }
  users[0] = user('anna', { machine_limit: 2, blocked: true });
  assert.equal(await refresh.run(), 1);
  assert.deepEqual(state.users.accountStatus('anna'), { blocked: true, pending: false, machineLimit: 2 });
  assert.equal(state.users.check('anna', 'clear', NOW, 1000), 'unverified');
  assert.equal(state.users.check('bert', 'clear', NOW, 1000), 'verified');

  users[1] = user('bert', { password: 'new' });
  assert.equal(await refresh.run(), 1);
  assert.equal(state.users.check('bert', 'clear', NOW, 1000), 'unverified');
  assert.equal(await refresh.run(), 0);
});

test('a deleted account is not believed any more, and a new one is known', async () => {
  const users = [user('anna')];
  const { state, refresh } = await sharedFarm(users, []);
  state.users.remember('anna', 'clear', state.users.version('anna')!, NOW);
  users.splice(0, 1, user('cleo', { machine_limit: 3 }));
  assert.equal(await refresh.run(), 2);
  assert.equal(state.users.check('anna', 'clear', NOW, 1000), 'unverified');
  assert.equal(state.users.accountStatus('cleo')?.machineLimit, 3);
});

test('a worker blocked elsewhere is blocked here, unless it was unblocked here later', async () => {
  const blocked: WorkerDocument[] = [];
  const { state, refresh } = await sharedFarm([], blocked);
  const name = 'anna-4cores-abcd1234';
  blocked.push({ worker_name: name, blocked: true, message: 'too hot', last_updated: NOW });
  assert.equal(await refresh.run(), 1);
  assert.deepEqual(state.workers.block(state.workers.record(name)), { blocked: true, message: 'too hot' });
  state.workers.setBlock(state.workers.record(name), false, '', NOW + 1);
  assert.equal(await refresh.run(), 0);
  assert.equal(state.workers.isBlocked(state.workers.record(name)), false);
});
