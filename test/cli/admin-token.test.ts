/** The files by which an operator enters: made once, closed to others, rewritten at each start. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadOrCreateAdminAccess } from '../../src/http/admin-api/token.js';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'shoal-token-'));
});
after(() => rm(root, { recursive: true }));

test('the token is made once, 32 random bytes for the owner only', async () => {
  const data = join(root, 'deep', 'data');
  const { token } = await loadOrCreateAdminAccess(data);
  assert.equal(Buffer.from(token, 'base64url').length, 32);
  const file = join(data, 'admin-token');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await loadOrCreateAdminAccess(data)).token, token);
  const tokens = await Promise.all(
    Array.from({ length: 8 }, (_, i) => loadOrCreateAdminAccess(join(root, `d${i}`))),
  );
  assert.equal(new Set(tokens.map((access) => access.token)).size, 8);
});

test('a token file that others may read is refused', async () => {
  const data = join(root, 'open');
  await loadOrCreateAdminAccess(data);
  for (const mode of [0o640, 0o604, 0o620, 0o666]) {
    await chmod(join(data, 'admin-token'), mode);
    await assert.rejects(
      loadOrCreateAdminAccess(data),
      /admin-token has mode 0\d{3}: other users .* chmod 600/,
    );
  }
  await chmod(join(data, 'admin-token'), 0o400);
  await loadOrCreateAdminAccess(data);
});

test('a file that holds no token is refused', async () => {
  const data = join(root, 'broken');
  await loadOrCreateAdminAccess(data);
  for (const text of ['', 'short', 'x'.repeat(44), `${'x'.repeat(42)} `]) {
    await writeFile(join(data, 'admin-token'), text);
    await assert.rejects(loadOrCreateAdminAccess(data), /does not hold an admin token/);
  }
});

test('the address is rewritten at each start, in a form a client can reach', async () => {
  const data = join(root, 'address');
  const access = await loadOrCreateAdminAccess(data);
  const published = async (host: string, port: number): Promise<string> => {
    await access.publish(host, port);
    return readFile(join(data, 'admin-address'), 'utf8');
  };
  assert.equal(await published('127.0.0.1', 6544), '127.0.0.1:6544\n');
  assert.equal(await published('0.0.0.0', 1), '127.0.0.1:1\n');
  assert.equal(await published('::', 2), '[::1]:2\n');
  assert.equal(await published('fe80::1', 3), '[fe80::1]:3\n');
  assert.deepEqual((await readdir(data)).sort(), ['admin-address', 'admin-token']);
  await access.withdraw();
  await access.withdraw();
  assert.deepEqual(await readdir(data), ['admin-token']);
});
