/** What a running server tells an operator's tools: metrics, health, logs, and settings that change while it serves. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import parse from 'parse-prometheus-text-format';
import { shoal } from '../cli/harness.js';
import { RUN_ID, seed, workerInfo } from '../server/seed.js';
import { type LogEntry, ServerProcess } from '../server/server-process.js';

const DEBUG = 20;
const WARN = 40;

describe("a server's pages for operators", () => {
  let directory: string;
  let server: ServerProcess;
  let settingsFile: string;
  const call = (key: string, more: object = {}) => ({
    password: 'secret',
    worker_info: workerInfo(key),
    ...more,
  });
  const get = async (path: string) => {
    const response = await fetch(`${server.adminUrl}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const logged = async (found: (entry: LogEntry) => boolean): Promise<LogEntry> => {
    for (let i = 0; i < 100; i++) {
      const entry = server.log.find(found);
      if (entry !== undefined) return entry;
      await sleep(20);
    }
    throw new Error(`not logged: ${found}`);
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-operator-'));
    settingsFile = join(directory, 'shoal.env');
    await seed(`sqlite:${directory}`);
    await writeFile(settingsFile, 'TASK_SEMAPHORE_SIZE=40\n');
    server = await ServerProcess.start(directory, {
      ADMIN_HOST: '0.0.0.0',
      HTTP_THREADS: '2',
      SHOAL_ENV_FILE: settingsFile,
      SLOW_REQUEST_MS: '1',
    });
    await server.post('/api/request_task', call('aaaa1111'));
    await server.post('/api/beat', call('aaaa1111', { run_id: RUN_ID, task_id: 0 }));
    await server.post('/api/beat', { ...call('aaaa1111'), password: 'wrong' });
  });

  after(async () => {
    await server.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  it('give metrics that a Prometheus can read', async () => {
    const { status, text } = await get('/metrics');
    assert.equal(status, 200);
    const families = new Map(parse(text).map((family) => [family.name, family]));
    const requests = families.get('shoal_http_requests_total');
    assert.equal(requests?.type, 'COUNTER');
    const beats = requests.metrics.filter(({ labels }) => labels?.['route'] === 'beat');
    assert.deepEqual(
      beats.map(({ labels, value }) => [labels?.['status'], value]),
      [
        ['200', '1'],
        ['401', '1'],
      ],
    );
    assert.equal(families.get('shoal_http_request_duration_seconds')?.type, 'HISTOGRAM');
    const bucket = /^shoal_http_request_duration_seconds_bucket\{route="beat",le="([^"]+)"\} (\d+)$/gm;
    const counts = [...text.matchAll(bucket)].map(([, , count]) => Number(count));
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
    assert.equal(counts.at(-1), 2);
    assert.match(text, /^shoal_http_request_duration_seconds_count\{route="beat"\} 2$/m);
    for (const name of ['shoal_workers', 'shoal_lock_hold_seconds', 'shoal_journal_lag', 'shoal_ready']) {
      assert.ok(families.has(name), name);
    }
  });

  it('pass promtool', (test) => {
    const probe = spawnSync('promtool', ['--version']);
    if (probe.error !== undefined) return test.skip('promtool is not installed');
    return get('/metrics').then(({ text }) => {
      const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], { input: text });
      assert.equal(status, 0, `${stdout}${stderr}`);
      assert.equal(String(stdout) + String(stderr), '');
    });
  });

  it('give the same as JSON', async () => {
    const view = JSON.parse((await get('/api/_metrics')).text);
    assert.equal(view.farm.workers, 1);
    assert.equal(view.farm.cores, 4);
    assert.equal(view.farm.runs.active, 1);
    assert.equal(view.admission.permits, 40);
    assert.ok(view.store.commits > 0);
    const mutex = view.locks.find(({ lock }: { lock: string }) => lock === 'request-task');
    assert.ok(mutex.hold.count >= 1);
    assert.ok(mutex.hold.max > 0 && mutex.hold.max < 1);
    assert.ok(view.threads.filter(({ role }: { role: string }) => role === 'front').length === 2);
    assert.ok(view.memory.tables.find(({ table }: { table: string }) => table === 'tasks').bytes > 0);
  });

  it('ask a client on another address for the token', async (test) => {
    const { port } = new URL(server.adminUrl);
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal);
    if (outside !== undefined) {
      assert.equal((await fetch(`http://${outside.address}:${port}/metrics`)).status, 401);
      assert.equal((await fetch(`http://${outside.address}:${port}/readyz`)).status, 200);
    } else test.diagnostic('no address but loopback: left to the header');
    const forwarded = { headers: { 'x-forwarded-for': '192.0.2.1' } };
    assert.equal((await fetch(`${server.adminUrl}/metrics`, forwarded)).status, 401);
    // An empty first line hides what the proxy's own says.
    for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via']) {
      const { status } = await fetch(`${server.adminUrl}/metrics`, { headers: { [name]: '' } });
      assert.equal(status, 401, name);
    }
  });

  it('say on both listeners that it lives and serves', async () => {
    for (const origin of [server.url, server.adminUrl]) {
      for (const [path, word] of [
        ['/healthz', 'alive'],
        ['/readyz', 'ready'],
      ]) {
        const response = await fetch(`${origin}${path}`);
        assert.deepEqual([response.status, await response.json()], [200, { status: word }]);
      }
    }
    assert.equal((await fetch(`${server.url}/readyz`, { method: 'POST' })).status, 404);
  });

  it('warn of slow requests, without passwords', async () => {
    const slow = await logged(({ msg }) => msg === 'slow request');
    assert.equal(slow.level, WARN);
    assert.equal(typeof slow['ms'], 'number');
    assert.ok(!JSON.stringify(server.log).includes('secret'));
  });

  it('change settings by command: at debug each request is a line with its id', async () => {
    const set = await shoal(['--data', directory, 'config', 'set', 'LOG_LEVEL', 'debug']);
    assert.deepEqual([set.code, set.out], [0, 'LOG_LEVEL is debug now\n']);
    const answer = await fetch(`${server.url}/api/calc_elo`, { headers: { 'x-request-id': 'trace-1' } });
    assert.equal(answer.headers.get('x-request-id'), 'trace-1');
    const line = await logged((entry) => entry['id'] === 'trace-1' && entry.level === DEBUG);
    assert.deepEqual([line.level, line['path'], line['method']], [DEBUG, '/api/calc_elo', 'GET']);
    const refused = await shoal(['--data', directory, 'config', 'set', 'FISHTEST_PORT', '1']);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /needs a restart/);
    const { out } = await shoal(['--data', directory, 'config']);
    assert.match(out, /^LOG_LEVEL \*\s+debug\s+info\s+set/m);
    assert.match(out, /^TASK_SEMAPHORE_SIZE \*\s+40\s+256\s+file/m);
  });

  it('are looked over by the doctor, also through a proxy', async () => {
    const { code, out } = await shoal(['--data', directory, 'doctor', '--through', server.url]);
    assert.equal(code, 0, out);
    assert.match(out, /^ok\s+server\s+process \d+ at [\d.:]+: ready$/m);
    assert.match(out, /^ok\s+store\s+sqlite:.* answers in \d+ ms$/m);
    assert.match(out, /^ok\s+proxy headers\s+believed from this machine$/m);
    assert.match(out, /^ok\s+proxy: host\s+127\.0\.0\.1:\d+$/m);
    const elsewhere = await shoal(['--data', directory, 'doctor', '--through', 'http://127.0.0.1:1']);
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.out, /^FAIL\s+proxy\s+http:\/\/127\.0\.0\.1:1 does not lead to Shoal$/m);
  });

  it('are not reached through a proxy that speaks HTTP/1.0 to the server, and the doctor says what to set', async () => {
    const proxy = createServer((near) => {
      const far = connect(Number(new URL(server.url).port), '127.0.0.1');
      near.on('data', (chunk) =>
        far.write(chunk.toString('latin1').replace(' HTTP/1.1\r\n', ' HTTP/1.0\r\n')),
      );
      far.pipe(near);
      for (const socket of [near, far]) socket.on('error', () => {}).on('close', () => near.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { code, out } = await shoal(['--data', directory, 'doctor', '--through', url]);
    proxy.close();
    assert.equal(code, 1, out);
    assert.ok(out.includes(`${url} does not lead to Shoal`), out);
    assert.match(out, /a proxy has to speak HTTP\/1\.1 to it \(nginx: proxy_http_version 1\.1;\)/);
    assert.match(out, /^ok\s+server\s+process/m);
  });

  it('take up a changed file on SIGHUP', async () => {
    await writeFile(settingsFile, 'TASK_SEMAPHORE_SIZE=50\nTHREADPOOL_TOKENS=9\nHTTP_THREADS=3\n');
    server.signal('SIGHUP');
    const entry = await logged(({ msg }) => msg === 'configuration read again');
    assert.deepEqual(entry['needRestart'], ['HTTP_THREADS']);
    const view = JSON.parse((await get('/api/_metrics')).text);
    assert.deepEqual([view.admission.permits, view.pool.tokens], [50, 9]);
  });
});
