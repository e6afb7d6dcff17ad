/** The public read API of the built server but for runs (docs/spec/worker-api.md §5), over a store that has something for all of it. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import Schema from 'typebox/schema';
import { findRoute } from '../../src/http/transport/api-routes.js';
import { openStore } from '../../src/store/open-store.js';
import { converse } from '../replay/raw-http.js';
import { action, EPOCH, finishedId, LIVE, NET, TUNE } from './public-seed.js';
import { GAME, type Json, LARGE, PublicSite } from './public-site.js';

describe('the public read API', () => {
  const site = PublicSite.ofSuite();
  const get: PublicSite['get'] = (path, headers) => site.get(path, headers);
  const actions: PublicSite['actions'] = (filter) => site.actions(filter);

  it('finds actions by the operators that are allowed', async () => {
    const texts = async (filter: unknown) =>
      (await actions(filter)).json.map(({ _id }: Json) => Number.parseInt(_id.slice(-4), 16));
    const all = await actions({});
    assert.equal(all.json.length, 200);
    assert.equal(all.headers.get('access-control-allow-origin'), '*');
    const times = all.json.map(({ time }: Json) => time);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
      'newest first',
    );
    const old = await actions({ time: { $lt: EPOCH + 250 } });
    assert.deepEqual([old.json[0], old.json.length], [action(249, {}), 200]);
    for (const everything of ['null', '[]']) assert.equal((await actions(everything)).json.length, 200);
    for (const nothing of ['', '{', '"x"', '7', 'true', '[1]'])
      assert.deepEqual((await actions(nothing)).json, [], nothing);
    assert.deepEqual(await texts({ action: 'failed_task' }), [300]);
    assert.deepEqual(
      await texts({ action: { $in: ['failed_task', 'finished_run'] }, run_id: { $in: [TUNE, LIVE] } }),
      [301, 300],
    );
    assert.deepEqual(await texts({ time: { $gte: EPOCH + 249, $lt: EPOCH + 400 } }), [301, 300, 249]);
    assert.deepEqual(await texts({ time: { $gt: EPOCH + 247, $lt: EPOCH + 249.5 } }), [249, 248]);
    assert.deepEqual(await texts({ $or: [{ task_id: 1 }, { username: { $eq: 'jane' } }] }), [301, 300]);
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
    const one = await fetch(`${site.server.url}/api/pgn/${LIVE}-10.pgn`);
    assert.equal(await one.text(), '[Event "?"]\n');
    assert.equal(one.headers.get('content-length'), String(GAME.length));
    assert.equal(one.headers.get('content-disposition'), `attachment; filename="${LIVE}-10.pgn"`);
    const whole = await fetch(`${site.server.url}/api/run_pgns/${LIVE}.pgn.gz`);
    const bytes = Buffer.from(await whole.arrayBuffer());
    assert.ok(bytes.equals(Buffer.concat([LARGE, LARGE, GAME])));
    assert.equal(whole.headers.get('content-encoding'), null);
    assert.equal(gunzipSync(bytes).length, 12_000_012);
    const head = await fetch(`${site.server.url}/api/run_pgns/${LIVE}.pgn.gz`, { method: 'HEAD' });
    assert.equal(head.headers.get('content-length'), String(bytes.length));
    assert.equal((await get(`/api/run_pgns/${TUNE}.pgn.gz`)).status, 404);
    assert.equal((await get(`/api/run_pgns/${LIVE}.pgn`)).status, 400);
    for (const id of ['abc', `${LIVE}0`, '0']) {
      assert.equal((await get(`/api/run_pgns/${id}.pgn.gz`)).status, 404, id);
      assert.equal((await get(`/api/pgn/${id}-0.pgn`)).status, 404, id);
    }
    const upper = await fetch(`${site.server.url}/api/pgn/${LIVE.toUpperCase()}-10.pgn`);
    assert.deepEqual([upper.status, (await upper.arrayBuffer()).byteLength > 0], [200, true]);
    assert.equal(
      (await fetch(`${site.server.url}/api/run_pgns/${LIVE.toUpperCase()}.pgn.gz`, { method: 'HEAD' }))
        .status,
      200,
    );
    for (const name of [`${LIVE}-1.pgn`, `${LIVE}-010.pgn`, LIVE, `${LIVE}-10x.pgn`, '-', '..']) {
      assert.notEqual((await get(`/api/pgn/${name}`)).status, 200, name);
    }
    const injected = await get(`/api/pgn/${LIVE}-10.x%0d%0aSet-Cookie:a=b%22`);
    assert.deepEqual([injected.status, injected.headers.get('set-cookie')], [200, null]);
  });

  it('does not read ahead of a client that does not read', async () => {
    const { hostname, port } = new URL(site.server.url);
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
      (await fetch(`${site.server.url}/api/nn/${NET}`, { method: 'HEAD', redirect: 'manual' })).status,
      302,
    );
    assert.equal((await get('/api/nn/nn-000000000000.nnue')).status, 404);
    const reader = await openStore(`sqlite:${site.directory}`).openReader();
    const deadline = Date.now() + 60_000;
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
    const known = await actions({ action: { $in: ['log_message', 'system_event'] } });
    for (const entry of known.json.slice(0, 20)) assert.ok(schemaOf('Action').Check(entry));
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
    const head = await fetch(`${site.server.url}/api/calc_elo?W=1&D=1&L=1`, { method: 'HEAD' });
    assert.ok(Number(head.headers.get('content-length')) > 20);
    const options = await fetch(`${site.server.url}/api/actions`, { method: 'OPTIONS' });
    assert.deepEqual([options.status, options.headers.get('allow')], [405, 'POST']);
    assert.equal(options.headers.get('access-control-allow-origin'), null);
    const url = new URL(site.server.url);
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
