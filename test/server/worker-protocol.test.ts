/** A worker's life against the built server, over real sockets and a real store. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStore } from '../../src/store/open-store.js';
import { RUN_ID, seed, workerInfo } from './seed.js';
import { ServerProcess } from './server-process.js';

const STATS = { wins: 2, losses: 2, draws: 12, crashes: 0, time_losses: 0, pentanomial: [0, 2, 4, 2, 0] };

describe('the built server', () => {
  let directory: string;
  let server: ServerProcess;
  const call = (key: string, more: object = {}) => ({
    password: 'secret',
    worker_info: workerInfo(key),
    ...more,
  });

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-server-'));
    await seed(`sqlite:${directory}`);
    server = await ServerProcess.start(directory, { HTTP_THREADS: '2' });
  });

  after(async () => {
    await server.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  it('tells its protocol version to who knows the password', async () => {
    const { status, body } = await server.post('/api/request_version', call('aaaa1111'));
    assert.equal(status, 200);
    assert.equal(body['version'], 325);
    assert.equal(typeof body['duration'], 'number');
    const refused = await server.post('/api/request_version', { ...call('aaaa1111'), password: 'wrong' });
    assert.equal(refused.status, 401);
    assert.match(String(refused.body['error']), /^\/api\/request_version: /);
  });

  it('answers what no handler takes as the protocol says', async () => {
    const unknown = await fetch(`${server.url}/api/nope`);
    assert.deepEqual([unknown.status, await unknown.json()], [404, { detail: 'Not Found' }]);
    const method = await fetch(`${server.url}/api/beat`, { method: 'HEAD' });
    assert.deepEqual([method.status, method.headers.get('allow')], [405, 'POST']);
    const slash = await fetch(`${server.url}/api/beat/`, { method: 'POST', redirect: 'manual' });
    assert.deepEqual([slash.status, slash.headers.get('location')], [307, `${server.url}/api/beat`]);
    const broken = await fetch(`${server.url}/api/beat`, { method: 'POST', body: '{' });
    assert.equal(broken.status, 400);
    const large = await fetch(`${server.url}/api/beat`, { method: 'POST', body: 'x'.repeat(2_000_000) });
    assert.equal(large.status, 413);
  });

  it('keeps every acknowledged result and hands out no batch twice when it is killed', async () => {
    const first = await server.post('/api/request_task', call('aaaa1111'));
    assert.deepEqual((first.body['run'] as { my_task: unknown }).my_task !== undefined, true);
    const task = { run_id: RUN_ID, task_id: 0 };
    const update = await server.post('/api/update_task', call('aaaa1111', { ...task, stats: STATS }));
    assert.equal(update.body['task_alive'], true);
    await server.end('SIGKILL');
    server = await ServerProcess.start(directory);
    const beat = await server.post('/api/beat', call('aaaa1111', task));
    assert.deepEqual([beat.status, beat.body['task_alive']], [200, true]);
    const second = await server.post('/api/request_task', call('bbbb2222'));
    assert.equal(second.body['task_id'], 1);
    const { my_task: given } = first.body['run'] as { my_task: { num_games: number } };
    const { my_task: next } = second.body['run'] as { my_task: { start: number } };
    assert.equal(next.start, given.num_games);
    const reader = await openStore(`sqlite:${directory}`).openReader();
    assert.deepEqual((await reader.task(RUN_ID, 0))?.stats, STATS);
    assert.deepEqual((await reader.run(RUN_ID))?.results, STATS);
    await reader.close();
  });

  it('drains on SIGTERM and exits 0', async () => {
    const { port } = new URL(server.url);
    assert.equal(await server.end('SIGTERM'), 0);
    const reader = await openStore(`sqlite:${directory}`).openReader();
    const events = await reader.actions({ kinds: ['system_event'], limit: 2 });
    await reader.close();
    assert.deepEqual(
      events.map(({ message }) => message),
      [`stop fishtest@${port}`, `start fishtest@${port}`],
    );
    server = await ServerProcess.start(directory);
  });
});
