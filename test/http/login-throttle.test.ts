import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LoginThrottle } from '../../src/http/worker-api/login-throttle.js';
import { seed, workerInfo } from '../server/seed.js';
import { ServerProcess } from '../server/server-process.js';

it('failures are counted by account and by address, and each alone is enough', async () => {
  const limit = new LoginThrottle({ perAccount: 2, perAddress: 3 });
  await limit.noteFailure('anna', '10.0.0.1');
  assert.equal(await limit.isThrottled('anna', '10.0.0.1'), false);
  await limit.noteFailure('anna', '10.0.0.2');
  assert.equal(await limit.isThrottled('anna', '10.0.0.9'), true, 'the account');
  await limit.noteFailure('bert', '10.0.0.1');
  await limit.noteFailure('cleo', '10.0.0.1');
  assert.equal(await limit.isThrottled('dora', '10.0.0.1'), true, 'the address');
  assert.equal(await limit.isThrottled('dora', '10.0.0.2'), false);
});

describe('a server that is guessed at', () => {
  let directory: string;
  let server: ServerProcess;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-guess-'));
    await seed(`sqlite:${directory}`);
    server = await ServerProcess.start(directory, { PASSWORD_FAILURES_PER_ADDRESS: '3' });
  });
  after(async () => {
    await server.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });
  const ask = (password: string, address: string, route = 'request_version') =>
    fetch(`${server.url}/api/${route}`, {
      method: 'POST',
      headers: { 'X-Forwarded-For': address },
      body: JSON.stringify({ password, worker_info: workerInfo('aaaa1111') }),
    });

  it('asks the guesser to come back later, in words that end no worker, and serves who is known', async () => {
    assert.equal((await ask('secret', '10.1.1.1')).status, 200);
    for (const route of ['request_version', 'beat', 'request_task']) {
      assert.equal((await ask(`wrong-${route}`, '10.1.1.1', route)).status, 401);
    }
    const throttled = await ask('wrong-again', '10.1.1.1');
    assert.deepEqual([throttled.status, await throttled.text()], [503, '']);
    assert.equal((await ask('secret', '10.1.1.1')).status, 200, 'a remembered credential is not held up');
    assert.equal((await ask('wrong-elsewhere', '10.1.1.2')).status, 401, 'another address');
  });
});
