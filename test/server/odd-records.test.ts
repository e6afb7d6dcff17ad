/** Records of old databases, whatever their members are: the server starts on them, every page and the API answer, and nothing is lost. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { type Db, ObjectId } from 'mongodb';
import { migrateStore } from '../../src/store/migrate-store.js';
import { openStore } from '../../src/store/open-store.js';
import { putOddRecords } from '../fixtures/odd-records.js';
import { HttpMember } from '../site/http-member.js';
import { seedFiles, seedPeople } from '../site/site-seed.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { RUN_ID, workerInfo } from './seed.js';
import { ServerProcess } from './server-process.js';

const PATHS = [
  '/tests',
  '/tests?format=csv',
  '/tests/machines',
  '/tests/finished',
  '/tests/user/ann',
  '/tests/user/odd0000',
  `/tests/view/${RUN_ID}`,
  `/tests/view/${RUN_ID}/detail`,
  `/tests/tasks/${RUN_ID}`,
  `/tests/stats/${RUN_ID}`,
  '/actions',
  '/actions?user=odd',
  '/actions?action=failed_task',
  '/actions?text=why',
  `/actions?run_id=${RUN_ID}`,
  '/actions.atom',
  '/actions/news',
  '/actions?page=2',
  '/actions?sort=source&order=asc',
  '/actions?sort=event',
  '/actions?page=3',
  '/actions?max_actions=100',
  '/contributors',
  '/contributors?search=odd',
  '/contributors/monthly',
  '/contributors?page=2',
  '/nns',
  '/nns?page=2',
  '/nns?network_name=nn',
  '/nns?user=ann',
  '/nns?master_only=1',
  '/upload',
  '/workers/show',
  '/workers/odd0000-4cores-abcd1234',
  '/user',
  '/user/export',
  '/follows',
  '/user/ann',
  '/user_management',
  '/user_management?group=idle',
  '/user_management?group=all',
  '/user_management?group=all&page=2',
  '/user_management?group=all&page=3',
  '/user_management?group=blocked',
  '/user_management?group=approvers',
  '/user_management?search=odd',
  '/user_management?group=idle&search=odd',
  '/tests/run',
  '/rate_limits',
  '/rate_limits/server',
  '/tests/finished?username=odd&text=x',
  '/api/active_runs',
  '/api/finished_runs?page=1',
  `/api/get_run/${RUN_ID}`,
  '/api/rate_limit',
];
const settings = { SHOAL_GITHUB: 'off', FLUSH_INTERVAL_MS: '100' };

async function look(server: ServerProcess, found: string[]): Promise<void> {
  const cora = await HttpMember.signIn(server.url, 'cora');
  const get = async (path: string) => {
    const answer = await cora.get(path);
    const text = await answer.text();
    if (answer.status >= 500) found.push(`${path}: ${answer.status} ${text.slice(0, 200)}`);
    return text;
  };
  for (const path of PATHS) await get(path);
  for (let i = 0; i < 108; i += 3) await get(`/user/odd${i.toString(36).padStart(4, '0')}`);
  for (const query of [{}, { action: 'failed_task' }, { username: { $exists: true } }]) {
    const { status } = await server.post('/api/actions', query).catch((error) => ({ status: String(error) }));
    if (Number(status) >= 500 || typeof status === 'string')
      found.push(`actions ${JSON.stringify(query)}: ${status}`);
  }
  for (let i = 1; i < 108; i += 4) {
    const info = { ...workerInfo('abcd1234'), username: `odd${i.toString(36).padStart(4, '0')}` };
    const { status, body } = await server.post('/api/request_task', {
      password: 'tidal-Kelp-forest-91',
      worker_info: info,
    });
    if (status >= 500) found.push(`request_task ${info.username}: ${status} ${JSON.stringify(body)}`);
  }
  for (const entry of server.log)
    if (Number((entry as { level?: number }).level) >= 50) found.push(JSON.stringify(entry).slice(0, 900));
}

/** As texts, in the order of their keys. A number that stands for an instant comes back as a date. */
async function all(db: Db, collection: string): Promise<string[]> {
  const documents = await db.collection(collection).find().sort({ _id: 1 }).toArray();
  return documents.map((document) => inspect(withoutDates(document), { depth: 9 }));
}

function withoutDates(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(withoutDates);
  if (typeof value !== 'object' || value === null || value instanceof ObjectId) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, withoutDates(member)])
      .sort(),
  );
}

describe('odd records of old databases', { skip: withoutMongodb, timeout: 170_000 }, () => {
  let directory: string;
  let place: MongodbPlace;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-odd-'));
    place = await mongodbPlace('infinity');
    await seedPeople(place.url);
    await seedFiles(place.url);
    await putOddRecords(place.db);
  });
  after(async () => {
    await place.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('do not stop a start or a page, and are all there afterwards', async () => {
    const found: string[] = [];
    const before = new Map<string, string[]>();
    for (const name of ['users', 'workers', 'nns', 'actions']) before.set(name, await all(place.db, name));
    const server = await ServerProcess.start(directory, {
      ...settings,
      STORE_URL: place.url,
      SHOAL_DATA: directory,
    });
    await look(server, found).finally(() => server.end('SIGTERM'));
    assert.deepEqual(found, []);
    for (const [name, documents] of before) {
      const left = new Set(await all(place.db, name));
      assert.deepEqual(
        documents.filter((document) => !left.has(document)),
        [],
        name,
      );
    }
  });

  it('move to the other store and back', async () => {
    const found: string[] = [];
    const sqlite = `sqlite:${join(directory, 'moved')}`;
    await migrateStore(openStore(place.url), openStore(sqlite), { name: 'a' });
    const server = await ServerProcess.start(join(directory, 'moved'), settings);
    await look(server, found).finally(() => server.end('SIGTERM'));
    assert.deepEqual(found, []);
    const back = await mongodbPlace('infinity');
    try {
      await migrateStore(openStore(sqlite), openStore(back.url), { name: 'b' });
      for (const collection of ['users', 'workers', 'nns'])
        assert.deepEqual(await all(back.db, collection), await all(place.db, collection));
      const actions = new Set(await all(back.db, 'actions'));
      assert.deepEqual(
        (await all(place.db, 'actions')).filter((action) => !actions.has(action)),
        [],
      );
    } finally {
      await back.remove();
    }
  });
});
