/** The built server over a fishtest database: killed, kept out, cut off, and what it leaves behind. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ObjectId } from 'mongodb';
import { CutProxy } from '../chaos/cut-proxy.js';
import { shoal } from '../cli/harness.js';
import { checkDatabase } from '../store/model-check.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { RUN_ID, seed, workerInfo } from './seed.js';
import { ServerProcess } from './server-process.js';

const STATS = { wins: 2, losses: 2, draws: 12, crashes: 0, time_losses: 0, pentanomial: [0, 2, 4, 2, 0] };
const SHUTDOWN_MS = 8000;
const MORE_STATS = { ...STATS, draws: 14, pentanomial: [0, 2, 5, 2, 0] };

describe('the built server over MongoDB', { skip: withoutMongodb, timeout: 240_000 }, () => {
  let directory: string;
  let place: MongodbPlace;
  let proxy: CutProxy;
  let env: Record<string, string>;
  let server: ServerProcess;
  const call = (key: string, more: object = {}) => ({
    password: 'secret',
    worker_info: workerInfo(key),
    ...more,
  });
  const first = { run_id: RUN_ID, task_id: 0 };
  const run = () => place.db.collection('runs').findOne({ _id: new ObjectId(RUN_ID) });

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-mongodb-'));
    place = await mongodbPlace();
    await seed(place.url);
    const opened = await CutProxy.open(place.url);
    proxy = opened.proxy;
    env = {
      STORE_URL: opened.url,
      SHOAL_DATA: directory,
      FLUSH_INTERVAL_MS: '100',
      SHUTDOWN_TIMEOUT_MS: String(SHUTDOWN_MS),
    };
    server = await ServerProcess.start(directory, env);
  });

  after(async () => {
    await server?.end('SIGKILL');
    await proxy?.close();
    await place?.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('keeps every acknowledged result when it is killed', async () => {
    const given = await server.post('/api/request_task', call('aaaa1111'));
    assert.equal(given.body['task_id'], 0);
    const update = await server.post('/api/update_task', call('aaaa1111', { ...first, stats: STATS }));
    assert.equal(update.body['task_alive'], true);
    const other = await server.post('/api/request_task', call('dddd4444'));
    assert.equal(other.body['task_id'], 1);
    await server.end('SIGKILL');
    server = await ServerProcess.start(directory, env);
    const tasks = (await run())?.['tasks'] as { stats: unknown; active: boolean }[];
    assert.deepEqual(tasks[0]?.stats, STATS);
    assert.deepEqual(
      tasks.map(({ active }) => active),
      [true, true],
    );
    const beat = await server.post('/api/beat', call('aaaa1111', first));
    assert.deepEqual([beat.status, beat.body['task_alive']], [200, true]);
    const second = await server.post('/api/request_task', call('bbbb2222'));
    assert.equal(second.body['task_id'], 2);
  });

  it('keeps a second primary out', async () => {
    await assert.rejects(ServerProcess.start(directory, env), /in use by the process with pid \d+/);
  });

  it('serves from memory while the database is away, and loses nothing', async (t) => {
    t.after(() => proxy.join());
    proxy.cut();
    const beat = await server.post('/api/beat', call('aaaa1111', first)).catch((error: unknown) => {
      for (const entry of server.log) t.diagnostic(JSON.stringify(entry));
      throw error;
    });
    // Answered before the database is back: it waits for nothing.
    assert.deepEqual([beat.status, beat.body['task_alive']], [200, true]);

    const update = () => server.post('/api/update_task', call('aaaa1111', { ...first, stats: MORE_STATS }));
    // On a slow machine the rest takes longer than an answer waits; a worker sends the update again then.
    const updated = update().catch(() => undefined);
    // When the server knows that its store is away, it gives no tasks and still takes beats.
    await waitFor(async () => server.log.some(({ msg }) => /store refused a batch.* changes wait/.test(msg)));
    assert.equal((await fetch(`${server.url}/readyz`)).status, 503);
    await waitFor(async () => {
      const page = await fetch(`${server.url}/login`);
      return page.status === 503 && /cannot reach its database/.test(await page.text());
    });
    const status = await shoal(['--data', directory, 'status']);
    assert.equal(status.code, 0, status.err);
    assert.match(status.out, /^state +store unreachable$/m);
    assert.match(status.out, /^users +not known: the store does not answer$/m);
    const list = await shoal(['--data', directory, 'user', 'list']);
    assert.equal(list.code, 1);
    assert.match(list.err, /cannot reach its database/);
    const refused = await server.post('/api/request_task', call('cccc3333'));
    assert.match(String(refused.body['info']), /cannot reach its database/);
    assert.equal(refused.body['task_waiting'], false);
    assert.equal((await server.post('/api/beat', call('bbbb2222', { ...first, task_id: 2 }))).status, 200);

    proxy.join();
    const acknowledged = (await updated) ?? (await update());
    assert.deepEqual([acknowledged.status, acknowledged.body['task_alive']], [200, true]);
    await waitFor(async () => isDeepStrictEqual((await run())?.['tasks'][0].stats, MORE_STATS));
    await waitFor(async () => (await fetch(`${server.url}/readyz`)).status === 200);
    const next = await server.post('/api/request_task', call('cccc3333'));
    assert.equal(next.body['task_id'], 3);
  });

  it('ends in time when it is told to while the database is away, and says what that means', async (t) => {
    t.after(() => proxy.join());
    proxy.cut();
    const stats = { ...STATS, draws: 16, pentanomial: [0, 2, 6, 2, 0] };
    const unacknowledged = server
      .post('/api/update_task', call('aaaa1111', { ...first, stats }))
      .then(({ status }) => status)
      .catch(() => 'cut');
    await waitFor(async () => (await fetch(`${server.url}/readyz`)).status === 503);
    // It would wait for the database for ever, were there no SHUTDOWN_TIMEOUT_MS; shutdown.test.ts has the times of its steps.
    assert.equal(await server.end('SIGTERM'), 1);
    assert.equal(server.log.at(-1)?.msg, 'ended, not cleanly');
    const loss = server.log.find(({ msg }) => /nothing acknowledged is lost/.test(msg));
    assert.ok(Number(loss?.['changes']) >= 1, JSON.stringify(server.log.slice(-5)));
    assert.notEqual(await unacknowledged, 200);
    proxy.join();
    // The next test ends it in order, which takes a busy machine longer than this one had.
    server = await ServerProcess.start(directory, { ...env, SHUTDOWN_TIMEOUT_MS: '60000' });
    assert.deepEqual((await run())?.['tasks'][0].stats, MORE_STATS);
  });

  it('drains on SIGTERM and leaves the database to others', async () => {
    assert.equal(await server.end('SIGTERM'), 0);
    const lease = await place.db
      .collection<{ _id: string; holder: string | null }>('shoal')
      .findOne({ _id: 'primary' });
    assert.equal(lease?.holder, null);
    assert.deepEqual((await run())?.['results'], MORE_STATS);
  });

  it('has left only documents that obey the model, in the types of the model', async () => {
    const { problems, counts } = await checkDatabase(place.db);
    assert.deepEqual(problems, []);
    assert.equal(counts['runs'], 1);
    assert.ok(counts['actions']! >= 2, `${counts['actions']} actions`);
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (await condition()) return;
    await sleep(100);
  }
  throw new Error('it did not come true within 15 s');
}
