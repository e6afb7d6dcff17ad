/** The few pages that are left with SITE=off. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isToken, readSession } from '../../src/http/site/bare-session.js';
import { seed } from '../server/seed.js';
import { ServerProcess } from '../server/server-process.js';

const pairOf = (cookie: string) => cookie.split(';', 1)[0]!;

test('a session is kept while its cookie is the one that was made here', () => {
  const first = readSession('', 'http', 'secret');
  const pair = pairOf(first.cookie);
  assert.equal(readSession(`a=b; ${pair}; c=d`, 'http', 'secret').csrfToken, first.csrfToken);
  for (const other of [
    pair.slice(0, -1),
    `${pair}0`,
    pair.replace(/=./, '=g'),
    'fishtest_session=',
    'fishtest_session=.',
  ]) {
    assert.notEqual(readSession(other, 'http', 'secret').csrfToken, first.csrfToken);
  }
  assert.notEqual(readSession(pair, 'http', 'another').csrfToken, first.csrfToken);
  assert.match(readSession('', 'https', 'secret').cookie, /; secure$/);
  assert.ok(isToken(first, first.csrfToken));
  for (const given of ['', '0'.repeat(64), 'x'.repeat(64)]) assert.ok(!isToken(first, given));
});

test('pages, forms with and without the token, and what is not there', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-site-'));
  await seed(`sqlite:${directory}`);
  const server = await ServerProcess.start(directory, { DASHBOARD: 'off', SITE: 'off' });
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, { redirect: 'manual', ...init });
  try {
    const tests = await ask('/tests');
    const cookie = pairOf(tests.headers.get('set-cookie')!);
    assert.deepEqual([tests.status, tests.headers.get('cache-control')], [200, 'no-store']);
    assert.match(await tests.text(), /<title>Stockfish Testing Framework<\/title>/);
    assert.equal((await ask('/')).headers.get('location'), '/tests');
    const [token] = cookie.slice('fishtest_session='.length).split('.') as [string];
    const body = new URLSearchParams({ csrf_token: token });
    const out = await ask('/logout', { method: 'POST', body, headers: { cookie } });
    assert.deepEqual([out.status, out.headers.get('location')], [302, '/tests']);
    assert.match(out.headers.get('set-cookie')!, /max-age=0/);
    for (const init of [{}, { body: 'csrf_token=0' }, { body }, { headers: { 'x-csrf-token': token } }]) {
      assert.equal((await ask('/logout', { method: 'POST', ...init })).status, 403);
    }
    const long = await ask('/login', { method: 'POST', body: 'x'.repeat(100_000) });
    assert.equal(long.status, 413);
    assert.equal((await ask('/static/robots.txt')).headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal((await ask('/static/../package.json')).status, 404);
  } finally {
    await server.end('SIGTERM');
    await rm(directory, { recursive: true, force: true });
  }
});
