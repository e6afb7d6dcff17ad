/** A database of its own on a server that the environment names, dropped afterwards. */
import { randomBytes } from 'node:crypto';
import { type Db, MongoClient } from 'mongodb';
import { type MongodbOptions, MongodbStore } from '../../src/store/mongodb/store.js';
import { openStore } from '../../src/store/open-store.js';
import type { Ability, StorePlace } from './store-place.js';

/**
 * The servers that tests may use. Where no mongod is to be had there are two that stand in for it: the first keeps what it holds
 * on disk, the second holds all that a mongod holds.
 */
export const SERVERS: readonly string[] = [
  process.env['MONGODB_URI'],
  process.env['MONGODB_MEMORY_URI'],
].filter((uri) => uri !== undefined);

/** Why a test of MongoDB is left out, or false: for the `skip` of a test. */
export const withoutMongodb = SERVERS.length === 0 && 'MONGODB_URI is not set';

/** What FerretDB 1 cannot hold. */
const FERRET_LACKS: ReadonlySet<Ability> = new Set([
  'dots in keys',
  'lists in lists',
  'infinity',
  'negative zero',
  'speed with thousands of tasks',
]);
/** What mongo-java-server cannot do. */
const JAVA_LACKS: ReadonlySet<Ability> = new Set(['slices past the end', 'refusals of documents']);
/** What SecantusDB 0.7 cannot do. */
const SECANTUS_LACKS: ReadonlySet<Ability> = new Set(['ranges by a descending index']);

export interface MongodbPlace extends StorePlace {
  /** The plain driver's view. */
  readonly db: Db;
  readonly lacks: ReadonlySet<Ability>;
}

/** On the first server that has what is needed. @throws Error when none has */
export async function mongodbPlace(...needs: Ability[]): Promise<MongodbPlace> {
  for (const uri of SERVERS) {
    const place = await placeOn(uri);
    if (!needs.some((need) => place.lacks.has(need))) return place;
    await place.remove();
  }
  throw new Error(`no server of the environment has ${needs.join(', ')}: run the tests with .ci/mongodb`);
}

/** @param options only for the store in the answer, not for one that is opened by its URL */
export async function placeOn(uri: string, options?: Partial<MongodbOptions>): Promise<MongodbPlace> {
  const name = `shoal_test_${randomBytes(6).toString('hex')}`;
  const url = uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?/, `$1/${name}`);
  const client = new MongoClient(url, { maxPoolSize: 2 });
  const db = client.db(name);
  return {
    url,
    db,
    store: options === undefined ? openStore(url) : new MongodbStore(url, { connections: 4, ...options }),
    lacks: await lacksOf(db),
    async remove() {
      await db.dropDatabase();
      await client.close();
    },
  };
}

async function lacksOf(db: Db): Promise<ReadonlySet<Ability>> {
  const info = await db.admin().command({ buildInfo: 1 });
  if ('ferretdbVersion' in info) return FERRET_LACKS;
  if ('secantusVersion' in info) return SECANTUS_LACKS;
  // Every mongod names the revision that it was built from.
  return 'gitVersion' in info ? new Set() : JAVA_LACKS;
}
