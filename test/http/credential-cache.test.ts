/** A credential that a thread knows is believed no longer than the account's shared record allows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CredentialCache } from '../../src/http/worker-api/credential-cache.js';
import { Region } from '../../src/memory/region.js';
import { State } from '../../src/state/state.js';

const MAX_AGE = 1000;
const JOE = { username: 'joe', blocked: false, pending: false, machine_limit: 4 };

function setUp() {
  const region = Region.create(64 * 1024 * 1024);
  const sizes = { runs: 16, tasks: 1024, workers: 1024, users: 64, slabBytes: 1024 * 1024 };
  const { users, threads } = new State(region, sizes);
  threads.join('test', { parks: true });
  users.set(JOE);
  const known = new CredentialCache(users, MAX_AGE);
  const learn = (password: string) => {
    const record = users.find('joe');
    const version = users.versionAt(record);
    users.remember('joe', password, version, 0);
    known.remember('joe', password, { record, version });
  };
  return { users, known, learn };
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
