/** A secondary beside the primary: it takes PGNs, and refuses what only the primary does. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { readConfig } from '../../src/config/read-config.js';
import { freePort } from '../../src/http/transport/free-port.js';
import { isPrimary } from '../../src/server/role.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { RUN_ID, seed, workerInfo } from './seed.js';
import { ServerProcess } from './server-process.js';

it('is what an instance is only when both ports are given and differ', () => {
  const role = (own: string, primary: string) =>
    isPrimary(readConfig({ FISHTEST_PORT: own, FISHTEST_PRIMARY_PORT: primary }));
  assert.equal(role('8000', '8000'), true);
  assert.equal(role('8003', '8000'), false);
  for (const other of ['', '-1']) assert.equal(role('8003', other), true);
  for (const other of ['x', '8.5', '70000']) assert.throws(() => role('8003', other), /not an integer/);
});

describe('a secondary', { skip: withoutMongodb }, () => {
  let directory: string;
  let place: MongodbPlace;
  let primary: ServerProcess;
  let secondary: ServerProcess;
  const call = (more: object = {}) => ({
    password: 'secret',
    worker_info: workerInfo('aaaa1111'),
    ...more,
  });
  const first = { run_id: RUN_ID, task_id: 0 };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-secondary-'));
    place = await mongodbPlace();
    await seed(place.url);
    const env = { STORE_URL: place.url, SHOAL_DATA: directory };
    primary = await ServerProcess.start(directory, env);
    secondary = await ServerProcess.start(directory, {
      ...env,
      FISHTEST_PORT: String(await freePort()),
      FISHTEST_PRIMARY_PORT: new URL(primary.url).port,
    });
  });

  after(async () => {
    await secondary?.end('SIGKILL');
    await primary?.end('SIGKILL');
    await place?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('reads its settings again on SIGHUP, and goes on', async () => {
    const isRead = () => secondary.log.some(({ msg }) => msg === 'configuration read again');
    secondary.signal('SIGHUP');
    while (!isRead()) await sleep(10);
    assert.equal((await fetch(`${secondary.url}/healthz`)).status, 200);
  });

  it('refuses the eight paths of the primary, whatever the method', async () => {
    for (const name of [
      'request_version',
      'request_task',
      'update_task',
      'beat',
      'request_spsa',
      'failed_task',
    ]) {
      const path = `/api/${name}`;
      const { status, body } = await secondary.post(path, call());
      assert.deepEqual([status, body['duration']], [503, 0]);
      assert.ok(String(body['error']).startsWith(`${path}: `));
    }
    const get = await fetch(`${secondary.url}/api/worker_log`);
    assert.equal(get.status, 503);
    assert.match(await get.text(), /"duration":0\.0\}$/);
    const wrongMethod = await fetch(`${secondary.url}/api/upload_pgn`);
    assert.equal(wrongMethod.status, 405);
  });

  it('takes the PGN of a task that the primary gave', async () => {
    assert.equal((await primary.post('/api/request_task', call())).body['task_id'], 0);
    const pgn = gzipSync('1. e4 e5 *');
    const upload = { ...first, pgn: pgn.toString('base64') };
    const refused = await secondary.post('/api/upload_pgn', { ...call(upload), password: 'wrong' });
    assert.equal(refused.status, 401);
    const unknown = await secondary.post('/api/upload_pgn', call({ ...upload, task_id: 5 }));
    assert.match(String(unknown.body['error']), /Invalid task_id/);
    const taken = await secondary.post('/api/upload_pgn', call(upload));
    assert.equal(taken.status, 200, JSON.stringify(taken.body));
    const reader = await place.store.openReader();
    assert.deepEqual((await reader.pgn(RUN_ID, 0))?.pgn_zip, new Uint8Array(pgn));
    await reader.close();
  });

  it('says that it is ready, and leaves the primary alone when it ends', async () => {
    assert.equal((await fetch(`${secondary.url}/readyz`)).status, 200);
    assert.equal(await secondary.end('SIGTERM'), 0);
    assert.equal((await primary.post('/api/beat', call(first))).body['task_alive'], true);
  });
});
