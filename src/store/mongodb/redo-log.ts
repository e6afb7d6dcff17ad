/**
 * The redo log: updates of documents that are durable, but not applied. Those of one batch are in one short document of `shoal_updates`,
 * however many documents they are of and however long these are. The checkpointer applies them.
 *
 * Entries are removed from the oldest on. So whatever is left may be replayed in order and ends the same, since an entry
 * that is there is followed by all that came after it.
 */
import { Binary, type Collection, type Db, ObjectId } from 'mongodb';
import { type BatchOperation, packOperations, unpackOperations } from './batch-operations.js';
import { keepRefused } from './dead-letter.js';
import { UPDATES } from './epoch-fence.js';
import { storeFailure } from './failure.js';
import { hasForeignWrites } from './foreign-writes.js';
import { PendingUpdates } from './pending-updates.js';
import { type DocumentParts, rewriteDocument } from './rewrite-document.js';
import { MEMBERS_A_REQUEST, Update } from './update.js';
import type { LeftBehind } from './writer-lease.js';

interface Entry {
  _id: string;
  time: Date;
  piece: Binary;
}

const DIGITS = 12;

export class RedoLog {
  /** Names this log in the lease: what a writer that lost the lease may add to its own is nobody's. */
  readonly id: string;
  readonly #entries: Collection<Entry>;
  #count = 0;
  #time: number;

  /** @param latest when a run had an accepted update last, in milliseconds since 1970 */
  constructor(db: Db, epoch: number, latest: number) {
    this.id = `${idsFrom(epoch)}-${new ObjectId().toHexString()}`;
    this.#entries = db.collection(UPDATES);
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
      return { collection: UPDATES, operation: { replaceOne } };
    });
    return { keys, operations };
  }

  /** Call when documents have what the entries up to this one say. */
  async remove(key: string): Promise<void> {
    await this.#entries.deleteMany({ _id: { $gte: `${this.id}-`, $lte: key } });
  }
}

/**
 * The logs of this and later epochs have ids from this one on, below the fence's; those of earlier epochs, and of versions without
 * epochs, have lower ones.
 */
function idsFrom(epoch: number): string {
  return `e${epoch.toString().padStart(DIGITS, '0')}`;
}

/** Whether the log has entries that documents may lack. */
export async function hasEntries(db: Db, id: string): Promise<boolean> {
  return (await db.collection<Entry>(UPDATES).findOne(entriesOf(id), { projection: { _id: 1 } })) !== null;
}

function entriesOf(id: string): { _id: { $gte: string; $lt: string } } {
  return { _id: { $gte: `${id}-`, $lt: `${id}.` } };
}

interface RedoParts extends DocumentParts {
  /** Of the writer that replays. */
  epoch: number;
}

/**
 * Replays what is left in the log of an earlier writer, unless another program has written since, and empties it. What the
 * database refuses for what it holds is kept in `shoal_refused`.
 * @param left what the writer before left; its batch's time is when it last logged anything elsewhere
 */
export async function redoUpdates(parts: RedoParts, { updates: id, group }: LeftBehind): Promise<void> {
  const { db, epoch } = parts;
  const entries = db.collection<Entry>(UPDATES);
  if (id !== undefined) {
    const left = await entries.find(entriesOf(id)).sort({ _id: 1 }).toArray();
    const since = group?.time.getTime() ?? 0;
    const newest = new Date(Math.max(since, ...left.map(({ time }) => time.getTime())));
    const pending = new PendingUpdates();
    const runs = new Map<string, ObjectId>();
    for (const operation of unpackOperations(left.map(({ piece }) => piece.value()))) {
      const update = Update.from(operation);
      pending.add(update);
      if (update.id instanceof ObjectId) runs.set(update.key, update.id);
    }
    if (left.length > 0 && !(await hasForeignWrites(db, newest, [...runs.values()]))) {
      await replayPending(parts, pending, { id, time: newest });
    }
  }
  // Not those of a later epoch: this writer may have been overtaken.
  await entries.deleteMany({ _id: { $lt: idsFrom(epoch) } });
}

/**
 * A start waits for this, so it takes about as long as to read the documents: of what changed much, the whole is written once.
 * What is refused of one document is kept, and does not hold up the others.
 */
async function replayPending(
  parts: RedoParts,
  pending: PendingUpdates,
  log: { id: string; time: Date },
): Promise<void> {
  pending.startFlush();
  for (const update of pending.take(Number.POSITIVE_INFINITY)) {
    if (update.size > MEMBERS_A_REQUEST && (await rewriteDocument(parts, update))) continue;
    for (let part = 0; !update.isEmpty; part++) {
      const id = `${log.id}-${update.key}-${part}`;
      await replayPart(parts, update.take(MEMBERS_A_REQUEST), { ...log, id });
    }
  }
}

async function replayPart(
  { db, stamp }: RedoParts,
  update: Update,
  log: { id: string; time: Date },
): Promise<void> {
  try {
    await stamp.write([update]);
  } catch (error) {
    const failure = storeFailure(`Replaying what the last writer logged for ${update.key}`, error);
    if (failure.code !== 'batch') throw failure;
    await keepRefused(db, { ...log, error: failure.message, pieces: packOperations([update.operation()]) });
  }
}
