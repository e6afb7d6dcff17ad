/**
 * What a batch comes to: single writes, each of which may be applied twice and ends as once. Packed as BSON they go into the
 * intent log before they are applied.
 */
import { type AnyBulkWriteOperation, BSON, type Db, type Document } from 'mongodb';

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

/** Applies the operations in order; neighbours of one collection go in requests of bounded length. */
export async function applyOperations(db: Db, operations: readonly BatchOperation[]): Promise<void> {
  for (let from = 0; from < operations.length; ) {
    const { collection } = operations[from]!;
    let to = from + 1;
    while (to - from < REQUEST_OPERATIONS && operations[to]?.collection === collection) to++;
    const bulk = operations.slice(from, to).map(({ operation }) => operation);
    await db.collection<Document>(collection).bulkWrite(bulk, { ordered: true });
    from = to;
  }
}
