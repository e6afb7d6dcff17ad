/** A sample of the fuzzer against the built server, and one test for each classic attack. `npm run fuzz` sends more. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { matchArchs } from '../../src/rules/arch-filter.js';
import { RUN_ID, workerInfo } from '../server/seed.js';
import { Connection } from './connection.js';
import { fuzz } from './fuzz.js';
import { visitors } from './site-visitors.js';
import { Target } from './target.js';

const SAMPLE = 800;
const CONNECTIONS = 16;
const MEBIBYTE = 1024 * 1024;

describe('bad input', () => {
  let target: Target;
  const seed = Number(process.env['SHOAL_SEED'] ?? Math.floor(Date.now() / 1000));

  before(async () => {
    target = await Target.start();
  });

  after(async () => {
    assert.equal(await target.stop(), 0);
  });

  const task = () => ({
    password: 'secret',
    worker_info: workerInfo('aaaa1111'),
    run_id: RUN_ID,
    task_id: 0,
  });
  const post = async (path: string, body: string | Buffer, headers: Record<string, string> = {}) => {
    const response = await fetch(target.server.url + path, { method: 'POST', body, headers });
    return { status: response.status, text: await response.text() };
  };
  const unchanged = async (act: () => Promise<void>) => {
    const before = await target.state();
    await act();
    assert.equal(await target.state(), before);
    assert.deepEqual(target.errors(), []);
  };

  it('made from the schemas is answered as the protocol names', async () => {
    const report = await fuzz(target, { seed, from: 0, inputs: SAMPLE, connections: CONNECTIONS });
    assert.deepEqual(report.problems, [], `SHOAL_SEED=${seed}`);
    assert.deepEqual(target.errors(), [], `SHOAL_SEED=${seed}`);
  });

  it('of forms, cookies and queries is answered as the pages name, without its markup', async () => {
    const people = await visitors(target.server.url);
    const plan = { seed, from: 0, inputs: SAMPLE, connections: CONNECTIONS, visitors: people };
    const { problems, statuses } = await fuzz(target, plan);
    assert.deepEqual(problems, [], `SHOAL_SEED=${seed}`);
    assert.deepEqual(target.errors(), [], `SHOAL_SEED=${seed}`);
    for (const status of [200, 302, 403, 404, 422]) assert.ok(statuses.has(status), `none with ${status}`);
  });

  it('that the schemas refuse changes nothing', async () => {
    await unchanged(async () => {
      const plan = { seed, from: 100_000, inputs: SAMPLE, connections: CONNECTIONS, refusedOnly: true };
      assert.deepEqual((await fuzz(target, plan)).problems, [], `SHOAL_SEED=${seed}`);
    });
  });

  it('that comes in pieces is answered as the whole', async () => {
    const beat = JSON.stringify(task());
    const send = async (port: number, path: string, body: string, pieces: number) => {
      const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
      const connection = new Connection(port);
      const { status } = await connection.request(Buffer.from(head + body), false, pieces);
      connection.close();
      return status;
    };
    for (const pieces of [1, 2, 3, 20]) {
      assert.equal(await send(target.port, '/api/beat', beat, pieces), 400);
      assert.equal(await send(target.port, '/api/beat', '', pieces), 400);
      assert.equal(await send(target.port, '/api/calc_elo', '', pieces), 405);
      assert.equal(await send(target.adminPort, '/admin/status', '', pieces), 401);
    }
  });

  it('of gzip bombs is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(128 * MEBIBYTE));
    await unchanged(async () => {
      const before = await target.memory();
      const { status } = await post('/api/beat', bomb, { 'Content-Encoding': 'gzip' });
      assert.equal(status, 400);
      // A stored game file is never unpacked either: it is served as it came.
      const upload = JSON.stringify({ ...task(), task_id: 1_000_000, pgn: bomb.toString('base64') });
      assert.equal((await post('/api/upload_pgn', upload)).status, 400);
      const growth = (await target.memory()) - before;
      assert.ok(growth < 64 * MEBIBYTE, `memory grew by ${growth}`);
    });
  });

  it('of great depth is refused', async () => {
    const depth = 100_000;
    const [open, close] = ['[', ']'].map((bracket) => bracket.repeat(depth)) as [string, string];
    const objects = `${'{"a":'.repeat(depth / 2)}1${'}'.repeat(depth / 2)}`;
    const nested = [`${open}${close}`, objects, `{"password":"secret","worker_info":${open}${close}}`];
    for (const member of [`${open}${close}`, objects]) {
      const body = JSON.stringify({ ...task(), stats: 'HERE' }).replace('"HERE"', member);
      nested.push(body, body.replace('"joe"', `"joe","x":${member}`));
    }
    await unchanged(async () => {
      for (const body of nested) {
        const { status, text } = await post('/api/update_task', body);
        assert.equal(status, 400, text.slice(0, 200));
      }
    });
  });

  it('of prototype keys reaches no prototype', async () => {
    const valid = JSON.stringify(task());
    await unchanged(async () => {
      for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
        for (const value of ['{"blocked":true,"username":"joe"}', 'null', '1']) {
          const outer = valid.replace('{', `{"${key}":${value},`);
          const inner = valid.replace('"worker_info":{', `"worker_info":{"${key}":${value},`);
          assert.equal((await post('/api/beat', outer)).status, 400, outer);
          assert.equal((await post('/api/beat', inner)).status, 400, inner);
        }
      }
      const nameless = valid.replace('"username":"joe"', '"username":"__proto__"');
      assert.ok([400, 401].includes((await post('/api/beat', nameless)).status));
    });
  });

  it('of numbers that no count can be is refused', async () => {
    const stats = '{"wins":W,"losses":0,"draws":0,"crashes":0,"time_losses":0,"pentanomial":[0,0,0,0,0]}';
    const numbers = [
      'NaN',
      'Infinity',
      '-Infinity',
      '1e309',
      '-1e309',
      '-1',
      '0.5',
      '1e21',
      '2147483648',
      '9'.repeat(5000),
    ];
    await unchanged(async () => {
      for (const number of numbers) {
        const update = JSON.stringify({ ...task(), stats: 'S' }).replace('"S"', stats.replace('W', number));
        const id = JSON.stringify(task()).replace('"task_id":0', `"task_id":${number}`);
        for (const body of [update, id]) {
          const { status, text } = await post('/api/update_task', body);
          assert.equal(status, 400, `${number.slice(0, 20)}: ${text.slice(0, 200)}`);
        }
      }
      const nps = JSON.stringify(task()).replace('"nps":650000', '"nps":NaN');
      assert.equal((await post('/api/beat', nps)).status, 400);
    });
  });

  it('of patterns that make other engines run for ever comes to an end', () => {
    const long = 'a'.repeat(2000);
    for (const pattern of [
      '(a+)+$',
      '(a|aa)+$',
      '(a*)*b',
      '(.*a){20}',
      '^(([a-z])+.)+[A-Z]([a-z])+$',
      '(a?){50}a{50}',
    ]) {
      const outcome = matchArchs(pattern, [long, `${long}!`]);
      assert.ok('error' in outcome || outcome.matches.length === 2);
    }
  });
});
