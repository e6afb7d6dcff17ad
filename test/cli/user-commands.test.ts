/** `shoal user …` sends what it should and says what came back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite, type Site, shoal } from './harness.js';

let site: Site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

test('user add makes a password, sends it, and prints it once', async () => {
  const { code, out } = await site.shoal('user', 'add', 'alice', '--approver', '--limit', '32');
  assert.equal(code, 0);
  const password = /^password: (\S{20})$/m.exec(out)?.[1];
  assert.ok(password);
  assert.deepEqual(site.service.last(), [
    'userAdd',
    { username: 'alice', password, approver: true, machine_limit: 32 },
  ]);
  assert.match(out, /^user {8}alice\nstate {7}accepted\ngroups {6}group:approvers\nlimit {7}32\n/);
});

test('user add sends where the code is, and that the account waits', async () => {
  const repository = 'https://github.com/hal/Stockfish';
  const args = ['--repository', repository, '--pending', '--password', 'pw'];
  const { out } = await site.shoal('user', 'add', 'hal', ...args);
  assert.match(out, /^state {7}pending$/m);
  const request = { username: 'hal', password: 'pw', pending: true, tests_repo: repository };
  assert.deepEqual(site.service.last(), ['userAdd', request]);
});

test('user add --json carries a generated password, and only a generated one', async () => {
  const made = JSON.parse(
    (await site.shoal('--json', 'user', 'add', 'bob', '--email', 'bob@example.org')).out,
  );
  assert.equal(made.user.username, 'bob');
  assert.equal(made.user.email, 'bob@example.org');
  assert.equal(made.password, site.service.passwords.get('bob'));
  const given = JSON.parse((await site.shoal('user', 'add', 'carol', '--password', 'pw', '--json')).out);
  assert.deepEqual(Object.keys(given), ['user']);
  assert.equal(site.service.passwords.get('carol'), 'pw');
});

test('user add --password-stdin reads a pipe up to its last line end', async () => {
  const args = ['--data', site.data, 'user', 'add', 'dave', '--password-stdin'];
  const { code, out } = await shoal(args, {}, 'open sesame\n');
  assert.equal(code, 0);
  assert.equal(site.service.passwords.get('dave'), 'open sesame');
  assert.doesNotMatch(out, /sesame/);
  assert.equal((await shoal([...args.slice(0, -2), 'erin', '--password-stdin'], {}, '\n')).code, 2);
});

test('user password sets one, in clear text only when asked, and says so', async () => {
  await site.shoal('user', 'add', 'gina');
  assert.match((await site.shoal('user', 'list')).out, /gina .* hash/);
  const hashed = await site.shoal('user', 'password', 'gina', '--password', 'new one');
  assert.equal(hashed.code, 0);
  assert.deepEqual(site.service.last(), ['userPassword', { username: 'gina', password: 'new one' }]);
  assert.doesNotMatch(hashed.out, /clear text|new one/);
  const clear = await site.shoal('user', 'password', 'gina', '--clear-text');
  const password = /^password: (\S{20})$/m.exec(clear.out)?.[1];
  assert.deepEqual(site.service.last(), ['userPassword', { username: 'gina', password, clear_text: true }]);
  assert.match(clear.out, /holds this password in clear text/);
  assert.match((await site.shoal('user', 'list')).out, /gina .* clear text/);
  const args = ['--data', site.data, 'user', 'password', 'gina', '--password-stdin'];
  assert.equal((await shoal(args, {}, 'from a pipe\n')).code, 0);
  assert.equal(site.service.passwords.get('gina'), 'from a pipe');
  assert.equal((await site.shoal('user', 'password', 'nobody')).code, 1);
  site.service.users.delete('gina');
});

test('what looks like a hash, or is too long for the reference, is no password', async () => {
  for (const password of ['$scrypt$15,8,1$x$y', 'x'.repeat(73)]) {
    for (const verb of ['add', 'password']) {
      assert.equal((await site.shoal('user', verb, 'gina', '--password', password)).code, 1, password);
    }
  }
});

test('a name that is taken is refused with the words of the server', async () => {
  const { code, out, err } = await site.shoal('user', 'add', 'alice');
  assert.equal(code, 1);
  assert.equal(out, '');
  assert.equal(err, 'shoal: the name alice is taken\n');
});

test('a name or an address that breaks the rules is refused by the schema', async () => {
  for (const args of [
    ['user', 'add', 'x'],
    ['user', 'add', 'with_underscore'],
    ['user', 'add', 'frank', '--password', 'x'.repeat(73)],
    ...['a', '.a@b.com', 'a@b..com', 'a@-b.com'].map((email) => ['user', 'add', 'frank', '--email', email]),
  ]) {
    assert.equal((await site.shoal(...args)).code, 1, args.join(' '));
  }
  assert.equal(site.service.users.has('frank'), false);
});

test('block, unblock, limit and approve change an account', async () => {
  const user = site.service.users.get('bob')!;
  assert.match((await site.shoal('user', 'block', 'bob', '--by', 'alice')).out, /blocked/);
  assert.deepEqual(site.service.last(), ['userBlock', { username: 'bob', by: 'alice' }]);
  assert.equal(user.blocked, true);
  assert.match((await site.shoal('user', 'unblock', 'bob')).out, /accepted/);
  assert.deepEqual(site.service.last(), ['userUnblock', { username: 'bob' }]);
  assert.equal((await site.shoal('user', 'limit', 'bob', '64')).code, 0);
  assert.deepEqual(site.service.last(), ['userLimit', { username: 'bob', machine_limit: 64 }]);
  user.pending = true;
  assert.equal((await site.shoal('user', 'approve', 'bob')).code, 0);
  assert.equal(user.pending, false);
  assert.equal((await site.shoal('user', 'approve', 'bob')).code, 1);
  assert.equal((await site.shoal('user', 'block', 'nobody')).err, 'shoal: no account named nobody\n');
});

test('user list prints an aligned table, or the answer as JSON', async () => {
  const { out } = await site.shoal('user', 'list');
  const lines = out.trimEnd().split('\n');
  assert.match(lines[0]!, /^USER {3}STATE {5}APPROVER {2}LIMIT {2}REGISTERED {8}PASSWORD {2}E-MAIL$/);
  assert.equal(lines[1], 'alice  accepted  yes          32  2026-01-31 12:30  hash');
  const bob = lines.find((line) => line.startsWith('bob'));
  assert.equal(bob, 'bob    accepted               64  2026-01-31 12:30  hash      bob@example.org');
  const answer = JSON.parse((await site.shoal('user', 'list', '--json')).out);
  assert.deepEqual(answer, { users: [...site.service.users.values()] });
  assert.match((await site.shoal('user', 'list', '--pending')).out, /^USER.*\nhal +pending[^\n]*\n$/);
  assert.deepEqual(site.service.last(), ['userList', { pending: true }]);
});
