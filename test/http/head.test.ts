/** Answers without a body leave their connection as any other: the next request on it is answered, and an idle one is closed. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ADMIN_TOKEN_FILE } from '../../src/protocol/admin.js';
import { LIVE, NET, TUNE } from './public-seed.js';
import { GAME, PublicSite } from './public-site.js';
import { Wire, type WireAnswer } from './wire.js';

/** Much longer than either binding lets a connection be idle (native-notes/uws.md). */
const PATIENCE_MS = 120_000;
const PATHS = [
  '/',
  '/healthz',
  '/healthz?client',
  '/readyz',
  '/docs',
  '/openapi.json',
  '/tests',
  '/login',
  '/logout',
  '/static/robots.txt',
  '/nothing/here',
  '/dashboard/dashboard.js',
  '/api/nothing',
  '/api/beat',
  '/api/beat/',
  '/api/request_version',
  '/api/active_runs',
  '/api/finished_runs',
  '/api/calc_elo?W=10&D=20&L=5',
  '/api/calc_elo?W=x',
  '/api/rate_limit',
  '/api/actions',
  `/api/get_run/${LIVE}`,
  '/api/get_run/nothing',
  `/api/get_task/${LIVE}/0`,
  `/api/get_elo/${TUNE}`,
  `/api/pgn/${LIVE}-10`,
  `/api/pgn/${LIVE}-2`,
  `/api/pgn/${LIVE}-99`,
  `/api/run_pgns/${LIVE}.pgn.gz`,
  `/api/nn/${NET}`,
  '/api/nn/nn-000000000000.nnue',
];

describe('a connection after an answer without a body', () => {
  const site = PublicSite.ofSuite();

  it('answers its next request, and told the length that a GET gets', async () => {
    const shared = new Wire(site.server.url);
    for (const path of PATHS) {
      const headers = { accept: 'text/html' };
      const head = await shared.ask('HEAD', path, headers);
      const next = await shared.ask('GET', '/healthz');
      assert.equal(next.body.toString(), '{"status":"alive"}\n', `after HEAD ${path}`);
      const alone = new Wire(site.server.url);
      const got = await alone.ask('GET', path, headers);
      alone.destroy();
      assert.equal(head.status, got.status, path);
      // Some texts have a length of their own each time: with the time they took, a fresh token, or the method refused.
      const varies =
        got.status === 405 || got.body.includes('"duration":') || got.headers.get('set-cookie') !== undefined;
      if (!varies) assert.equal(lengthOf(head), lengthOf(got), path);
    }
    shared.destroy();
  });

  it('answers its next request after a 304, which tells no length', async () => {
    const wire = new Wire(site.server.url);
    const path = '/api/active_runs';
    const { headers } = await wire.ask('GET', path);
    for (const method of ['GET', 'HEAD']) {
      const known = await wire.ask(method, path, { 'if-none-match': headers.get('etag')! });
      assert.deepEqual([known.status, known.headers.get('content-length')], [304, undefined]);
    }
    assert.equal((await wire.ask('GET', '/healthz')).status, 200);
    wire.destroy();
  });

  it('answers its next request after one that was refused before its body came', async () => {
    const wire = new Wire(site.server.url);
    for (const [method, path] of [
      ['PUT', '/api/beat'],
      ['HEAD', '/api/beat'],
      ['POST', '/api/nothing'],
      ['POST', '/tests'],
    ] as const) {
      wire.write(`${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nabcd`);
      const { status } = await wire.answer(method === 'HEAD');
      assert.ok(status >= 400, `${method} ${path}: ${status}`);
      wire.write('efgh');
      assert.equal((await wire.ask('GET', '/healthz')).status, 200, `after ${method} ${path}`);
    }
    wire.destroy();
  });

  it('is closed when nothing more comes, as after a GET', { timeout: PATIENCE_MS }, async () => {
    const ends = [
      ['HEAD', '/healthz'],
      ['HEAD', `/api/pgn/${LIVE}-10`],
      ['HEAD', `/api/run_pgns/${LIVE}.pgn.gz`],
      ['HEAD', '/api/beat'],
      ['GET', '/healthz'],
    ].map(async ([method, path]) => {
      const wire = new Wire(site.server.url);
      await wire.ask(method!, path!);
      await wire.closed();
    });
    await Promise.all(ends);
  });

  it('has sent the games of a GET whole, after which it is as good', async () => {
    const wire = new Wire(site.server.url);
    assert.deepEqual((await wire.ask('GET', `/api/pgn/${LIVE}-10`)).body, GAME);
    assert.equal((await wire.ask('GET', '/healthz')).status, 200);
    wire.destroy();
  });

  it('tells the length of the admin port, too, and closes as it does', async () => {
    const token = (await readFile(join(site.directory, ADMIN_TOKEN_FILE), 'utf8')).trim();
    for (const [path, status, authorization] of [
      ['/healthz', 200, ''],
      ['/readyz', 200, ''],
      ['/metrics', 200, ''],
      ['/api/_metrics', 200, ''],
      ['/api/admin/status', 401, ''],
      ['/nothing', 404, `Bearer ${token}`],
    ] as const) {
      const wire = new Wire(site.server.adminUrl);
      const head = await wire.ask('HEAD', path, { authorization });
      assert.deepEqual([head.status, head.headers.get('connection')], [status, 'close'], path);
      assert.ok(lengthOf(head)! > 0, path);
      wire.destroy();
    }
  });
});

function lengthOf({ headers }: WireAnswer): number | undefined {
  const text = headers.get('content-length');
  return text === undefined ? undefined : Number(text);
}
