/** Passwords at rest: hashes, clear text of older databases, and what verification costs. */

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { before, test } from 'node:test';
import {
  dummyVerify,
  hashPassword,
  setPasswordCost,
  verifyPassword,
} from '../../src/operations/account/password.js';

const CHEAP = { ln: 10, r: 8, p: 1 };

before(() => setPasswordCost(CHEAP));

test('a hash verifies its password and no other', async () => {
  const stored = await hashPassword('pässword');
  assert.match(stored, /^\$scrypt\$10,8,1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{32}$/);
  assert.equal(await verifyPassword(stored, 'pässword'), true);
  for (const wrong of ['', 'passwort', 'pässword ', stored]) {
    assert.equal(await verifyPassword(stored, wrong), false);
  }
});

test('two hashes of one password differ', async () => {
  assert.notEqual(await hashPassword('x'), await hashPassword('x'));
});

test('clear text of an older database is accepted', async () => {
  assert.equal(await verifyPassword('secret', 'secret'), true);
  assert.equal(await verifyPassword('secret', 'secre'), false);
  assert.equal(await verifyPassword('', ''), true);
});

test('a hash in PHC form, as earlier versions made it, verifies', async () => {
  const stored = '$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$W/Rtq72Htgcz3Syd3hrCAGsXSEqmMzUBgphIKWl53WE';
  assert.equal(await verifyPassword(stored, 'pässword'), true);
  assert.equal(await verifyPassword(stored, 'password'), false);
});

test('a hash of the longest costs fits where the reference keeps a password', async () => {
  setPasswordCost({ ln: 11, r: 16, p: 4 });
  const stored = await hashPassword('x'.repeat(72));
  setPasswordCost(CHEAP);
  assert.ok(stored.length <= 72, `${stored.length} characters: ${stored}`);
  const [, , , salt, hash] = stored.split('$');
  assert.equal(Buffer.from(salt!, 'base64').length, 16);
  assert.ok(Buffer.from(hash!, 'base64').length >= 20);
});

test('a hash of another cost verifies', async () => {
  const old = await hashPassword('x');
  setPasswordCost({ ...CHEAP, ln: 11 });
  assert.equal(await verifyPassword(old, 'x'), true);
  setPasswordCost(CHEAP);
});

test('a damaged hash is no password, not even its own text', async () => {
  const salt = 'A'.repeat(22);
  const hash = 'B'.repeat(43);
  for (const stored of [
    '$scrypt$',
    `$scrypt$30,8,1$${salt}$${hash}`,
    `$scrypt$0,8,1$${salt}$${hash}`,
    '$scrypt$ln=10,r=8,p=1$x$y',
    `$scrypt$ln=30,r=8,p=1$${salt}$${hash}`,
    `$scrypt$ln=0,r=8,p=1$${salt}$${hash}`,
    `$scrypt$ln=10,r=0,p=1$${salt}$${hash}`,
  ]) {
    assert.equal(await verifyPassword(stored, stored), false, stored);
  }
});

test('costs out of bounds are refused', () => {
  for (const cost of [
    { ...CHEAP, ln: 25 },
    { ...CHEAP, r: 0 },
    { ...CHEAP, p: 1.5 },
  ]) {
    assert.throws(() => setPasswordCost(cost), RangeError);
  }
});

test('an unknown user, wrong clear text and a wrong hash cost the same work', async (t) => {
  const stored = await hashPassword('x');
  const spied = t.mock.method(crypto, 'scrypt');
  syncBuiltinESMExports();
  t.after(() => {
    spied.mock.restore();
    syncBuiltinESMExports();
  });
  /** What was derived: salt's and key's length, and the cost. */
  const workOf = async (act: () => Promise<unknown>) => {
    spied.mock.resetCalls();
    await act();
    return spied.mock.calls.map(({ arguments: [, salt, bytes, cost] }) => [
      (salt as Buffer).length,
      bytes,
      { ...(cost as object) },
    ]);
  };
  const wrongHash = await workOf(() => verifyPassword(stored, 'y'));
  assert.equal(wrongHash.length, 1);
  for (const act of [
    dummyVerify,
    () => verifyPassword('x', 'y'),
    () => verifyPassword('$scrypt$30,8,1$x$y', 'y'),
  ]) {
    assert.deepEqual(await workOf(act), wrongHash);
  }
});
