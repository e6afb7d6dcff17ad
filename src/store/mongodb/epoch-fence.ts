/**
 * The fence: one document of `shoal_updates` in which the batches of an epoch and the bar of the next one meet.
 *
 * A batch is written with the fence after it, in order, and counts as durable when the fence still had the epoch. A writer that
 * takes over raises the fence before it reads anything. If the batch's fence came first, its entries came before that, and the
 * taker finds them; if the bar came first, the fence does not match, and nobody is told that the batch is kept.
 */
import type { Collection, Db } from 'mongodb';
import { StoreError } from '../store-error.js';
import { applyOperations, type BatchOperation } from './batch-operations.js';

/** Where the entries of batches are, so that they and the fence are one request. */
export const UPDATES = 'shoal_updates';
const FENCE = 'fence';

interface Fence {
  _id: string;
  epoch: number;
  groups?: number;
  recoveries?: number;
}

/** Matches while the epoch lasts. */
function fence(epoch: number): BatchOperation {
  const filter = { _id: FENCE as never, epoch };
  return { collection: UPDATES, operation: { updateOne: { filter, update: { $inc: { groups: 1 } } } } };
}

/**
 * Does the operations in order, and then finds out whether the epoch lasted until after the last of them.
 * @returns `barred` when it did not; `missed` when it did, but an operation found no document to change
 */
export async function applyFenced(
  db: Db,
  operations: readonly BatchOperation[],
  epoch: number,
): Promise<'done' | 'missed' | 'barred'> {
  if ((await applyOperations(db, [...operations, fence(epoch)])) === 0) return 'done';
  return (await applyOperations(db, [fence(epoch)])) === 0 ? 'missed' : 'barred';
}

/** From here on no batch of a lower epoch becomes durable. Before anything is read. */
export async function raiseBar(db: Db, epoch: number): Promise<void> {
  await fences(db).updateOne({ _id: FENCE }, { $max: { epoch } }, { upsert: true });
}

/** The highest epoch that a writer has begun with; 0 when there was none. */
export async function barredEpoch(db: Db): Promise<number> {
  return (await fences(db).findOne({ _id: FENCE }))?.epoch ?? 0;
}

/**
 * Makes what this client reads from here on at least as new as the bar: the majority has taken a write of this client after it. A
 * member that was deposed before, and may still answer reads, is none that the driver asks any more.
 * @throws StoreError `in-use` when the epoch is over
 */
export async function readAfterBar(db: Db, epoch: number): Promise<void> {
  const { matchedCount } = await fences(db).updateOne({ _id: FENCE, epoch }, { $inc: { recoveries: 1 } });
  if (matchedCount === 0)
    throw new StoreError('in-use', 'Another writer has taken the database over: this one must end.');
}

function fences(db: Db): Collection<Fence> {
  return db.collection<Fence>(UPDATES);
}
