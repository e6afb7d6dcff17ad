/** Live updates as a page's socket gets them, on both stores (docs/spec/web-ui.md §3). */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../src/http/transport/free-port.js';
import type { LiveMessage } from '../../src/site/live/live-messages.js';
import { openStore } from '../../src/store/open-store.js';
import { workerInfo } from '../server/seed.js';
import { ServerProcess } from '../server/server-process.js';
import { batch, change, liveOf } from '../store/documents.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { LIVE, seedLists } from './lists-seed.js';
import { LiveClient } from './live-client.js';
import { seedPeople } from './site-seed.js';
import { until } from './until.js';

interface Live {
  readonly directory: string;
  readonly server: ServerProcess;
  readonly clients: LiveClient[];
  client(topics?: readonly string[], headers?: Record<string, string>): LiveClient;
  end(): Promise<void>;
}

async function startLive(env: Record<string, string> = {}, storeUrl?: string): Promise<Live> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-live-'));
  const url = storeUrl ?? `sqlite:${directory}`;
  await seedPeople(url);
  await seedLists(url);
  const server = await ServerProcess.start(directory, {
    SHOAL_GITHUB: 'off',
    STORE_URL: url,
    SHOAL_DATA: directory,
    ...env,
  });
  const clients: LiveClient[] = [];
  return {
    directory,
    server,
    clients,
    client(topics, headers) {
      const client = new LiveClient(server.url, topics, headers);
      clients.push(client);
      return client;
    },
    async end() {
      for (const client of clients) client.close();
      await server.end('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A worker that takes a task, and reports games of it. */
async function playing(server: ServerProcess, key: string) {
  const worker = { password: 'secret', worker_info: workerInfo(key) };
  const { body } = await server.post('/api/request_task', worker);
  assert.ok(body['run'] !== undefined, JSON.stringify(body));
  const place = { run_id: (body['run'] as { _id: string })._id, task_id: body['task_id'] as number };
  return {
    ...place,
    async report(pairs: number) {
      const pentanomial = [0, 0, pairs, 0, 0];
      const stats = { wins: 0, losses: 0, draws: 2 * pairs, crashes: 0, time_losses: 0, pentanomial };
      const reply = await server.post('/api/update_task', { ...worker, ...place, stats });
      assert.equal(reply.body['task_alive'], true, JSON.stringify(reply.body));
    },
    beat: () => server.post('/api/beat', { ...worker, ...place }),
  };
}

async function metric(server: ServerProcess, name: string): Promise<number> {
  const text = await (await fetch(`${server.adminUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
}

const has = (id: string) => (message: LiveMessage) => message.parts[id] !== undefined;

for (const kind of ['SQLite', 'MongoDB'] as const) {
  describe(`live updates on ${kind}`, { skip: kind === 'MongoDB' && withoutMongodb }, () => {
    let live: Live;
    let place: MongodbPlace | undefined;
    before(async () => {
      place = kind === 'MongoDB' ? await mongodbPlace() : undefined;
      live = await startLive({ HTTP_THREADS: '2' }, place?.url);
    });
    after(async () => {
      await live?.end();
      await place?.remove();
    });

    it('give all of a topic once, and then what has changed', async () => {
      const client = live.client(['home']);
      assert.deepEqual(await client.isWatching(), ['home']);
      const first = await client.message(has('totals'));
      for (const id of Object.values(LIVE)) assert.ok(has(`box-${id}`)(first), id);
      const worker = await playing(live.server, 'aaaa1111');
      const told = await client.message(
        (message) => message !== first && has(`now-${worker.run_id}`)(message),
      );
      assert.match(told.parts[`now-${worker.run_id}`]!, /running/);
      assert.ok(Object.keys(told.parts).length < Object.keys(first.parts).length);
      assert.equal(told.parts[`box-${LIVE.long}`], undefined);
    });

    it('tell all front threads of a report, and render it once for them', async () => {
      const worker = await playing(live.server, 'bbbb2222');
      const topics = [`run:${worker.run_id}`, `tasks:${worker.run_id}`];
      // The kernel spreads connections over the threads that share the port.
      const clients = Array.from({ length: 12 }, () => live.client(topics));
      for (const client of clients) await client.message(has('result'));
      const before = await metric(live.server, 'shoal_live_renders_total');
      const began = performance.now();
      await worker.report(8);
      const row = `task-${worker.task_id}`;
      for (const client of clients) {
        const { parts } = await client.message(({ parts }) => /\b16 \/ /.test(parts[row] ?? ''));
        assert.match(parts[row]!, /\[0, 0, 8, 0, 0\]/);
      }
      const seconds = Math.ceil((performance.now() - began) / 1_000);
      const renders = (await metric(live.server, 'shoal_live_renders_total')) - before;
      // Three topics are watched, the list of tests by the client before.
      assert.ok(renders <= 3 * (seconds + 1), `${renders} renderings in ${seconds} s`);
      for (const client of clients) client.close();
    });

    it('tell what a worker’s sign of life changes, and nothing twice', async () => {
      const worker = await playing(live.server, 'cccc3333');
      const client = live.client([`tasks:${worker.run_id}`]);
      const row = `task-${worker.task_id}`;
      await client.message(has(row));
      // The time is shown in whole seconds.
      await until(async () => {
        await worker.beat();
        return client.messages.filter(has(row)).length > 1;
      });
      const rows = client.messages.filter(has(row)).map(({ parts }) => parts[row]);
      assert.equal(new Set(rows).size, rows.length);
      client.close();
    });

    it('publish nothing of what depends on who looks', async () => {
      const topics = [
        'home',
        'workers',
        'events',
        'pending',
        ...[LIVE.sprt, LIVE.spsa].map((id) => `run:${id}`),
      ];
      const client = live.client([...topics, `tasks:${LIVE.sprt}`]);
      for (const topic of topics) await client.message((message) => message.topic === topic);
      await client.message(({ topic }) => topic === `tasks:${LIVE.sprt}`);
      const text = JSON.stringify(client.messages);
      for (const own of ['<form', 'csrf', '/user/', '/api/pgn/', '@example.org', 'paula', '203.0.113.']) {
        assert.ok(!text.includes(own), own);
      }
      client.close();
    });

    it('tell what ended or is not there once, and no more of it', async () => {
      const missing = 'f'.repeat(24);
      const client = live.client([`run:${missing}`]);
      const { isLast } = await client.message(({ topic }) => topic === `run:${missing}`);
      assert.equal(isLast, true);
      client.close();
    });
  });
}

describe('sockets for live updates', () => {
  let live: Live;
  before(async () => {
    live = await startLive({ LIVE_SOCKETS: '40' });
  });
  after(() => live?.end());

  const status = async (path: string, headers: Record<string, string>) => {
    const { request } = await import('node:http');
    const key = { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': '13' };
    return await new Promise<number>((resolve, reject) => {
      const asked = request(`${live.server.url}${path}`, {
        headers: { Connection: 'Upgrade', Upgrade: 'websocket', ...key, ...headers },
      });
      asked.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response.statusCode!);
      });
      asked.on('response', (response) => {
        response.destroy();
        resolve(response.statusCode!);
      });
      asked.on('error', reject);
      asked.end();
    });
  };

  it('are for pages of this server', async () => {
    assert.equal(await status('/live', { Origin: live.server.url }), 101);
    assert.equal(await status('/live', {}), 101);
    for (const Origin of ['https://evil.example', 'null', `${live.server.url}.evil.example`]) {
      assert.equal(await status('/live', { Origin }), 403, Origin);
    }
    assert.equal((await fetch(`${live.server.url}/live`)).status, 404);
  });

  it('watch what there is to watch, in bounds', async () => {
    const odd = ['nothing', 'run', 'run:x', `home:${'a'.repeat(24)}`, '__proto__', 'constructor', ''];
    const client = live.client([...odd, 'home']);
    assert.deepEqual(await client.isWatching(), ['home']);
    const many = Array.from({ length: 60 }, (_, i) => `run:${String(i).padStart(24, '0')}`);
    client.watch(many);
    await until(() => client.watching?.length === 16);
    client.close();
    for (const text of ['', '{', '[]', '{"watch":"home"}', '{"watch":[1]}', 'x'.repeat(5_000)]) {
      const rude = live.client();
      await rude.isWatching();
      rude.say(text);
      assert.ok([1006, 1008, 1009].includes(await rude.isClosed()), text);
    }
    const talker = live.client();
    await talker.isWatching();
    for (let i = 0; i < 200; i++) talker.say('{"watch":[]}');
    assert.equal(await talker.isClosed(), 1008);
  });

  it('are not all for one address', async () => {
    await until(async () => (await metric(live.server, 'shoal_live_sockets')) === 0);
    const clients = Array.from({ length: 16 }, () => live.client());
    for (const client of clients) await client.isWatching();
    assert.equal(await metric(live.server, 'shoal_live_sockets'), 16);
    assert.equal(await status('/live', {}), 503);
    for (const client of clients) client.close();
    await until(async () => (await status('/live', {})) === 101);
  });

  it('cost nothing while nobody watches', async () => {
    await until(async () => (await metric(live.server, 'shoal_live_sockets')) === 0);
    // A rendering that was under way may count still.
    let before = -1;
    await until(async () => {
      const now = await metric(live.server, 'shoal_live_renders_total');
      const isQuiet = now === before;
      before = now;
      return isQuiet;
    });
    const worker = await playing(live.server, 'dddd4444');
    for (let pairs = 8; pairs <= 40; pairs += 8) await worker.report(pairs);
    await worker.beat();
    assert.equal(await metric(live.server, 'shoal_live_renders_total'), before);
  });

  it('are closed by a stop, which is a clean one', async () => {
    const client = live.client(['home', `run:${LIVE.sprt}`]);
    await client.message(has('result'));
    assert.equal(await live.server.end('SIGTERM'), 0);
    assert.equal(await client.isClosed(), 1012);
  });
});

describe('live updates without the web application, or without sockets', () => {
  for (const env of [{ SITE: 'off' }, { LIVE_SOCKETS: '0' }]) {
    it(`are not there: ${Object.entries(env)}`, async () => {
      const live = await startLive({ ...env });
      try {
        const client = live.client(['home']);
        await client.isClosed();
        assert.equal(client.watching, undefined);
        assert.equal(await metric(live.server, 'shoal_live_sockets'), 0);
        if ('SITE' in env) return;
        // Pages ask, as without a socket.
        const page = await (await fetch(`${live.server.url}/tests`)).text();
        assert.match(page, /data-live="home" data-poll="\d+"/);
        const headers = { 'hx-request': 'true' };
        const tables = await fetch(`${live.server.url}/tests?live=run_tables`, { headers });
        assert.equal(tables.status, 200);
        assert.ok((await tables.text()).includes(`box-${LIVE.sprt}`));
      } finally {
        await live.end();
      }
    });
  }
});

describe('live updates of a secondary', { skip: withoutMongodb }, () => {
  it('are of what the store has; what only memory knows is not offered', async () => {
    const place = await mongodbPlace();
    const ports = {
      FISHTEST_PORT: String(await freePort()),
      FISHTEST_PRIMARY_PORT: String(await freePort()),
    };
    const live = await startLive(ports, place.url);
    try {
      const client = live.client(['home', 'workers', `run:${LIVE.sprt}`, `tasks:${LIVE.sprt}`, 'events']);
      assert.deepEqual(await client.isWatching(), ['home', `run:${LIVE.sprt}`, 'events']);
      const { parts } = await client.message(has('totals'));
      assert.ok(parts[`box-${LIVE.sprt}`] !== undefined);
      const before = await client.message(has('result'));
      // As the primary does, whose process is another: nothing of it reaches this one but by the store.
      const store = openStore(place.url);
      const reader = await store.openReader();
      const head = (await reader.run(LIVE.sprt))!;
      await reader.close();
      const results = { ...head.results, wins: 4_321 };
      const writer = await store.openWriter();
      await writer.commit(batch({ runs: [change(LIVE.sprt, { live: liveOf(head, { results }) })] }));
      await writer.close();
      const news = await client.message((message) => message !== before && has('result')(message));
      assert.match(news.parts['result']!, /W: 4321/);
    } finally {
      await live.end();
      await place.remove();
    }
  });
});
