/** The public read API of the built server (spec: worker-api.md §5), over a store that has something for all of it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import Schema from 'typebox/schema';
import { findRoute } from '../../src/http/routes.js';
import { answerRead } from '../../src/pool/reads/answer-read.js';
import { openStore } from '../../src/store/open-store.js';
import { converse } from '../replay/raw-http.js';
import { ServerProcess } from '../server/server-process.js';
import { action, EPOCH, FINISHED, finishedId, LIVE, NET, pgn, plant, RESULTS, TUNE } from './public-seed.js';

const GAME = gzipSync('[Event "?"]\n');
/** More than a socket takes at once, and more than one record. */
const LARGE = gzipSync(randomBytes(6_000_000));
const SMALL_AND_LARGE = [pgn(LIVE, 10, GAME), pgn(LIVE, 2, LARGE), pgn(LIVE, 9, LARGE)];

// biome-ignore lint/suspicious/noExplicitAny: answers have any shape, and the tests say which
type Json = Record<string, any>;

describe('the public read API', () => {
  let directory: string;
  let server: ServerProcess;
  let github: ReturnType<typeof createServer>;
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}${path}`, { headers, redirect: 'manual' });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: asJson(text) };
  };
  const actions = async (filter: unknown) => {
    const body = typeof filter === 'string' ? filter : JSON.stringify(filter);
    const response = await fetch(`${server.url}/api/actions`, { method: 'POST', body });
    return { status: response.status, headers: response.headers, json: (await response.json()) as Json };
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-public-'));
    const log = [
      ...Array.from({ length: 250 }, (_, i) => action(i, {})),
      action(300, { action: 'failed_task', run_id: LIVE, run: 'live-0000000', task_id: 1, worker: 'w' }),
      action(301, { action: 'finished_run', run_id: TUNE, run: 'tune-0000000', username: 'jane' }),
    ];
    await plant(`sqlite:${directory}`, SMALL_AND_LARGE, log);
    const core = { limit: 60, remaining: 59, reset: 1_800_000_000, used: 1, resource: 'core' };
    github = createServer((_request, response) => response.end(JSON.stringify({ resources: { core } })));
    await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
    const { port } = github.address() as AddressInfo;
    server = await ServerProcess.start(directory, {
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      FISHTEST_NN_URL: '',
    });
  });

  after(async () => {
    await server.end('SIGTERM');
    github.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('lists unfinished runs by id, without tasks and history', async () => {
    const { json } = await get('/api/active_runs');
    assert.deepEqual(Object.keys(json).sort(), [LIVE, TUNE]);
    assert.equal(json[LIVE].start_time, '2023-11-14 22:13:20+00:00');
    for (const key of ['tasks', 'bad_tasks']) assert.ok(!(key in json[LIVE]));
    assert.ok(!('param_history' in json[TUNE].args.spsa));
    assert.equal(json[TUNE].args.spsa.params[0].theta, 1);
    const reader = await openStore(`sqlite:${directory}`).openReader();
    const call = { kind: 'read', name: 'active_runs', params: [], query: {}, isHead: false } as const;
    // A secondary has no state: touching it would throw.
    const stored = await answerRead(undefined as never, reader, call, false);
    await reader.close();
    assert.ok(stored.kind === 'json');
    assert.deepEqual(Object.keys(JSON.parse(stored.json)), [LIVE, TUNE]);
  });

  it('shows one run, with empty lists and the headers that let pages of others read it', async () => {
    const { json, headers } = await get(`/api/get_run/${TUNE.toUpperCase()}`);
    assert.deepEqual(
      [json._id, json.tasks, json.bad_tasks, json.args.spsa.param_history],
      [TUNE, [], [], []],
    );
    assert.equal(headers.get('access-control-allow-origin'), '*');
    assert.equal(headers.get('access-control-allow-headers'), 'content-type');
    const tag = headers.get('etag')!;
    const again = await get(`/api/get_run/${TUNE}`, { 'if-none-match': `"x", W/${tag}` });
    assert.deepEqual([again.status, again.text], [304, '']);
    const stored = await get(`/api/get_run/${finishedId(3)}`);
    assert.deepEqual([stored.json.finished, stored.json.tasks], [true, []]);
    for (const id of ['0'.repeat(24), 'abc', '%20'.repeat(24), '__proto__', `${LIVE}0`]) {
      const refused = await get(`/api/get_run/${id}`);
      assert.equal(refused.status, 404);
      assert.equal(
        refused.json.error,
        `/api/get_run/${decodeURIComponent(id)}: The run ${decodeURIComponent(id)} does not exist`,
      );
      assert.equal(typeof refused.json.duration, 'number');
      assert.equal(refused.headers.get('access-control-allow-origin'), null);
    }
  });

  it('shows tasks without keys and addresses', async () => {
    const { json } = await get(`/api/get_task/${LIVE}/1`);
    assert.equal(json.worker_info.unique_key, 'bbbb2222...');
    assert.equal(json.worker_info.remote_addr, '?.?.?.?');
    assert.deepEqual(
      [json.start, json.stats, json.last_updated],
      [200, RESULTS, '2023-11-14 22:13:20.250000+00:00'],
    );
    const bad = await get(`/api/get_task/${LIVE}/0bad`);
    assert.deepEqual([bad.json.residual, bad.json.task_id, bad.json.bad], ['inf', 1, true]);
    assert.equal(bad.json.worker_info.remote_addr, '?.?.?.?');
    const tune = await get(`/api/get_task/${TUNE}/0`);
    assert.deepEqual(tune.json.spsa_params, { iter: 3, packed_flips: [1, 254] });
    assert.equal((await get(`/api/get_task/${finishedId(1)}/0`)).status, 200);
    for (const id of [
      '2',
      '-1',
      '+1',
      '1_0',
      '%201',
      '1bad',
      'bad',
      '0x0',
      '1e0',
      '9'.repeat(400),
      'constructor',
    ]) {
      assert.equal((await get(`/api/get_task/${LIVE}/${id}`)).status, 404, id);
    }
  });

  it('estimates the Elo of a test', async () => {
    const { json } = await get(`/api/get_elo/${LIVE}`);
    assert.equal(json._id, LIVE);
    assert.deepEqual(Object.keys(json.elo), ['a', 'b', 'elo', 'ci', 'LOS', 'LLR']);
    assert.deepEqual((await get(`/api/get_elo/${TUNE}`)).json, {});
    assert.equal((await get('/api/get_elo/xyz')).status, 404);
  });

  it('pages through finished runs, newest first', async () => {
    const first = Object.keys((await get('/api/finished_runs?page=1')).json);
    const second = Object.keys((await get('/api/finished_runs?page=2')).json);
    const all = Array.from({ length: FINISHED }, (_, i) => finishedId(FINISHED - 1 - i));
    assert.deepEqual([...first, ...second], all);
    assert.equal(first.length, 50);
    for (const page of ['3', '9'.repeat(15), '9'.repeat(400)]) {
      assert.deepEqual((await get(`/api/finished_runs?page=${page}`)).json, {}, page);
    }
    for (const query of [
      '',
      '?page=',
      '?page=0',
      '?page=-1',
      '?page=1.5',
      '?page=1e3',
      '?page=%D9%A1',
      '?page=+1',
    ]) {
      assert.equal((await get(`/api/finished_runs${query}`)).status, 400, query);
    }
  });

  it('filters finished runs', async () => {
    const ids = async (query: string) =>
      Object.keys((await get(`/api/finished_runs?page=1&${query}`)).json).map((id) =>
        Number.parseInt(id.slice(-2), 16),
      );
    const wanted = (test: (i: number) => boolean) =>
      Array.from({ length: FINISHED }, (_, i) => FINISHED - 1 - i).filter(test);
    assert.deepEqual(
      await ids('success_only=false'),
      wanted((i) => i % 3 === 0),
    );
    assert.deepEqual(
      await ids('yellow_only=0'),
      wanted((i) => i % 3 === 1),
    );
    assert.deepEqual(
      await ids('ltc_only=1'),
      wanted((i) => i % 10 === 0),
    );
    assert.deepEqual(
      await ids('success_only=&username=jane'),
      wanted((i) => i % 2 === 1),
    );
    assert.deepEqual(
      await ids(`timestamp=${EPOCH + 50}.5`),
      wanted((i) => i > 50),
    );
    assert.deepEqual(
      await ids('username=joe&success_only=1&ltc_only=1'),
      wanted((i) => i % 30 === 0),
    );
    assert.deepEqual(await ids('username=nobody&username=jane&ltc_only=1'), []);
    assert.deepEqual(await ids('username=__proto__'), []);
    for (const bad of ['abc', '17000000000', '1700000000.', '-700000000']) {
      assert.equal((await get(`/api/finished_runs?page=1&timestamp=${bad}`)).status, 400, bad);
    }
  });

  it('finds actions by the operators that are allowed', async () => {
    const texts = async (filter: unknown) =>
      (await actions(filter)).json.map(({ _id }: Json) => Number.parseInt(_id.slice(-4), 16));
    const all = await actions({});
    assert.equal(all.json.length, 200);
    assert.equal(all.headers.get('access-control-allow-origin'), '*');
    assert.deepEqual(all.json[0], action(0, {}));
    for (const everything of ['null', '[]']) assert.equal((await actions(everything)).json.length, 200);
    for (const nothing of ['', '{', '"x"', '7', 'true', '[1]'])
      assert.deepEqual((await actions(nothing)).json, [], nothing);
    assert.deepEqual(await texts({ action: 'failed_task' }), [300]);
    assert.deepEqual(
      await texts({ action: { $in: ['failed_task', 'finished_run'] }, run_id: { $in: [TUNE, LIVE] } }),
      [300, 301],
    );
    assert.deepEqual(await texts({ time: { $gte: EPOCH + 249, $lt: EPOCH + 400 } }), [249, 300, 301]);
    assert.deepEqual(await texts({ time: { $gt: EPOCH + 247, $lt: EPOCH + 249.5 } }), [248, 249]);
    assert.deepEqual(await texts({ $or: [{ task_id: 1 }, { username: { $eq: 'jane' } }] }), [300, 301]);
    assert.deepEqual(
      await texts({ $and: [{ run_id: { $exists: true } }, { username: { $ne: 'jane' } }] }),
      [300],
    );
    assert.deepEqual(await texts({ run_id: null, time: { $lte: EPOCH } }), [0]);
    assert.deepEqual(await texts({ message: 'entry 240' }), [240]);
    assert.deepEqual(
      await texts({ action: { $nin: ['log_message', 'failed_task'] }, time: { $lt: EPOCH + 400 } }),
      [301],
    );
    for (const none of [
      { action: ['failed_task'] },
      { task_id: '1' },
      { time: { $gt: 'x' } },
      { nosuch: 1 },
      { __proto__x: 1 },
    ]) {
      assert.deepEqual(await texts(none), [], JSON.stringify(none));
    }
    assert.deepEqual(await texts('{"__proto__":{"action":"failed_task"}}'), []);
    assert.deepEqual(await texts('{"constructor":null,"action":"failed_task"}'), [300]);
  });

  it('refuses operators that could do harm, and fails on unknown ones as the reference does', async () => {
    const nested = (depth: number): unknown =>
      depth === 0 ? { action: 'x' } : { $and: [nested(depth - 1)] };
    for (const harmful of [
      { $where: 'while(1){}' },
      { message: { $regex: '(a+)+$' } },
      { $expr: { $function: {} } },
      { $nor: [{}] },
      { message: { $not: { $eq: 1 } } },
      nested(50),
      { action: { $in: Array.from({ length: 5_000 }, (_, i) => `${i}`) } },
    ]) {
      const { status, json } = await actions(harmful);
      assert.deepEqual([status, typeof json.duration], [400, 'number'], JSON.stringify(harmful).slice(0, 80));
    }
    for (const unknown of [
      { $nosuch: 1 },
      { action: { $nosuch: 1 } },
      { $or: [] },
      { $or: 1 },
      { action: { $in: 'x' } },
      { action: { $toString: 1 } },
      { action: { $hasOwnProperty: 1 } },
    ]) {
      const { status, json } = await actions(unknown);
      assert.deepEqual([status, json], [500, { detail: 'Internal Server Error' }], JSON.stringify(unknown));
    }
  });

  it('calculates Elo', async () => {
    assert.deepEqual(Object.keys((await get('/api/calc_elo?W=10&D=20&L=5')).json), ['elo', 'ci', 'LOS']);
    assert.equal((await get('/api/calc_elo?W=1.5&D=2&L=3')).status, 400);
    assert.equal((await get('/api/calc_elo?__proto__=1')).status, 400);
  });

  it('hands out games, each record by itself and all of a run', async () => {
    const one = await fetch(`${server.url}/api/pgn/${LIVE}-10.pgn`);
    assert.equal(await one.text(), '[Event "?"]\n');
    assert.equal(one.headers.get('content-length'), String(GAME.length));
    assert.equal(one.headers.get('content-disposition'), `attachment; filename="${LIVE}-10.pgn"`);
    const whole = await fetch(`${server.url}/api/run_pgns/${LIVE}.pgn.gz`);
    const bytes = Buffer.from(await whole.arrayBuffer());
    assert.ok(bytes.equals(Buffer.concat([LARGE, LARGE, GAME])));
    assert.equal(whole.headers.get('content-encoding'), null);
    assert.equal(gunzipSync(bytes).length, 12_000_012);
    const head = await fetch(`${server.url}/api/run_pgns/${LIVE}.pgn.gz`, { method: 'HEAD' });
    assert.equal(head.headers.get('content-length'), String(bytes.length));
    assert.equal((await get(`/api/run_pgns/${TUNE}.pgn.gz`)).status, 404);
    assert.equal((await get(`/api/run_pgns/${LIVE}.pgn`)).status, 400);
    for (const name of [`${LIVE}-1.pgn`, `${LIVE}-010.pgn`, LIVE, `${LIVE}-10x.pgn`, '-', '..']) {
      assert.notEqual((await get(`/api/pgn/${name}`)).status, 200, name);
    }
    const injected = await get(`/api/pgn/${LIVE}-10.x%0d%0aSet-Cookie:a=b%22`);
    assert.deepEqual([injected.status, injected.headers.get('set-cookie')], [200, null]);
  });

  it('does not read ahead of a client that does not read', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.pause();
    socket.write(`GET /api/run_pgns/${LIVE}.pgn.gz HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await get('/api/calc_elo?W=1&D=1&L=1')).status, 200);
    let received = 0;
    const total = 2 * LARGE.length + GAME.length;
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received > total) resolve();
      });
      socket.resume();
    });
    socket.destroy();
    const leaving = connect(Number(port), hostname);
    leaving.write(`GET /api/run_pgns/${LIVE}.pgn.gz HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((resolve) => leaving.once('data', resolve));
    leaving.destroy();
    assert.equal((await get('/api/calc_elo?W=1&D=1&L=1')).status, 200);
  });

  it('leads to networks and counts every download once', async () => {
    for (let i = 0; i < 20; i++) {
      const { status, headers } = await get(`/api/nn/${NET}`);
      assert.deepEqual([status, headers.get('location')], [302, `/nn/${NET}`]);
    }
    assert.equal(
      (await fetch(`${server.url}/api/nn/${NET}`, { method: 'HEAD', redirect: 'manual' })).status,
      302,
    );
    assert.equal((await get('/api/nn/nn-000000000000.nnue')).status, 404);
    const reader = await openStore(`sqlite:${directory}`).openReader();
    const deadline = Date.now() + 5_000;
    let downloads = 0;
    while (downloads < 27 && Date.now() < deadline) {
      downloads = (await reader.net(NET))!.downloads;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await reader.close();
    assert.equal(downloads, 27);
  });

  it('describes itself, and its answers are as described', async () => {
    const { json, headers } = await get('/openapi.json');
    assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(json.openapi, '3.1.0');
    const schemaOf = (name: string) =>
      Schema.Compile({ ...json, ...json.components.schemas[name] } as Parameters<typeof Schema.Compile>[0]);
    for (const [path, methods] of Object.entries<Json>(json.paths)) {
      const route = findRoute(path.replaceAll(/[{}]/g, ''));
      assert.ok(route.kind === 'worker' || route.kind === 'public', path);
      assert.deepEqual(Object.keys(methods), [route.kind === 'worker' ? 'post' : route.method.toLowerCase()]);
    }
    const references = [...JSON.stringify(json).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
    for (const [, name] of references) assert.ok(json.components.schemas[name!] !== undefined, name);
    assert.ok(references.length > 20);
    for (const [name, path] of [
      ['Run', `/api/get_run/${LIVE}`],
      ['Run', `/api/get_run/${TUNE}`],
      ['Run', `/api/get_run/${finishedId(4)}`],
      ['Task', `/api/get_task/${LIVE}/0`],
      ['Elo', '/api/calc_elo?W=10&D=20&L=5&elo0=0&elo1=2'],
      ['Refusal', '/api/calc_elo'],
      ['Detail', '/api/nope'],
    ] as const) {
      const [isValid, errors] = schemaOf(name).Errors((await get(path)).json);
      assert.ok(isValid, `${path}: ${JSON.stringify(errors)}`);
    }
    assert.equal(schemaOf('Run').Check({}), false);
    for (const entry of (await actions({})).json.slice(0, 20)) assert.ok(schemaOf('Action').Check(entry));
    const docs = await get('/docs');
    assert.match(docs.headers.get('content-security-policy')!, /default-src 'none'/);
    assert.doesNotMatch(docs.text, /https?:\/\//);
    assert.equal((await get('/api/openapi.json')).status, 404);
  });

  it("tells GitHub's quota", async () => {
    const wanted = {
      limit: 60,
      remaining: 59,
      reset: 1_800_000_000,
      used: 1,
      resource: 'core',
      _uninitialized: false,
    };
    assert.deepEqual((await get('/api/rate_limit')).json, wanted);
  });

  it('answers methods, slashes and escapes as the transport does', async () => {
    const head = await fetch(`${server.url}/api/calc_elo?W=1&D=1&L=1`, { method: 'HEAD' });
    assert.ok(Number(head.headers.get('content-length')) > 20);
    const options = await fetch(`${server.url}/api/actions`, { method: 'OPTIONS' });
    assert.deepEqual([options.status, options.headers.get('allow')], [405, 'POST']);
    assert.equal(options.headers.get('access-control-allow-origin'), null);
    const url = new URL(server.url);
    const ask = async (request: string, methods = ['GET']) => {
      const parts = [Buffer.from(request)];
      const { responses } = await converse(url, { parts, pause: 0, methods, expected: 1, linger: 0 });
      const [first] = responses;
      const location = first?.headers.find(([name]) => name === 'location')?.[1];
      return { status: first?.status, location, body: first?.body.toString() ?? '' };
    };
    const line = (target: string, more = '') => `GET ${target} HTTP/1.1\r\nHost: h:1\r\n${more}\r\n`;
    assert.equal((await ask(line('/api/%72ate_limit'))).status, 200);
    assert.deepEqual(JSON.parse((await ask(line('/api/get_run/a%2Fb'))).body), { detail: 'Not Found' });
    assert.equal((await ask(line('/api/%zz%72ate_limit'))).body, '{"detail":"Not Found"}');
    const slash = await ask(line('/api/finished_runs/?page=1', 'X-Forwarded-Proto: https\r\n'));
    assert.deepEqual([slash.status, slash.location], [307, 'https://h:1/api/finished_runs?page=1']);
    assert.equal((await ask(line('/api/rate_limit//'))).location, 'http://h:1/api/rate_limit');
    assert.equal((await ask(line('/api/pgn/a%0d%0ab/'))).location, 'http://h:1/api/pgn/a%0D%0Ab');
    assert.equal((await ask(line('/api//rate_limit'))).status, 404);
    const body = `GET /api/calc_elo?W=1&D=1&L=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n{"a":`;
    assert.equal((await ask(body)).status, 200);
  });
});

function asJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}
