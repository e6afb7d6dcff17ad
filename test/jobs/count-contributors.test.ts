/** The contributors' caches follow from the runs of the store: every run counts once, however often and wherever it is counted. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { ContributorCount } from '../../src/jobs/count-contributors.js';
import type {
  ContributorDocument,
  RunDocument,
  TaskDocument,
  UserDocument,
} from '../../src/model/documents.js';
import { gameDuration } from '../../src/rules/game-time.js';
import { Farm } from '../golden/farm.js';
import { runHead, user, workerInfo } from '../store/documents.js';
import { mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { sqlitePlace } from '../store/sqlite-place.js';
import type { StorePlace } from '../store/store-place.js';

const NOW = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const HOURS_A_GAME = gameDuration('10+0.1') / 3600;

function task(username: string, games: number, parts: Partial<TaskDocument> = {}): TaskDocument {
  return {
    num_games: 200,
    active: false,
    last_updated: NOW - DAY,
    start: 0,
    stats: {
      wins: games,
      losses: 0,
      draws: 0,
      crashes: 0,
      time_losses: 0,
      pentanomial: [0, 0, 0, 0, games / 2],
    },
    worker_info: { ...workerInfo(1), username, nps: 628_000, concurrency: 4 },
    ...parts,
  };
}

function run(
  daysAgo: number,
  owner: string,
  tasks: TaskDocument[],
  parts: Partial<RunDocument> = {},
): RunDocument {
  const start = NOW - daysAgo * DAY;
  const head = runHead(0);
  const active = tasks.filter((each) => each.active).length;
  return {
    ...head,
    _id: `${Math.floor(start / 1000)
      .toString(16)
      .padStart(8, '0')}${'0'.repeat(16)}`,
    start_time: start,
    last_updated: start + 1000,
    finished: true,
    workers: active,
    cores: 4 * active,
    args: { ...head.args, username: owner },
    tasks,
    bad_tasks: [],
    ...parts,
  };
}

const RUNS = [
  run(100, 'owner', [task('ann', 100), task('bob', 10)]),
  run(90, 'owner', [task('cora', 20)], { finished: false }),
  run(31, 'owner', [task('ann', 40)]),
  run(10, 'other', [task('ann', 6), task('bob', 4), task('eve', 50, { bad: true })]),
  run(1, 'other', [task('dave', 2, { active: true, last_updated: NOW })], { finished: false }),
];

async function farmOn(place: StorePlace, runs = RUNS): Promise<Farm> {
  const users = [user('ann'), { ...user('owner'), tests_repo: 'https://github.com/owner/fish' }];
  const accounts = users.map((each: UserDocument) => ({ user: each, cpuHours: undefined }));
  const farm = await Farm.open({ users: accounts, workers: [], runs, keyValues: [] }, NOW, place);
  after(async () => {
    await farm.stop();
    await farm.remove();
  });
  return farm;
}

type Parts = Partial<ConstructorParameters<typeof ContributorCount>[0]>;

async function count(farm: Farm, parts: Parts = {}, signal = new AbortController().signal): Promise<string> {
  const { state, reader } = farm;
  const job = new ContributorCount({ state, reader, mode: 'auto', now: () => NOW, ...parts });
  const said = await job.run(signal);
  await farm.drain();
  return said;
}

async function gamesOf(farm: Farm, period: 'all' | 'month'): Promise<Record<string, number>> {
  const entries = await farm.reader.contributors(period);
  return Object.fromEntries(entries.map(({ username, games }) => [username, games]).sort());
}

async function entryOf(farm: Farm, username: string): Promise<ContributorDocument> {
  const found = (await farm.reader.contributors('all')).find((entry) => entry.username === username);
  assert.ok(found, username);
  return found;
}

const ALL = { ann: 146, bob: 14, cora: 20, dave: 2, other: 0, owner: 0 };

const STORES: readonly [string, () => Promise<StorePlace>, string | false][] = [
  ['SQLite', sqlitePlace, false],
  ['MongoDB', () => mongodbPlace('infinity'), withoutMongodb],
];

for (const [name, open, skip] of STORES) {
  describe(`contributors are counted on ${name}`, { skip }, () => {
    it('whatever an old document has for its owner and its dates', async () => {
      const odd = [Number.NaN, -1, true].map((username, i) =>
        run(200 + i, username as never, [task('ann', 2, { last_updated: Number.NaN })]),
      );
      const farm = await farmOn(await open(), odd);
      assert.match(await count(farm), /^1 entries of all time/);
      assert.equal((await entryOf(farm, 'ann')).games, 6);
    });

    it('with hours, tests, pace, and who gave to no run left out', async () => {
      const farm = await farmOn(await open());
      await count(farm);
      assert.deepEqual(await gamesOf(farm, 'all'), ALL);
      assert.deepEqual(await gamesOf(farm, 'month'), {
        ann: 6,
        bob: 4,
        cora: 20,
        dave: 2,
        other: 0,
        owner: 0,
      });
      assert.equal(
        Math.round((await farm.reader.cpuHours('ann'))! * 1e3),
        Math.round(146 * HOURS_A_GAME * 1e3),
      );
      assert.equal(await farm.reader.cpuHours('eve'), undefined);
      const { tests, tests_repo: repo, last_updated: last } = await entryOf(farm, 'owner');
      assert.deepEqual([tests, repo, last < 0], [3, 'https://github.com/owner/fish', true]);
      const { games_per_hour: pace, last_updated: active } = await entryOf(farm, 'dave');
      assert.equal(active, NOW);
      assert.equal(Math.round(pace), Math.round((4 * 3600) / gameDuration('10+0.1')));
      assert.match(await count(farm), /^0 entries of all time, 0 of the month$/);
    });

    it('once, when it is interrupted, goes on in another process, and when runs become settled', async () => {
      const farm = await farmOn(await open());
      for (const mostRuns of [1, 2]) {
        const end = new AbortController();
        let runs = 0;
        const reader = new Proxy(farm.reader, {
          get(target, member) {
            const value: unknown = Reflect.get(target, member, target);
            if (typeof value !== 'function') return value;
            return (...args: unknown[]) => {
              if (member === 'tasks' && ++runs > mostRuns) end.abort();
              return Reflect.apply(value, target, args) as unknown;
            };
          },
        });
        assert.equal(await count(farm, { reader }, end.signal), 'interrupted');
        assert.deepEqual(await gamesOf(farm, 'all'), {});
      }
      await count(farm);
      assert.deepEqual(await gamesOf(farm, 'all'), ALL);
      await count(farm, { now: () => NOW + 40 * DAY });
      assert.deepEqual(await gamesOf(farm, 'all'), ALL);
      // Only what still goes on is of the month.
      assert.deepEqual(await gamesOf(farm, 'month'), { cora: 20, dave: 2, other: 0, owner: 0 });
    });
  });
}

describe("where fishtest's script counts", { skip: withoutMongodb }, () => {
  it('nothing is written, unless the operator says so', async () => {
    const place = await mongodbPlace('infinity');
    const farm = await farmOn(place);
    await place.db.collection('deltas').insertOne({ [RUNS[0]!._id]: null });
    await place.db.collection('user_cache').insertOne({ username: 'ann', cpu_hours: 5, games: 7 });
    assert.equal(await count(farm), "left to fishtest's script");
    assert.deepEqual(await gamesOf(farm, 'all'), { ann: 7 });
    await count(farm, { mode: 'on' });
    assert.deepEqual(await gamesOf(farm, 'all'), ALL);
  });
});
