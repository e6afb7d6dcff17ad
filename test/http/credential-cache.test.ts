/** A credential that a thread knows is believed no longer than the account's shared record allows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CredentialCache } from '../../src/http/worker-api/credential-cache.js';
import { CredentialGate } from '../../src/http/worker-api/credential-gate.js';
import { Region } from '../../src/memory/region.js';
import type { Shared } from '../../src/runtime/shared.js';
import { State } from '../../src/state/state.js';

const MAX_AGE = 1000;
const JOE = { username: 'joe', blocked: false, pending: false, machine_limit: 4 };

function setUp() {
  const region = Region.create(64 * 1024 * 1024);
  const sizes = { runs: 16, tasks: 1024, workers: 1024, users: 64, slabBytes: 1024 * 1024 };
  const state = new State(region, sizes);
  const { users, threads } = state;
  threads.join('test', { parks: true });
  users.set(JOE);
  const known = new CredentialCache(users, MAX_AGE);
  const learn = (password: string) => {
    const record = users.find('joe');
    const version = users.versionAt(record);
    users.remember('joe', password, version, 0);
    known.remember('joe', password, { record, version });
  };
  return { state, users, known, learn };
}

test('a known credential is found by its name and its whole password', () => {
  const { known, learn, users } = setUp();
  assert.equal(known.find('joe', 'secret', 0), undefined);
  learn('secret');
  assert.equal(known.find('joe', 'secret', 0)?.record, users.find('joe'));
  assert.equal(known.find('joe', 'secre', 0), undefined);
  assert.equal(known.find('joe', 'secret ', 0), undefined);
  assert.equal(known.find('Joe', 'secret', 0), undefined);
});

test('a known credential is not believed when it is old, or its account has changed', () => {
  const { users, known, learn } = setUp();
  learn('secret');
  assert.notEqual(known.find('joe', 'secret', MAX_AGE), undefined);
  assert.equal(known.find('joe', 'secret', MAX_AGE + 1), undefined);

  users.set({ ...JOE, blocked: true });
  assert.equal(known.find('joe', 'secret', 0), undefined, 'blocked');
  users.set(JOE);
  assert.equal(known.find('joe', 'secret', 0), undefined, 'free again, but with which password?');
  learn('other');
  assert.equal(known.find('joe', 'secret', 0), undefined, 'the password of before');
  assert.notEqual(known.find('joe', 'other', 0), undefined);
});

test('a password that was right is told from a guess, until it is found to be wrong', () => {
  const { users, learn } = setUp();
  assert.equal(users.wasVerified('joe', 'secret'), false);
  learn('secret');
  assert.equal(users.wasVerified('joe', 'secret'), true);
  assert.equal(users.wasVerified('joe', 'guess'), false);
  assert.equal(users.wasVerified('ann', 'secret'), false);
  users.set({ ...JOE, machine_limit: 9 });
  assert.equal(users.check('joe', 'secret', 0, MAX_AGE), 'unverified', 'not believed');
  assert.equal(users.wasVerified('joe', 'secret'), true, 'but no guess');
  users.forget('joe', 'guess');
  assert.equal(users.wasVerified('joe', 'secret'), true);
  users.forget('joe', 'secret');
  assert.equal(users.wasVerified('joe', 'secret'), false);
});

test('a credential in use is checked again before it is too old, once, beside the requests', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 0 });
  const { state, users, learn } = setUp();
  learn('secret');
  const checks: ((result: 'verified' | Error) => void)[] = [];
  const gate = new CredentialGate(
    { state, counters: { add: () => {} } } as unknown as Shared,
    () =>
      new Promise((resolve, reject) => {
        checks.push((result) => (result === 'verified' ? resolve(result) : reject(result)));
      }),
    { credentialMaxAge: MAX_AGE, guesses: { perAccount: 1, perAddress: 1 } },
  );
  const recognised = () => gate.recognise('joe', 'secret')?.authResult;
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  context.mock.timers.setTime(MAX_AGE / 2);
  assert.equal(recognised(), 'verified');
  assert.equal(checks.length, 0, 'young');

  context.mock.timers.setTime(MAX_AGE * 0.8);
  for (let i = 0; i < 3; i++) assert.equal(recognised(), 'verified', 'while it is checked');
  assert.equal(checks.length, 1);
  checks[0]!(new Error('the store is away'));
  await settle();
  assert.equal(recognised(), 'verified', 'a check that failed says nothing');
  assert.equal(checks.length, 1, 'nor is it made again at once');

  context.mock.timers.setTime(MAX_AGE * 0.9);
  assert.equal(recognised(), 'verified');
  assert.equal(checks.length, 2);
  users.remember('joe', 'secret', users.versionAt(users.find('joe')), Date.now());
  checks[1]!('verified');
  await settle();
  context.mock.timers.setTime(MAX_AGE * 1.6);
  assert.equal(recognised(), 'verified', 'long after the first check');
  assert.equal(checks.length, 2);
  context.mock.timers.setTime(MAX_AGE * 3);
  assert.equal(recognised(), undefined, 'nobody used it');
});
