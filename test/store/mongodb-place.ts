/** A database of its own on the server that MONGODB_URI names, dropped afterwards. */
import { randomBytes } from 'node:crypto';
import { type Db, MongoClient } from 'mongodb';
import { MongodbStore } from '../../src/store/mongodb/mongodb-store.js';
import { openStore } from '../../src/store/open-store.js';
import type { Ability, StorePlace } from './contract.js';

const URI = process.env['MONGODB_URI'];

/** Why a test of MongoDB is left out, or false: for the `skip` of a test. */
export const withoutMongodb = URI === undefined && 'MONGODB_URI is not set';

/** What FerretDB 1, which stands in for MongoDB where no mongod is to be had, cannot hold. */
const FERRET_LACKS: ReadonlySet<Ability> = new Set([
  'lists in lists',
  'infinity',
  'negative zero',
  'speed with thousands of tasks',
]);

export interface MongodbPlace extends StorePlace {
  /** The plain driver's view. */
  readonly db: Db;
}

/** @param mostEmbeddedTasks only for the store in the answer, not for one that is opened by its URL */
export async function mongodbPlace(mostEmbeddedTasks?: number): Promise<MongodbPlace> {
  const name = `shoal_test_${randomBytes(6).toString('hex')}`;
  const url = URI!.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?/, `$1/${name}`);
  const client = new MongoClient(url, { maxPoolSize: 2 });
  const db = client.db(name);
  const isFerret = 'ferretdbVersion' in (await db.admin().command({ buildInfo: 1 }));
  return {
    url,
    db,
    store:
      mostEmbeddedTasks === undefined
        ? openStore(url)
        : new MongodbStore(url, { connections: 4, mostEmbeddedTasks }),
    ...(isFerret && { lacks: FERRET_LACKS }),
    async remove() {
      await db.dropDatabase();
      await client.close();
    },
  };
}
