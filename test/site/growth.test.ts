/**
 * No page's work grows with a table (docs/spec/web-ui.md §7.3): each page is asked for over a small store and over one that is eight times as
 * long, and what it has the store do is compared, statement by statement. What may grow is named with its bound.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Shared } from '../../src/runtime/shared.js';
import { findSiteRoute, SITE_ROUTES } from '../../src/site/routes.js';
import type { Reader } from '../../src/store/port.js';
import { OPTIONS } from '../operations/world.js';
import { watchedMongodb } from '../store/command-work.js';
import { mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { sqlitePlace } from '../store/sqlite-place.js';
import { type Work, type WorkDone, watchedSqlite } from '../store/statement-work.js';
import type { StorePlace } from '../store/store-place.js';
import {
  type Exception,
  type GrowthPage,
  growthPages,
  MONGODB_EXCEPTIONS,
  SQLITE_EXCEPTIONS,
} from './growth-pages.js';
import { seedGrowth } from './growth-seed.js';
import { visitPage } from './page-visits.js';

const SMALL = 250;
const LARGE = 8 * SMALL;
/** Stand-ins for MongoDB are slow. */
const FEW = 120;
const MANY = 5 * FEW;
/** An index of the longer table may be deeper by a page of the file for each place that is looked up. */
const DEEPER = 2.5;
const SOME_BYTES = 64 * 1024;
const SOME_ITEMS = 30;

test('every page that is asked for is looked at', () => {
  const looked = new Set(
    growthPages(1).map(({ address }) => {
      const found = findSiteRoute('GET', address.split('?')[0]!);
      return found.kind === 'found' ? found.route.path : address;
    }),
  );
  const all = SITE_ROUTES.filter(({ method }) => method === 'GET').map(({ path }) => path);
  assert.deepEqual(
    all.filter((path) => !looked.has(path)),
    [],
  );
});

test('no page of an SQLite store has work that grows with a table', async () => {
  const [small, large] = [await workOf(SMALL), await workOf(LARGE)];
  const grown = growthPages(LARGE).flatMap((page, i) => grownIn(page.address, small[i]!, large[i]!));
  assertExpected(grown, SQLITE_EXCEPTIONS);
});

test('no page of a MongoDB store is given more, or asks without an index, where a table is longer', {
  skip: withoutMongodb,
}, async (t) => {
  const [small, large] = [await mongodbWorkOf(FEW), await mongodbWorkOf(MANY)];
  const grown = growthPages(MANY).flatMap(({ address }, i) => [
    ...grownIn(address, small[i]!.done, large[i]!.done),
    ...large[i]!.scans.map((read) => ({ address, read, how: 'no bound' })),
  ]);
  for (const { address, read, how } of grown) t.diagnostic(`${address}: ${how}: ${read}`);
  assertNoOther(grown, MONGODB_EXCEPTIONS);
});

/** All that has grown is an exception, and each exception has grown: else it is none any more. */
function assertExpected(grown: readonly Grown[], exceptions: readonly Exception[]): void {
  assertNoOther(grown, exceptions);
  const idle = exceptions.filter((exception) => !grown.some((each) => isOf(exception, each)));
  assert.deepEqual(idle, []);
}

function assertNoOther(grown: readonly Grown[], exceptions: readonly Exception[]): void {
  const others = grown.filter((each) => !exceptions.some((exception) => isOf(exception, each)));
  assert.deepEqual(
    others.map(({ address, read, how }) => `${address}: ${how}: ${read}`),
    [],
  );
}

function isOf({ address, read }: Exception, grown: Grown): boolean {
  return read.test(grown.read) && address?.test(grown.address) !== false;
}

async function workOf(size: number): Promise<WorkDone[]> {
  const place = await sqlitePlace();
  return await visitAll(place, size, () => watchedSqlite(place.file));
}

async function mongodbWorkOf(size: number) {
  // It is quicker, and holds all.
  const place = await mongodbPlace('speed with thousands of tasks');
  return await visitAll(place, size, () => watchedMongodb(place.url));
}

interface Watched<T> {
  readonly reader: Reader;
  take(): T;
}

/** What the store did for each page in turn. */
async function visitAll<T>(
  place: StorePlace,
  size: number,
  watch: () => Watched<T> | Promise<Watched<T>>,
): Promise<T[]> {
  const shared = Shared.create(256 * 1024 * 1024, OPTIONS);
  shared.state.threads.join('test', { parks: true });
  try {
    await seedGrowth(place.store, size);
    const { reader, take } = await watch();
    const works: T[] = [];
    for (const page of growthPages(size)) {
      await visit(shared, reader, page);
      works.push(take());
    }
    await reader.close();
    return works;
  } finally {
    await place.remove();
  }
}

async function visit(shared: Shared, reader: Reader, page: GrowthPage): Promise<void> {
  const answer = await visitPage(shared, reader, page.address, page.isVisitor !== true);
  const isFine = answer.kind === 'page' && answer.failure === undefined && answer.status !== 500;
  assert.ok(isFine, `${page.address}: ${JSON.stringify(answer).slice(0, 500)}`);
}

interface Grown {
  readonly address: string;
  readonly read: string;
  readonly how: string;
}

function grownIn(address: string, small: WorkDone, large: WorkDone): Grown[] {
  const grown: Grown[] = [];
  for (const [read, work] of large) {
    const before = small.get(read) ?? { calls: 0, items: 0, bytes: 0 };
    if (hasGrown(before, work)) grown.push({ address, read, how: `${textOf(before)} -> ${textOf(work)}` });
  }
  return grown;
}

function hasGrown(before: Work, after: Work): boolean {
  return (
    after.calls > before.calls + 5 ||
    after.items > DEEPER * before.items + SOME_ITEMS ||
    after.bytes > DEEPER * before.bytes + SOME_BYTES
  );
}

const textOf = ({ calls, items, bytes }: Work) =>
  `${calls} calls, ${items} rows, ${Math.ceil(bytes / 1024)} KiB`;
