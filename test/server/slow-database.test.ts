/** The built server over a database that answers late: no more tasks than it can write, every update taken, a stop in time, nothing lost. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CutProxy } from '../chaos/cut-proxy.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { seedLongRun } from './long-run.js';
import { RUN_ID, workerInfo } from './seed.js';
import { ServerProcess } from './server-process.js';

const DELAY_MS = 200;
/** So late that little tells how fast the database is before the burst is over. */
const BURST_DELAY_MS = 1_000;
const BURST = 6_000;
const AT_ONCE = 1_500;
const STATS = { wins: 2, losses: 2, draws: 12, crashes: 0, time_losses: 0, pentanomial: [0, 2, 4, 2, 0] };

function call(worker: number, more: object = {}): object {
  return { password: 'secret', worker_info: workerInfo(worker.toString(16).padStart(8, '0')), ...more };
}

describe('the built server over a slow database', { skip: withoutMongodb, timeout: 240_000 }, () => {
  let directory: string;
  let place: MongodbPlace;
  let proxy: CutProxy;
  let env: Record<string, string>;
  let server: ServerProcess;
  const given = new Map<number, number>();

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-slow-'));
    place = await mongodbPlace('speed with thousands of tasks');
    await seedLongRun(place.url);
    const opened = await CutProxy.open(place.url);
    proxy = opened.proxy;
    env = { STORE_URL: opened.url, SHOAL_DATA: directory };
    server = await ServerProcess.start(directory, env);
  });

  after(async () => {
    await server?.end('SIGKILL');
    await place?.remove();
    await proxy?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('gives no more tasks in a burst than a slow one may take, before it knows how slow it is', async () => {
    await server.post('/api/request_version', call(0));
    proxy.delayMs = BURST_DELAY_MS;
    let next = 1;
    let busy = 0;
    const ask = async () => {
      while (next < BURST) {
        const worker = next++;
        const { status, body } = await server.post('/api/request_task', call(worker));
        assert.equal(status, 200, JSON.stringify(body));
        if (body['run'] !== undefined) given.set(Number(body['task_id']), worker);
        else if (/cannot keep up/.test(String(body['info']))) busy++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    assert.ok(given.size > 0 && busy > BURST / 3, `${given.size} given, ${busy} busy`);
  });

  it('takes every update meanwhile', async () => {
    proxy.delayMs = DELAY_MS;
    const tasks = [...given].slice(0, 50);
    const answers = await Promise.all(
      tasks.map(([taskId, worker]) =>
        server.post('/api/update_task', {
          ...call(worker, { run_id: RUN_ID, task_id: taskId }),
          stats: STATS,
        }),
      ),
    );
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body['task_alive']]),
      tasks.map(() => [200, true]),
    );
  });

  it('gives tasks again when documents are near', async () => {
    const began = performance.now();
    for (let worker = BURST; ; worker++) {
      const { body } = await server.post('/api/request_task', call(worker));
      if (body['run'] !== undefined) {
        given.set(Number(body['task_id']), worker);
        return;
      }
      assert.ok(performance.now() - began < 60_000, JSON.stringify(body));
      await sleep(200);
    }
  });

  it('stops in order, and has everything in its documents', async () => {
    assert.equal(await server.end('SIGTERM'), 0);
    const left = await place.db
      .collection('shoal_updates')
      .countDocuments({ _id: { $ne: 'fence' as never } });
    assert.equal(left, 0);
    const run = await place.db.collection('runs').findOne({});
    const { tasks } = run as unknown as { tasks: unknown[] };
    assert.equal(tasks.length, given.size);
  });
});
