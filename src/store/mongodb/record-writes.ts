/** Writes the records that are found by their name: users, workers, nets, key-values, contributors. */
import type { Db, Document } from 'mongodb';
import type { Keyed, NetDocument, UserDocument, WorkerDocument } from '../../model/documents.js';
import type { ContributorWrite, NetTest, UserChange } from '../../state/write-batch.js';
import type { BatchOperation } from './batch-operations.js';
import { encodeDocument, encodeKeyed, encodeValue } from './bson-values.js';
import { CONTRIBUTORS } from './record-reads.js';

/** Python's datetime.min, which stands for "never". */
const NEVER = new Date('0001-01-01T00:00:00Z');

export function replaceUser(user: Keyed<UserDocument>): BatchOperation {
  return replaceNamed('users', 'username', encodeKeyed(user));
}

export function insertUser({ username, ...user }: UserDocument): BatchOperation {
  const update = { $setOnInsert: encodeDocument(user) };
  return { collection: 'users', operation: { updateOne: { filter: { username }, update, upsert: true } } };
}

export function changeUser({ username, members, ifPassword }: UserChange): BatchOperation {
  const filter = { username, ...(ifPassword !== undefined && { password: ifPassword }) };
  return {
    collection: 'users',
    operation: { updateOne: { filter, update: { $set: encodeDocument(members) } } },
  };
}

export function removeUser(username: string): BatchOperation {
  return { collection: 'users', operation: { deleteOne: { filter: { username } } } };
}

export function replaceWorker(worker: Keyed<WorkerDocument>): BatchOperation {
  return replaceNamed('workers', 'worker_name', encodeKeyed(worker));
}

export function replaceNet(net: Keyed<NetDocument>): BatchOperation {
  return replaceNamed('nns', 'name', encodeKeyed(net));
}

export function removeNet(name: string): BatchOperation {
  return { collection: 'nns', operation: { deleteOne: { filter: { name } } } };
}

/** A clock that stepped back moves no test. */
export function setNetTest({ net: name, runId, date }: NetTest): BatchOperation[] {
  const { test } = encodeDocument({ test: { id: runId, date } });
  const { date: at } = test as { date: unknown };
  const isFirst = { name, first_test: { $exists: false } };
  const isLater = { name, $or: [{ last_test: { $exists: false } }, { 'last_test.date': { $lte: at } }] };
  return [
    {
      collection: 'nns',
      operation: { updateOne: { filter: isFirst, update: { $set: { first_test: test } } } },
    },
    {
      collection: 'nns',
      operation: { updateOne: { filter: isLater, update: { $set: { last_test: test } } } },
    },
  ];
}

/** The schema of records wants a test of whatever has the mark. */
export function markMasterNet(name: string): BatchOperation {
  const filter = { name, first_test: { $exists: true } };
  return {
    collection: 'nns',
    operation: { updateOne: { filter, update: { $set: { is_master: true } } } },
  };
}

export function replaceKeyValue(key: string, value: unknown): BatchOperation {
  return replace('kvstore', { _id: key }, { value: encodeValue(value) });
}

/** The other members of an entry belong to the contributors' script. */
export function setContributor(username: string, cpuHours: number): BatchOperation {
  const others = { games: 0, games_per_hour: 0, tests: 0, tests_repo: '' };
  const update = {
    $set: encodeDocument({ cpu_hours: cpuHours }),
    $setOnInsert: { ...encodeDocument(others), last_updated: NEVER },
  };
  return {
    collection: 'user_cache',
    operation: { updateOne: { filter: { username }, update, upsert: true } },
  };
}

export function writeContributor({ period, username, entry }: ContributorWrite): BatchOperation {
  const collection = CONTRIBUTORS[period];
  if (entry === undefined) return { collection, operation: { deleteOne: { filter: { username } } } };
  const document = encodeDocument(entry) as Document;
  return replace(
    collection,
    { username },
    entry.last_updated < 0 ? { ...document, last_updated: NEVER } : document,
  );
}

/** Beside any batch. @returns false when there is no such net */
export async function addDownloads(db: Db, name: string, times: number): Promise<boolean> {
  const { matchedCount } = await db.collection('nns').updateOne({ name }, { $inc: { downloads: times } });
  return matchedCount === 1;
}

/** A name that is no text, as old databases may have it, would be read as a condition: such a record is found by its key. */
function replaceNamed(collection: string, member: string, document: Document): BatchOperation {
  const { [member]: name, _id } = document;
  if (typeof name === 'string') return replace(collection, { [member]: name }, document);
  return replace(collection, _id === undefined ? { [member]: { $eq: name } } : { _id }, document);
}

function replace(collection: string, filter: Document, replacement: Document): BatchOperation {
  return { collection, operation: { replaceOne: { filter, replacement, upsert: true } } };
}
