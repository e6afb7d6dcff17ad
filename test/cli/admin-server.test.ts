/** The admin listener by itself: what HTTP it takes, and what it refuses. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { startAdminServer } from '../../src/http/admin-api/admin-server.js';
import { ADMIN_BODY_LIMIT, type AdminAnswer } from '../../src/protocol/admin.js';
import { openSite, type Site } from './harness.js';
import { MemoryAdminService } from './memory-admin-service.js';

let site: Site;
before(async () => {
  site = await openSite();
});
after(() => site.close());

interface Answered {
  status: number;
  error: string;
  headers: Headers;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(`http://127.0.0.1:${site.server.port}${path}`, {
    method: 'POST',
    body: '{}',
    ...init,
    headers: { authorization: `Bearer ${site.token}`, ...init.headers },
  });
  const { error } = (await response.json()) as { error: string };
  return { status: response.status, error, headers: response.headers };
}

/** Sends bytes as they are, and resolves to what came back until the server closed. */
function raw(text: string, port = site.server.port): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => {
      got += chunk;
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });
}

test('only the token opens, and nothing else is told without it', async () => {
  for (const authorization of [
    '',
    'Bearer',
    `Bearer ${site.token}x`,
    `Bearer ${site.token.slice(1)}`,
    `Basic ${site.token}`,
  ]) {
    for (const path of ['/admin/status', '/admin/none']) {
      const { status, error, headers } = await ask(path, { headers: { authorization } });
      assert.equal(status, 401);
      assert.equal(error, 'the admin token is missing or wrong');
      assert.equal(headers.get('www-authenticate'), 'Bearer');
    }
  }
  assert.deepEqual(site.service.requests, []);
});

test('unknown paths, other methods and broken bodies get a JSON error', async () => {
  assert.deepEqual((await ask('/admin/none')).status, 404);
  assert.deepEqual((await ask('/admin/toString')).status, 404);
  assert.deepEqual((await ask('/')).error, 'no such admin request: /');
  const wrong = await ask('/admin/status', { method: 'GET', body: null });
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'POST']);
  for (const body of [
    '',
    '{',
    '[]',
    'null',
    '1',
    '{"x":1}',
    '{"__proto__":{}}',
    '['.repeat(500_000),
    Uint8Array.of(0xff),
  ]) {
    const { status, error } = await ask('/admin/status', { body });
    assert.equal(status, 400);
    assert.equal(typeof error, 'string');
  }
  assert.deepEqual(site.service.requests, []);
});

test('an error of the schema names the member', async () => {
  const error = async (path: string, body: object): Promise<string> =>
    (await ask(path, { body: JSON.stringify(body) })).error;
  assert.match(
    await error('/admin/status', { more: 1 }),
    /^the request must not have additional properties: more$/,
  );
  assert.match(await error('/admin/run-show', { id: 7 }), /^id must be string$/);
  assert.match(await error('/admin/run-add', { form: { tc: 1 } }), /^form must have required properties/);
  assert.match(
    await error('/admin/user-limit', { username: 'bob', machine_limit: -1 }),
    /^machine_limit must be >= 0$/,
  );
});

test('a body over the limit is refused, whether or not its length is announced', async () => {
  const big = 'x'.repeat(ADMIN_BODY_LIMIT + 1);
  assert.equal((await ask('/admin/status', { body: big })).status, 413);
  const head = `POST /admin/status HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${site.token}\r\n`;
  assert.match(
    await raw(`${head}content-length: ${ADMIN_BODY_LIMIT + 1}\r\n\r\n`),
    /^HTTP\/1\.1 413 .*over 1048576 bytes/s,
  );
  const chunk = `${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`;
  assert.match(await raw(`${head}transfer-encoding: chunked\r\n\r\n${chunk}`), /^HTTP\/1\.1 413 /);
  const exact = `{}${' '.repeat(ADMIN_BODY_LIMIT - 2)}`;
  assert.equal((await ask('/admin/status', { body: exact })).status, 200);
});

test('a client that goes away in the middle harms nobody', async () => {
  const head = `POST /admin/status HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${site.token}\r\n`;
  for (const part of [head, `${head}content-length: 10\r\n\r\n{`]) {
    const socket = connect(site.server.port, '127.0.0.1', () => socket.write(part, () => socket.destroy()));
    await new Promise((done) => socket.once('close', done));
  }
  assert.equal((await ask('/admin/status')).status, 200);
});

test('close waits for the answer under way and then listens no more', async () => {
  const service = new MemoryAdminService();
  let release = (): void => {};
  const gate = new Promise<void>((done) => {
    release = done;
  });
  let begun = (): void => {};
  const started = new Promise<void>((done) => {
    begun = done;
  });
  service.backup = async ({ file }): Promise<AdminAnswer<'backup'>> => {
    begun();
    await gate;
    return { file, bytes: 1, ms: 1 };
  };
  const server = await startAdminServer({ port: 0, token: 'secret', service });
  const answer = fetch(`http://127.0.0.1:${server.port}/admin/backup`, {
    method: 'POST',
    headers: { authorization: 'Bearer secret' },
    body: '{"file":"/x"}',
  });
  await started;
  let closed = false;
  const closing = server.close().then(() => {
    closed = true;
  });
  await new Promise((done) => setImmediate(done));
  assert.equal(closed, false);
  release();
  assert.equal((await answer).status, 200);
  await closing;
  await assert.rejects(fetch(`http://127.0.0.1:${server.port}/`));
  await server.close();
});

test('a port that another server has is not shared', async () => {
  const options = { port: site.server.port, token: 'x', service: site.service };
  await assert.rejects(startAdminServer(options), /cannot listen on 127\.0\.0\.1:\d+ for the admin API/);
});
