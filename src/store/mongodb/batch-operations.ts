/**
 * What a batch comes to: single writes, each of which may be applied twice and ends as once. Packed as BSON they go into the
 * intent log before they are applied.
 */
import {
  type AnyBulkWriteOperation,
  BSON,
  type BulkWriteResult,
  type Db,
  type Document,
  MongoBulkWriteError,
} from 'mongodb';
import { isDuplicate } from './failure.js';

export interface BatchOperation {
  collection: string;
  operation: AnyBulkWriteOperation;
}

/** Bytes of operations in one piece; one operation alone stays below a document's 16 MiB. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** Operations of one request: a slow server answers it before the connection is taken for dead. */
const REQUEST_OPERATIONS = 1_000;

/** @throws BSONError when a member cannot be stored */
export function packOperations(operations: readonly BatchOperation[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let piece: BatchOperation[] = [];
  let bytes = 0;
  const close = () => {
    // Copied, since the encoder uses its buffer again.
    if (piece.length > 0) pieces.push(Uint8Array.from(BSON.serialize({ operations: piece })));
    piece = [];
    bytes = 0;
  };
  for (const operation of operations) {
    const size = BSON.calculateObjectSize(operation);
    if (bytes + size > PIECE_BYTES) close();
    piece.push(operation);
    bytes += size;
  }
  close();
  return pieces;
}

export function unpackOperations(pieces: readonly Uint8Array[]): BatchOperation[] {
  // Without promotion every number keeps its type.
  return pieces.flatMap(
    (piece) => BSON.deserialize(piece, { promoteValues: false })['operations'] as BatchOperation[],
  );
}

/**
 * Applies the operations in order; neighbours of one collection go in requests of bounded length. A document that is to be inserted
 * and is there stays as it is.
 * @returns how many of them did nothing: an insertion, update or replacement that is not of what the database has
 */
export async function applyOperations(db: Db, operations: readonly BatchOperation[]): Promise<number> {
  let missed = 0;
  for (let from = 0; from < operations.length; ) {
    const { collection } = operations[from]!;
    let to = from + 1;
    while (to - from < REQUEST_OPERATIONS && operations[to]?.collection === collection) to++;
    const bulk = operations.slice(from, to).map(({ operation }) => operation);
    const { done, matched } = await applyBulk(db, collection, bulk);
    missed += bulk.slice(0, done).filter(isChange).length - matched;
    from += done;
  }
  return missed;
}

/** @returns how many of the operations were done, from the first on, and how many documents were inserted, found or made */
async function applyBulk(
  db: Db,
  collection: string,
  bulk: AnyBulkWriteOperation[],
): Promise<{ done: number; matched: number }> {
  try {
    const result = await db.collection<Document>(collection).bulkWrite(bulk, { ordered: true });
    return { done: bulk.length, matched: matchedIn(result) };
  } catch (error) {
    const index = error instanceof MongoBulkWriteError && isDuplicate(error) && firstFailed(error);
    if (index === false || !('insertOne' in bulk[index]!)) throw error;
    return { done: index + 1, matched: matchedIn((error as MongoBulkWriteError).result) };
  }
}

function matchedIn({ insertedCount, matchedCount, upsertedCount }: BulkWriteResult): number {
  return insertedCount + matchedCount + upsertedCount;
}

function firstFailed({ writeErrors }: MongoBulkWriteError): number {
  return (Array.isArray(writeErrors) ? writeErrors[0]! : writeErrors).index;
}

function isChange(operation: AnyBulkWriteOperation): boolean {
  return 'insertOne' in operation || 'updateOne' in operation || 'replaceOne' in operation;
}
