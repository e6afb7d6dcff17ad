/**
 * Two primaries of one store: one serves, the other stands by, and takes over when the first goes, dies, or falls silent. The one that serves at a
 * test's end is the next test's first.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectId } from 'mongodb';
import { freePort } from '../../src/http/transport/free-port.js';
import type { ClusterView } from '../../src/protocol/admin.js';
import { findAccess } from '../../src/swarm/access.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { RUN_ID, seed, workerInfo } from './seed.js';
import { UNHURRIED } from './server-process.js';
import { StandbyProcess } from './standby-process.js';

const STATS = { wins: 2, losses: 2, draws: 12, crashes: 0, time_losses: 0, pentanomial: [0, 2, 4, 2, 0] };
const LEASE_MS = '2000';

export function describeStandby(store: 'sqlite' | 'mongodb'): void {
  const skip = store === 'mongodb' && withoutMongodb;
  describe(`two primaries of one store, ${store}`, { skip, timeout: 600_000 }, () => {
    let directory: string;
    let place: MongodbPlace | undefined;
    let env: Record<string, string>;
    const started: StandbyProcess[] = [];
    const start = () => {
      const server = new StandbyProcess(env);
      started.push(server);
      return server;
    };
    /** One that serves, and one that stands by. */
    const pair = async () => {
      const one = started.find(({ hasExited }) => !hasExited) ?? start();
      const { epoch } = await one.serves();
      const two = start();
      const { adminUrl } = await two.standsBy();
      return { one, two, epoch: Number(epoch), adminUrl };
    };
    /** As a worker does it: what a busy server has no time for is sent again. */
    const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
      const url = `http://127.0.0.1:${env['FISHTEST_PORT']}${path}`;
      let response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
      for (let more = 100; response.status === 503 && more > 0; more--) {
        await response.arrayBuffer();
        await sleep(200);
        response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
      }
      const text = await response.text();
      return text === '' ? {} : JSON.parse(text);
    };
    /** A worker that has a task, and has sent 16 games of it. */
    const play = async (key: string) => {
      const call = (more: object = {}) => ({ password: 'secret', worker_info: workerInfo(key), ...more });
      const { task_id } = await post('/api/request_task', call());
      const task = { run_id: RUN_ID, task_id };
      const body = await post('/api/update_task', call({ ...task, stats: STATS }));
      assert.equal(body['task_alive'], true, JSON.stringify(body));
      return {
        taskId: Number(task_id),
        beat: async () => (await post('/api/beat', call(task)))['task_alive'],
        update: (stats: object) => post('/api/update_task', call({ ...task, stats })),
      };
    };
    const ask = async () => (await findAccess({ data: directory }, {})).call!;
    const cluster = async () =>
      ((await (await ask())('cluster', {})) as unknown as { cluster: ClusterView }).cluster;
    const until = async (condition: () => Promise<boolean>) => {
      const began = performance.now();
      while (!(await condition())) {
        assert.ok(performance.now() - began < 60_000, 'it did not come true within 60 s');
        await sleep(50);
      }
    };

    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'shoal-standby-'));
      place = store === 'mongodb' ? await mongodbPlace() : undefined;
      const url = place?.url ?? `sqlite:${directory}`;
      await seed(url);
      env = {
        STORE_URL: url,
        SHOAL_DATA: directory,
        FISHTEST_PORT: `${await freePort()}`,
        CLUSTER_LEASE_MS: LEASE_MS,
        FLUSH_INTERVAL_MS: '100',
        THREADPOOL_THREADS: '1',
        ...UNHURRIED,
      };
    });

    after(async () => {
      for (const server of started) {
        server.signal('SIGCONT');
        await server.end('SIGKILL');
      }
      await place?.remove();
      await rm(directory, { recursive: true, force: true });
    });

    it('ends at once when it is told to while it waits, and the other goes on', async () => {
      const { one, two } = await pair();
      assert.equal(await two.end('SIGTERM'), 0);
      assert.equal((await fetch(`http://127.0.0.1:${env['FISHTEST_PORT']}/readyz`)).status, 200);
      await until(async () => (await cluster()).standbys.length === 0);
      await assert.rejects((await ask())('handover', {}), /no primary stands by/);
      one.signal('SIGUSR2');
      await one.says(/SIGUSR2 hands over to a primary that stands by, and none does/);
    });

    it('hands over by command, without a refused connection, and keeps every result', async () => {
      const { one, two, epoch, adminUrl } = await pair();
      const ready = await fetch(`${adminUrl}/readyz`);
      assert.deepEqual([ready.status, await ready.json()], [503, { status: 'standing by' }]);
      assert.equal((await fetch(`${adminUrl}/healthz`)).status, 200);
      const worker = await play('aaaa1111');
      await until(async () => (await cluster()).standbys.length === 1);
      const clients = connectOften(Number(env['FISHTEST_PORT']));
      await (await ask())('handover', {});
      assert.equal(await one.exited, 0, JSON.stringify(one.log.slice(-6)));
      assert.equal((await one.says(/^handing over/))['isHeard'], true);
      const served = await two.serves();
      assert.equal(served['epoch'], epoch + 1);
      const steps = Object.keys(served['steps'] as object);
      assert.deepEqual(steps, ['store', 'accounts', 'runs', 'workers', 'listeners']);
      const { answers, refused } = await clients.stop();
      // Without net.ipv4.tcp_migrate_req one that comes in the instant in which the first stops to listen may be reset.
      const mayReset = readFileSync('/proc/sys/net/ipv4/tcp_migrate_req', 'utf8').trim() === '0';
      assert.deepEqual(mayReset ? refused.filter((code) => code !== 'ECONNRESET') : refused, []);
      assert.ok(refused.length <= 2, `${refused}`);
      // A connection of its own for each request, as a worker has it: none is sent away, unless the machine is too busy to answer in time.
      assert.deepEqual(
        [...answers.keys()].filter((status) => status !== 200 && status !== 503),
        [],
      );
      assert.ok((answers.get(503) ?? 0) <= 2, JSON.stringify([...answers]));
      assert.ok((answers.get(200) ?? 0) > 0);
      assert.equal(await worker.beat(), true);
      const { role, standbys } = await cluster();
      assert.deepEqual([role, standbys], ['active', []]);
      if (place === undefined) return;
      await until(async () => {
        const run = await place!.db.collection('runs').findOne({ _id: new ObjectId(RUN_ID) });
        return JSON.stringify(run?.['tasks'][worker.taskId]?.stats) === JSON.stringify(STATS);
      });
    });

    it('takes over at once when the other is killed', async () => {
      const { one, two } = await pair();
      const worker = await play('bbbb2222');
      await one.end('SIGKILL');
      await two.serves();
      assert.equal(await worker.beat(), true);
      const fewer = { ...STATS, draws: 10, pentanomial: [0, 2, 3, 2, 0] };
      // The new one knows the result.
      assert.match(String((await worker.update(fewer))['error']), /incompatible stats. Before 16. Now 14/);
    });

    // A stopped process keeps the lock of an embedded store.
    if (store === 'mongodb')
      it('takes over from one that falls silent, which ends when it goes on', async () => {
        const { one, two } = await pair();
        const worker = await play('dddd4444');
        one.signal('SIGSTOP');
        await two.says(/^this primary has the store$/);
        one.signal('SIGCONT');
        assert.equal(await one.exited, 71);
        await two.serves();
        assert.equal(await worker.beat(), true);
      });

    it('leaves no epoch in the documents when it stops', async () => {
      const last = started.find(({ hasExited }) => !hasExited)!;
      assert.equal(await last.end('SIGTERM'), 0, JSON.stringify(last.log.slice(-6)));
      if (place === undefined) return;
      const run = await place.db.collection('runs').findOne({ _id: new ObjectId(RUN_ID) });
      assert.equal('shoal_epoch' in run!, false);
    });
  });
}

/** New connections without a pause, until told to stop: what was answered, and which failed. */
function connectOften(port: number) {
  const answers = new Map<number, number>();
  const refused: string[] = [];
  let stopped = false;
  const once = () =>
    new Promise<void>((resolve) => {
      const agent = new Agent();
      const asked = request({ port, host: '127.0.0.1', path: '/api/request_version', method: 'POST', agent });
      asked.on('response', (response) => {
        answers.set(response.statusCode!, (answers.get(response.statusCode!) ?? 0) + 1);
        response.resume().on('end', resolve);
      });
      asked.on('error', (error: NodeJS.ErrnoException) => {
        refused.push(error.code ?? error.message);
        resolve();
      });
      asked.end(JSON.stringify({ password: 'secret', worker_info: workerInfo('cccc3333') }));
    });
  const loop = async () => {
    while (!stopped) await once();
  };
  const loops = Promise.all([loop(), loop(), loop(), loop()]);
  return {
    async stop() {
      stopped = true;
      await loops;
      return { answers, refused };
    },
  };
}
