/**
 * The redo log: updates of documents that are durable, but not applied. Those of one batch are in one short document of `shoal_updates`,
 * however many documents they are of and however long these are. The checkpointer applies them.
 *
 * Entries are removed from the oldest on. So whatever is left may be replayed in order and ends the same, since an entry
 * that is there is followed by all that came after it.
 */
import { Binary, type Collection, type Db, type Document, ObjectId } from 'mongodb';
import {
  applyOperations,
  type BatchOperation,
  packOperations,
  unpackOperations,
} from './batch-operations.js';
import { keepRefused } from './dead-letter.js';
import { storeFailure } from './failure.js';
import { hasForeignWrites } from './foreign-writes.js';
import { PendingUpdates } from './pending-updates.js';
import { setMembers } from './set-members.js';
import { MEMBERS_A_REQUEST, Update } from './update.js';

interface Entry {
  _id: string;
  time: Date;
  piece: Binary;
}

const COLLECTION = 'shoal_updates';
const DIGITS = 12;

export class RedoLog {
  /** Names this log in the lease: what a writer that lost the lease may add to its own is nobody's. */
  readonly id = new ObjectId().toHexString();
  readonly #entries: Collection<Entry>;
  #count = 0;
  #time: number;

  /** @param latest when a run had an accepted update last, in milliseconds since the epoch */
  constructor(db: Db, latest: number) {
    this.#entries = db.collection(COLLECTION);
    this.#time = latest;
  }

  /** Now, but never before an update of a run, whatever the clock does. */
  now(updates: readonly number[]): Date {
    this.#time = Math.max(this.#time, Date.now(), ...updates);
    return new Date(this.#time);
  }

  /**
   * The writes that log the updates of a batch: one, unless they are too long for a document.
   * @throws BSONError when a member cannot be stored
   */
  entries(updates: readonly Update[], time: Date): { keys: string[]; operations: BatchOperation[] } {
    const pieces = packOperations(updates.map((update) => update.operation()));
    const keys = pieces.map(() => `${this.id}-${(this.#count++).toString().padStart(DIGITS, '0')}`);
    const operations = keys.map((_id, i) => {
      const replacement = { time, piece: new Binary(pieces[i]!) };
      const replaceOne = { filter: { _id: _id as never }, replacement, upsert: true };
      return { collection: COLLECTION, operation: { replaceOne } };
    });
    return { keys, operations };
  }

  /** Call when documents have what the entries up to this one say. */
  async remove(key: string): Promise<void> {
    await this.#entries.deleteMany({ _id: { $gte: `${this.id}-`, $lte: key } });
  }
}

/** Whether the log has entries that documents may lack. */
export async function hasEntries(db: Db, id: string): Promise<boolean> {
  return (await db.collection<Entry>(COLLECTION).findOne(entriesOf(id), { projection: { _id: 1 } })) !== null;
}

function entriesOf(id: string): { _id: { $gte: string; $lt: string } } {
  return { _id: { $gte: `${id}-`, $lt: `${id}.` } };
}

/**
 * Replays what is left in the log of an earlier writer, unless another program has written since, and empties it. What the
 * database refuses for what it holds is kept in `shoal_refused`.
 * @param since when that writer last logged anything elsewhere
 */
export async function redoUpdates(db: Db, id: string, since = new Date(0)): Promise<void> {
  const entries = db.collection<Entry>(COLLECTION);
  const left = await entries.find(entriesOf(id)).sort({ _id: 1 }).toArray();
  const newest = new Date(Math.max(since.getTime(), ...left.map(({ time }) => time.getTime())));
  const pending = new PendingUpdates();
  const runs = new Map<string, ObjectId>();
  for (const operation of unpackOperations(left.map(({ piece }) => piece.value()))) {
    const update = Update.from(operation);
    pending.add(update);
    if (update.id instanceof ObjectId) runs.set(update.key, update.id);
  }
  if (left.length > 0 && !(await hasForeignWrites(db, newest, [...runs.values()]))) {
    await replayPending(db, pending, { id, time: newest });
  }
  await entries.deleteMany({});
}

/**
 * A start waits for this, so it takes about as long as to read the documents: of what changed much, the whole is written once.
 * What is refused of one document is kept, and does not hold up the others.
 */
async function replayPending(
  db: Db,
  pending: PendingUpdates,
  log: { id: string; time: Date },
): Promise<void> {
  pending.startFlush();
  for (const update of pending.take(Number.POSITIVE_INFINITY)) {
    if (update.size > MEMBERS_A_REQUEST && (await rewriteDocument(db, update))) continue;
    for (let part = 0; !update.isEmpty; part++) {
      await replayPart(db, update.take(MEMBERS_A_REQUEST), { ...log, id: `${log.id}-${update.key}-${part}` });
    }
  }
}

/** False when the document is not there, or when it or the server does not take what is to be set. */
async function rewriteDocument(db: Db, update: Update): Promise<boolean> {
  const documents = db.collection<Document>(update.collection);
  const filter = { _id: update.id } as Document;
  // Without promotion every number keeps its type.
  const found = await documents.findOne(filter, { promoteValues: false, bsonRegExp: true });
  if (found === null || !setMembers(found, update)) return false;
  try {
    await documents.replaceOne(filter, found);
    return true;
  } catch (error) {
    if (storeFailure(`Replaying what the last writer logged for ${update.key}`, error).code === 'batch')
      return false;
    throw error;
  }
}

async function replayPart(db: Db, update: Update, log: { id: string; time: Date }): Promise<void> {
  const operations = [update.operation()];
  try {
    await applyOperations(db, operations);
  } catch (error) {
    const failure = storeFailure(`Replaying what the last writer logged for ${update.key}`, error);
    if (failure.code !== 'batch') throw failure;
    await keepRefused(db, { ...log, error: failure.message, pieces: packOperations(operations) });
  }
}
