/** The public read API of the built server about runs and tasks (docs/spec/worker-api.md §5). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AdminClient } from '../../src/cli/admin-client.js';
import { answerRead } from '../../src/pool/reads/answer-read.js';
import { openStore } from '../../src/store/open-store.js';
import { EPOCH, FINISHED, finishedId, LIVE, RESULTS, TUNE } from './public-seed.js';
import { PublicSite } from './public-site.js';

describe('the public read API: runs', () => {
  const site = PublicSite.ofSuite();
  const get: PublicSite['get'] = (path, headers) => site.get(path, headers);

  it('lists unfinished runs by id, without tasks and history', async () => {
    const { json } = await get('/api/active_runs');
    assert.deepEqual(Object.keys(json).sort(), [LIVE, TUNE]);
    assert.equal(json[LIVE].start_time, '2023-11-14 22:13:20+00:00');
    for (const key of ['tasks', 'bad_tasks']) assert.ok(!(key in json[LIVE]));
    assert.ok(!('param_history' in json[TUNE].args.spsa));
    assert.equal(json[TUNE].args.spsa.params[0].theta, 1);
    const reader = await openStore(`sqlite:${site.directory}`).openReader();
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
      assert.equal((await get(`/api/get_task/${id}/0`)).status, 404);
      assert.equal((await get(`/api/get_elo/${id}`)).status, 404);
    }
  });

  it('tells an operator that a text which is no id names no run', async () => {
    const admin = new AdminClient({ data: site.directory }, {});
    for (const id of ['abc', '', `${LIVE}0`, LIVE.toUpperCase(), '0'.repeat(24)]) {
      await assert.rejects(admin.call('runShow', { id }), new RegExp(`there is no run ${id}`));
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
});
