import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoginThrottle } from '../../src/http/worker-api/login-throttle.js';
import { shoal } from '../cli/harness.js';
import { seed, workerInfo } from '../server/seed.js';
import { ServerProcess } from '../server/server-process.js';

const LIMITS = { perAccount: 4, perAddress: 6 };

it('an account that is guessed at holds up the guesser, not an address without a failure', async () => {
  const seen = new Set<string>();
  const throttle = new LoginThrottle(LIMITS, (_username, address) => seen.has(address));
  for (let i = 0; i < 4; i++) {
    assert.equal(await throttle.isThrottled('anna', '10.0.0.1'), false);
    await throttle.noteFailure('anna', '10.0.0.1');
  }
  assert.equal(await throttle.isThrottled('anna', '10.0.0.1'), true, 'the guesser');
  assert.equal(await throttle.isThrottled('anna', '10.0.0.2'), false, 'somebody who has not failed');
  await throttle.noteFailure('anna', '10.0.0.2');
  assert.equal(await throttle.isThrottled('anna', '10.0.0.2'), true, 'who has, once');
  assert.equal(await throttle.isThrottled('bert', '10.0.0.1'), false, 'another account');
});

it('guessing from many addresses holds up new ones, but none where the password was right before', async () => {
  const seen = new Set<string>();
  const throttle = new LoginThrottle(LIMITS, (_username, address) => seen.has(address));
  for (let i = 0; i < 8; i++) await throttle.noteFailure('anna', `10.0.1.${i}`);
  assert.equal(await throttle.isThrottled('anna', '10.0.0.9'), true, 'a new one');
  seen.add('10.0.0.9');
  assert.equal(await throttle.isThrottled('anna', '10.0.0.9'), false, 'one of before');
  for (let i = 0; i < 4; i++) await throttle.noteFailure('anna', '10.0.0.9');
  assert.equal(await throttle.isThrottled('anna', '10.0.0.9'), true, 'one of before that guesses itself');
});

it('an address that guesses at many accounts is held up, but for those that it used before', async () => {
  const seen = new Set<string>();
  const throttle = new LoginThrottle(LIMITS, (_username, address) => seen.has(address));
  for (let i = 0; i < 6; i++) await throttle.noteFailure(`user${i}`, '2001:db8::1');
  assert.equal(await throttle.isThrottled('anna', '2001:db8::1'), true);
  assert.equal(await throttle.isThrottled('anna', '2001:db8::ffff:1'), true, 'the same /64');
  assert.equal(await throttle.isThrottled('anna', '2001:db8:0:1::1'), false, 'another /64');
  seen.add('2001:db8::1');
  assert.equal(await throttle.isThrottled('anna', '2001:db8::1'), false, 'its own account');
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

describe('a fleet whose account is guessed at', () => {
  const FLEET = '203.0.113.5';
  let directory: string;
  let server: ServerProcess;
  const start = (env: Record<string, string> = {}) =>
    ServerProcess.start(directory, { PASSWORD_FAILURES_PER_ACCOUNT: '2', ...env });
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-fleet-'));
    await seed(`sqlite:${directory}`);
    server = await start();
  });
  after(async () => {
    await server.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });
  const ask = async (password: string, address: string, route = 'request_version') => {
    const { status } = await fetch(`${server.url}/api/${route}`, {
      method: 'POST',
      headers: { 'X-Forwarded-For': address },
      body: JSON.stringify({ password, worker_info: workerInfo('aaaa1111') }),
    });
    return status;
  };
  /** From so many addresses that new ones are held up. */
  const guess = async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push(await ask(`guess${i}`, `192.0.2.${i}`));
    assert.deepEqual([...new Set(statuses)].sort(), [401, 503]);
    assert.equal(await ask('guess', '192.0.2.200'), 503, 'a new address');
  };
  const limit = async (most: string) => {
    const { code, err } = await shoal(['--data', directory, 'user', 'limit', 'joe', most]);
    assert.equal(code, 0, err);
  };

  it('is let in after a change of the account, from wherever it comes', async () => {
    assert.equal(await ask('secret', FLEET), 200);
    await guess();
    await limit('50');
    assert.equal(await ask('secret', '203.0.113.200'), 200);
  });

  it('is let in after a restart, from where it came before', async () => {
    assert.equal(await server.end('SIGTERM'), 0);
    server = await start();
    await guess();
    assert.equal(await ask('secret', FLEET), 200);
    assert.equal(await ask('secret', '203.0.113.201'), 200, 'it is remembered now');
  });

  it('is let in when what is remembered of it got too old', async () => {
    assert.equal(await server.end('SIGTERM'), 0);
    server = await start({ CREDENTIAL_MAX_AGE_S: '1' });
    assert.equal(await ask('secret', FLEET), 200);
    await guess();
    await sleep(1100);
    assert.equal(await ask('secret', '203.0.113.202'), 200);
  });
});
