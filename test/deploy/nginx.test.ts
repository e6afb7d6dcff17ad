/** The nginx site of deploy/, checked by nginx itself and with workers' traffic through it to the built server. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request, WebSocket } from 'undici';
import { openStore } from '../../src/store/open-store.js';
import { RUN_ID, seed, workerInfo } from '../server/seed.js';
import { ServerProcess } from '../server/server-process.js';
import { hasTool, NginxProcess } from './nginx-process.js';

const WORKERS = 60;
/** When nginx gives an idle connection to the server up. */
const KEEPALIVE_MS = 5000;

const skip = hasTool('nginx') ? false : 'left out: nginx is not installed';

describe('nginx in front of the server', { skip }, () => {
  let directory: string;
  let server: ServerProcess;
  let nginx: NginxProcess;
  const agent = new Agent({ connections: WORKERS, pipelining: 1, keepAliveTimeout: 60_000 });

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-deploy-'));
    await seed(`sqlite:${directory}`);
    server = await ServerProcess.start(directory);
    nginx = await NginxProcess.start(server.url);
  });

  after(async () => {
    await agent.destroy();
    await nginx?.stop();
    await server?.end('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  async function post(path: string, body: string, headers: Record<string, string> = {}) {
    const answer = await request(`${nginx.url}${path}`, { method: 'POST', body, headers, dispatcher: agent });
    const text = await answer.body.text();
    return { status: answer.statusCode, text };
  }

  const version = (key: string) => JSON.stringify({ password: 'secret', worker_info: workerInfo(key) });
  const keyOf = (i: number) => `w${i.toString().padStart(4, '0')}`;

  it('answers every request, also those that meet the end of an idle connection', async () => {
    const statuses = new Map<number, number>();
    const ask = async (i: number) => {
      const { status } = await post('/api/request_version', version(keyOf(i)));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    };
    const all = Array.from({ length: WORKERS }, (_, i) => i);
    for (let round = 0; round < 5; round++) await Promise.all(all.map(ask));
    // One after the other around the moment at which nginx closes its connections, which were idle since.
    const around = (i: number) => KEEPALIVE_MS - 300 + (i * 600) / WORKERS;
    await Promise.all(all.map(async (i) => sleep(around(i)).then(() => ask(i))));
    assert.deepEqual([...statuses], [[200, 6 * WORKERS]], await nginx.errors());
    assert.doesNotMatch(await nginx.errors(), /upstream/);
  });

  it('keeps its connections to the server through every HEAD, as of a monitor', async () => {
    for (const path of ['/healthz', '/api/active_runs', '/tests', '/api/beat', '/api/pgn/none', '/nothing']) {
      const { statusCode, body } = await request(`${nginx.url}${path}`, {
        method: 'HEAD',
        dispatcher: agent,
      });
      await body.dump();
      const { status } = await post('/api/request_version', version(keyOf(1)));
      assert.notEqual(statusCode, 502, path);
      assert.equal(status, 200, `the worker's POST after HEAD ${path}`);
    }
    assert.doesNotMatch(await nginx.errors(), /upstream/);
  });

  it('says who the client is, whatever the client says of itself', async () => {
    const lies = { 'X-Forwarded-For': '203.0.113.7', 'X-Country-Code': 'DE', 'X-Real-IP': '203.0.113.8' };
    const { status, text } = await post('/api/request_task', version('aaaa1111'), lies);
    assert.equal(status, 200, text);
    const reader = await openStore(`sqlite:${directory}`).openReader();
    const task = await reader.task(RUN_ID, 0);
    await reader.close();
    assert.equal(task?.worker_info.remote_addr, '127.0.0.1');
    assert.equal(task?.worker_info.country_code, '?');
  });

  it('refuses what is too large before the server sees it, and lets PGNs be larger', async () => {
    assert.equal((await post('/api/beat', 'x'.repeat(2_000_000))).status, 413);
    const pgn = JSON.stringify({ ...JSON.parse(version('aaaa1111')), pgn: 'A'.repeat(2_000_000) });
    assert.equal((await post('/api/upload_pgn', pgn)).status, 400);
  });

  it('passes pages, the public API and WebSockets on', async () => {
    const { status, text } = await post('/api/beat/', '{}');
    assert.equal(status, 307, text);
    const elo = await fetch(`${nginx.url}/api/calc_elo?W=10&D=20&L=5`);
    assert.notEqual(elo.status, 502);
    const page = await fetch(`${nginx.url}/`, { headers: { accept: 'text/html' } });
    assert.equal(page.status, 200);
    const live = new WebSocket(`${nginx.url.replace('http', 'ws')}/dashboard/live`);
    const opened = await new Promise<string>((resolve) => {
      live.addEventListener('open', () => resolve('opened'));
      live.addEventListener('error', ({ message }) => resolve(`refused: ${message}`));
    });
    live.close();
    assert.equal(opened, 'opened');
  });
});
