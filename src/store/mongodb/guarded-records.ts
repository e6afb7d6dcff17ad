/**
 * Lets a write of a record change only what the record was when the write was made: one that arrives late, after another writer
 * has changed the record, finds no such record. fishtest's records have no room for an epoch, so all members are compared.
 */
import { type Db, type Document, ObjectId } from 'mongodb';
import type { BatchOperation } from './batch-operations.js';

/** Every number keeps its type, and no expression becomes a search for what it matches. */
const AS_STORED = { promoteValues: false, bsonRegExp: true } as const;

/** Reads what the operations are about to change. Actions, which are only added, need no guard. */
export async function guardRecords(db: Db, operations: readonly BatchOperation[]): Promise<BatchOperation[]> {
  const guarded: BatchOperation[] = [];
  const before = new Set<string>();
  const removed = new Set<unknown>();
  for (const operation of latestOfEach(operations)) {
    const { collection } = operation;
    const isAgain =
      'insertOne' in operation.operation && removed.has(operation.operation.insertOne.document._id);
    // A record that the same batch makes is not there to be read yet; one that it removes is.
    const isOwn = isAgain || ('deleteMany' in operation.operation && before.has(collection));
    const own = isOwn ? operation : await guard(db, operation);
    before.add(collection);
    if (own === undefined) continue;
    if ('deleteOne' in own.operation) removed.add(own.operation.deleteOne.filter?.['_id']);
    guarded.push(own);
  }
  return guarded;
}

/** Several of one record become one, in the place of the last: all would be guarded by what the record was before the first. */
function latestOfEach(operations: readonly BatchOperation[]): BatchOperation[] {
  const latest = new Map<string, BatchOperation>();
  for (const [i, { collection, operation }] of operations.entries()) {
    const [kind, { filter }] = Object.entries(operation)[0] as [string, { filter?: object }];
    // What removes a record that has expired stands before what makes it anew, and stays there.
    const makesRoom = kind === 'deleteOne' && filter !== undefined && 'expires' in filter;
    const isOfOne = kind !== 'insertOne' && kind !== 'deleteMany' && !makesRoom;
    const key = isOfOne ? `${collection} ${JSON.stringify(filter)}` : `${i}`;
    const earlier = latest.get(key)?.operation;
    latest.delete(key);
    latest.set(key, {
      collection,
      operation: earlier === undefined ? operation : joined(earlier, operation),
    });
  }
  return [...latest.values()];
}

type Operation = BatchOperation['operation'];
type Members = Partial<Record<'$set' | '$setOnInsert', Document>>;

/** What a whole record is given, it has; it is made if one of the two makes it. */
function joined(earlier: Operation, later: Operation): Operation {
  if ('replaceOne' in later) {
    const makes = 'replaceOne' in earlier && earlier.replaceOne.upsert === true;
    return makes ? { replaceOne: { ...later.replaceOne, upsert: true } } : later;
  }
  if (!('updateOne' in later)) return later;
  const { filter } = later.updateOne;
  const { $set, $setOnInsert } = later.updateOne.update as Members;
  if ('deleteOne' in earlier) {
    if ($setOnInsert === undefined) return earlier;
    return { replaceOne: { filter, replacement: { ...filter, ...$setOnInsert, ...$set }, upsert: true } };
  }
  if ('replaceOne' in earlier) {
    const { replacement } = earlier.replaceOne;
    return { replaceOne: { ...earlier.replaceOne, replacement: { ...replacement, ...$set } } };
  }
  if (!('updateOne' in earlier)) return later;
  const before = earlier.updateOne.update as Members;
  const update = {
    ...before,
    ...(later.updateOne.update as Members),
    ...(before.$set !== undefined && { $set: { ...before.$set, ...$set } }),
    ...(before.$setOnInsert !== undefined && { $setOnInsert: { ...before.$setOnInsert, ...$setOnInsert } }),
  };
  const upsert = earlier.updateOne.upsert === true || later.updateOne.upsert === true;
  return { updateOne: { filter, update, ...(upsert && { upsert }) } };
}

/** Undefined when there is nothing to do. */
async function guard(db: Db, { collection, operation }: BatchOperation): Promise<BatchOperation | undefined> {
  const read = (filter: object) => db.collection(collection).findOne(filter, AS_STORED);
  if ('insertOne' in operation) {
    const { _id } = operation.insertOne.document;
    return (await read({ _id })) === null ? { collection, operation } : undefined;
  }
  if ('replaceOne' in operation) {
    const { filter, replacement, upsert } = operation.replaceOne;
    const found = await read(filter);
    if (found !== null) {
      return { collection, operation: { replaceOne: { filter: found, replacement } } };
    }
    return upsert === true ? adding(collection, filter, replacement) : undefined;
  }
  if ('updateOne' in operation) {
    const { filter, update, upsert } = operation.updateOne;
    const { $set, $setOnInsert } = update as Members;
    const isAccount = collection === 'users';
    if ($set === undefined && !isAccount) return { collection, operation };
    const found = await read(filter);
    // One that makes nothing says itself what the record has to be, but for an account's.
    if (upsert !== true && !isAccount) {
      return found === null ? undefined : { collection, operation };
    }
    if (found === null && upsert !== true) return undefined;
    if (found === null) return adding(collection, filter, { ...$setOnInsert, ...$set });
    if ($set === undefined) return undefined;
    return { collection, operation: { updateOne: { filter: found, update: { $set } } } };
  }
  if ('deleteOne' in operation) {
    const { filter } = operation.deleteOne;
    const found = await read(filter);
    // By its key as well: what has the same name by the time that this arrives has another one.
    return found === null
      ? undefined
      : { collection, operation: { deleteOne: { filter: { ...filter, _id: found._id } } } };
  }
  if ('deleteMany' in operation) {
    const { filter } = operation.deleteMany;
    const found = await db
      .collection(collection)
      .find(filter, { projection: { _id: 1 } })
      .toArray();
    return deletion(
      collection,
      found.map(({ _id }) => _id),
    );
  }
  throw new TypeError(`no guard for ${Object.keys(operation)[0]} in ${collection}`);
}

/** With its key, so that it is the same record however often it is added; the index of names refuses another of its name. */
function adding(collection: string, filter: object, document: Document): BatchOperation {
  const record = { _id: new ObjectId(), ...filter, ...document };
  return { collection, operation: { insertOne: { document: record } } };
}

/** What has the same name by the time that this arrives has another key. */
function deletion(collection: string, ids: readonly unknown[]): BatchOperation {
  return { collection, operation: { deleteMany: { filter: { _id: { $in: [...ids] as never[] } } } } };
}
