/** Accounts of the built server on both stores: hashes that fit the reference, clear text for the way back, old hashes. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AdminClient } from '../../src/cli/admin-client.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { user } from '../store/documents.js';
import { mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { seed, workerInfo } from './seed.js';
import { PATIENT, ServerProcess } from './server-process.js';

/** Of `in PHC form`, as earlier versions made it. */
const PHC = '$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$MQa5x0Kjy0WAcDS0TkPk9WzuOHrpwAovQq406S/NCgA';

async function playPasswords(storeUrl: string, directory: string): Promise<void> {
  await seed(storeUrl);
  const writer = await openStore(storeUrl).openWriter();
  await writer.commit({ ...emptyBatch(), users: [{ ...user('older'), password: PHC, pending: false }] });
  await writer.close();

  const server = await ServerProcess.start(directory, {
    STORE_URL: storeUrl,
    SHOAL_DATA: directory,
    ...PATIENT,
  });
  const admin = new AdminClient({ data: directory }, {});
  const reader = await openStore(storeUrl).openReader();
  const stored = async (username: string) => (await reader.user(username))!.password;
  const login = async (username: string, password: string) => {
    const call = { password, worker_info: { ...workerInfo('aaaa1111'), username } };
    return (await server.post('/api/request_version', call)).status;
  };
  try {
    assert.equal(await login('older', 'in PHC form'), 200);
    await admin.call('userAdd', { username: 'newer', password: 'x'.repeat(72) });
    assert.match(await stored('newer'), /^\$scrypt\$15,8,1\$[\w+/]{22}\$[\w+/]{32}$/);
    assert.ok((await stored('newer')).length <= 72);
    assert.equal(await login('newer', 'x'.repeat(72)), 200);
    assert.equal(await login('newer', await stored('newer')), 401);

    const { user: cleared } = await admin.call('userPassword', {
      username: 'newer',
      password: 'the way back',
      clear_text: true,
    });
    assert.equal(cleared.has_clear_password, true);
    assert.equal(await stored('newer'), 'the way back');
    assert.deepEqual(
      [await login('newer', 'the way back'), await login('newer', 'x'.repeat(72))],
      [200, 401],
    );
    await admin.call('userPassword', { username: 'newer', password: 'hashed again' });
    assert.match(await stored('newer'), /^\$scrypt\$15,8,1\$/);
    assert.deepEqual(
      [await login('newer', 'hashed again'), await login('newer', 'the way back')],
      [200, 401],
    );
    await assert.rejects(admin.call('userPassword', { username: 'nobody', password: 'x' }), /no user nobody/);
  } finally {
    await reader.close();
    await server.end('SIGKILL');
  }
}

test('passwords on the embedded store', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-passwords-'));
  await playPasswords(`sqlite:${directory}`, directory);
  await rm(directory, { recursive: true, force: true });
});

test('passwords in MongoDB', { skip: withoutMongodb }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-passwords-'));
  const place = await mongodbPlace();
  await playPasswords(place.url, directory);
  await place.remove();
  await rm(directory, { recursive: true, force: true });
});
