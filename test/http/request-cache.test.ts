/** Known bodies are found by all of their bytes, and known requests only while their account is as it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BodyCache } from '../../src/http/worker-api/body-cache.js';
import { RequestCache } from '../../src/http/worker-api/request-cache.js';
import { Region } from '../../src/memory/region.js';
import { checkRequest, normaliseRequest, parseBody, type WorkerRequest } from '../../src/protocol/request.js';
import { State } from '../../src/state/state.js';
import { fullRequest } from '../protocol/samples.js';

test('a body is found by exactly its bytes, from its second coming on', () => {
  const bodies = fc.array(fc.uint8Array({ minLength: 0, maxLength: 1100 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(bodies, (all) => {
      const known = new BodyCache<string>(16);
      for (const bytes of [...all, ...all, ...all]) {
        const found = known.find(bytes);
        if (found !== undefined) assert.equal(found, Buffer.from(bytes).toString('hex'));
        else if (known.seenBefore()) known.remember(Buffer.from(bytes).toString('hex'));
      }
    }),
  );
  const known = new BodyCache<number>(1024);
  const one = Buffer.from('x'.repeat(700));
  assert.equal(known.find(one), undefined);
  assert.equal(known.seenBefore(), false);
  assert.equal(known.find(one), undefined);
  assert.equal(known.seenBefore(), true);
  known.remember(1);
  assert.equal(known.find(one), 1);
  for (let at = 0; at < 700; at++) {
    const changed = Buffer.from(one);
    changed[at] = 0x79;
    assert.equal(known.find(changed), undefined, `byte ${at} makes a difference`);
  }
  const longer = Buffer.concat([one.subarray(0, 300), Buffer.from('between'), one.subarray(300)]);
  assert.equal(known.find(longer, 300, 307), 1);
  assert.equal(known.find(longer, 300, 306), undefined);
});

test('bodies that differ in one short number anywhere do not push each other out', () => {
  for (const at of [10, 300, 560]) {
    const known = new BodyCache<number>(4096);
    const bodies = Array.from({ length: 1000 }, (_, i) => {
      const body = Buffer.alloc(570, 'abcdefg');
      body.write(String(1000 + i), at);
      return body;
    });
    for (let time = 0; time < 2; time++) {
      bodies.forEach((body, i) => {
        known.find(body);
        if (known.seenBefore()) known.remember(i);
      });
    }
    const kept = bodies.filter((body, i) => known.find(body) === i).length;
    assert.ok(kept > 900, `${kept} of 1000 bodies that differ at byte ${at}`);
  }
});

const USER = { username: 'joe', blocked: false, pending: false, machine_limit: 4 };
const STATS =
  ', "stats": {"wins": 1, "losses": 1, "draws": 2, "crashes": 0, "time_losses": 0, "pentanomial": [0, 0, 2, 0, 0]}}';

function setUp() {
  const region = Region.create(64 * 1024 * 1024);
  const sizes = { runs: 16, tasks: 1024, workers: 1024, users: 64, slabBytes: 1024 * 1024 };
  const { users, threads } = new State(region, sizes);
  threads.join('test', { parks: true });
  const sample = fullRequest() as unknown as WorkerRequest;
  const { password } = sample;
  const username = sample.worker_info.username;
  users.set({ ...USER, username });
  const verify = (now: number) => users.remember(username, password, users.version(username)!, now);
  verify(0);
  const { stats: _stats, spsa: _spsa, pgn: _pgn, message: _message, ...rest } = sample;
  const beat = Buffer.from(JSON.stringify({ ...rest, run_id: 'a'.repeat(24), task_id: 7 }));
  const known = new RequestCache(users, 1000);
  const account = () => ({ record: users.find(username), version: users.versionAt(users.find(username)) });
  const learn = (route: 'beat' | 'update_task' | 'request_version', bytes: Buffer, full = true) => {
    for (let time = 0; time < 2; time++) {
      assert.equal(known.find(route, bytes, 0), undefined);
      const body = parseBody(bytes);
      if (full) assert.equal(checkRequest(body), undefined);
      known.remember(route, bytes, full ? normaliseRequest(body) : undefined, account());
    }
  };
  return { users, username, verify, beat, known, learn };
}

test('a known beat is refused a short cut when its account changed or its credential is old', () => {
  const { users, username, verify, beat, known, learn } = setUp();
  learn('beat', beat);
  assert.equal(known.find('beat', beat, 1000)?.request?.task_id, 7);
  assert.equal(known.find('beat', beat, 1001), undefined);
  users.set({ ...USER, username, blocked: true });
  assert.equal(known.find('beat', beat, 1000), undefined);
  users.set({ ...USER, username });
  assert.equal(known.find('beat', beat, 1000), undefined);
  verify(0);
  assert.equal(known.find('beat', beat, 1000), undefined, 'another password may have been verified');
});

test('an update is its known beginning and its stats', () => {
  const { beat, known, learn } = setUp();
  const update = (stats: string) => Buffer.concat([beat.subarray(0, -1), Buffer.from(stats)]);
  learn('update_task', update(STATS));
  const found = known.find('update_task', update(STATS.replace('"draws": 2', '"draws": 2 ')), 0);
  assert.deepEqual(found?.request, normaliseRequest(parseBody(update(STATS))));
  for (const stats of [
    STATS.replace('"wins": 1', '"wins": -1'),
    STATS.replace('"wins": 1', '"wins": true'),
    STATS.replace('}}', '}, "password": "other"}'),
    STATS.replace('}}', '}, "__proto__": {}}'),
    STATS.replace('}}', '}'),
    STATS.replace('"wins"', '"wïns"'),
  ]) {
    assert.equal(known.find('update_task', update(stats), 0), undefined, stats);
  }
  assert.notEqual(known.find('beat', beat, 0), undefined, 'the beginning is the beat');
});

test('an update with its stats in the middle, as the real worker sends it, is known around them', () => {
  const { beat, known, learn } = setUp();
  const { password, worker_info } = parseBody(beat) as unknown as WorkerRequest;
  const head = `{"password": ${JSON.stringify(password)}, "run_id": "${'a'.repeat(24)}", "task_id": 7`;
  const tail = `, "worker_info": ${JSON.stringify(worker_info)}}`;
  const inner = STATS.slice(0, -1);
  const update = (stats: string, before = head, after = tail) => Buffer.from(before + stats + after);
  learn('update_task', update(inner));
  const other = inner.replace('"draws": 2', '"draws": 2 ');
  const found = known.find('update_task', update(other), 0);
  assert.deepEqual(found?.request, normaliseRequest(parseBody(update(other))));
  assert.notEqual(known.find('beat', Buffer.from(head + tail), 0), undefined, 'the rest is the beat');

  const quote = head.lastIndexOf('"', head.indexOf('", "run_id"') + 1);
  const insidePassword = head.slice(0, quote) + inner + head.slice(quote) + tail;
  const insideInfo = (head + tail).replace(/("concurrency":)/, `"concurrency": 1${inner}, $1`);
  for (const body of [insidePassword, insideInfo]) {
    assert.equal(known.find('update_task', Buffer.from(body), 0), undefined, body);
  }
});

test('stats that come twice are left to the parser, for which the last ones count', () => {
  const { beat, known } = setUp();
  const twice = Buffer.concat([beat.subarray(0, -1), Buffer.from(STATS.slice(0, -1) + STATS)]);
  for (let time = 0; time < 3; time++) {
    assert.equal(known.find('update_task', twice, 0), undefined);
    const body = normaliseRequest(parseBody(twice));
    known.remember('update_task', twice, body, { record: 0, version: 1 });
  }
});

test('what passed the access gate only is known to request_version only', () => {
  const { beat, known, learn } = setUp();
  learn('request_version', beat, false);
  assert.notEqual(known.find('request_version', beat, 0), undefined);
  assert.equal(known.find('beat', beat, 0), undefined);
});
