/**
 * Makes a group whole without transactions: its operations are logged durably in one write, then done. A process that dies in
 * between leaves the log, and the next writer does them again, which changes nothing that was done already.
 */
import { Binary, type Collection, type Db, ObjectId } from 'mongodb';
import {
  applyOperations,
  type GroupOperation,
  packOperations,
  unpackOperations,
} from './group-operations.js';
import { storeFailure } from './mongodb-failure.js';
import type { LoggedGroup, WriterLease } from './writer-lease.js';

/** A longer group is logged in documents of its own. */
const INLINE_BYTES = 1024 * 1024;

interface Piece {
  _id: string;
  piece: Binary;
}

/** A group on its way into the database; it stays the same however often it is tried. */
export interface Pending {
  readonly operations: readonly GroupOperation[];
  readonly pieces: readonly Uint8Array[];
  readonly id: string;
  /** False when what a crash may leave of it is set right by the next start-up. */
  readonly logged: boolean;
}

export class GroupLog {
  readonly #db: Db;
  readonly #pieces: Collection<Piece>;
  readonly #lease: WriterLease;
  #marking: Promise<void> = Promise.resolve();

  constructor(db: Db, lease: WriterLease) {
    this.#db = db;
    this.#pieces = db.collection('shoal_groups');
    this.#lease = lease;
  }

  /**
   * @param isRepairable a part of the operations alone does no harm
   * @throws BSONError when a member cannot be stored: nothing was written
   */
  prepare(operations: readonly GroupOperation[], isRepairable: boolean): Pending {
    const pieces = packOperations(operations);
    // One write is whole by itself.
    return {
      operations,
      pieces,
      id: new ObjectId().toHexString(),
      logged: operations.length > 1 && !isRepairable,
    };
  }

  /** Logs and does the group; may be called again with the same group after a failure. */
  async commit(pending: Pending): Promise<void> {
    const { operations, pieces, id, logged } = pending;
    if (operations.length === 0) return;
    await this.#marking;
    const keys = logged ? await this.#log(pieces, id) : [];
    await this.#lease.confirmIfOld();
    await applyOperations(this.#db, operations);
    if (logged) this.#marking = this.#finish(id, keys);
  }

  /**
   * Does what the writer before left undone; what the database refuses for what it holds is kept in `shoal_refused`. Answers
   * how many operations that were.
   */
  async redo(left: LoggedGroup): Promise<number> {
    const pieces = await this.#read(left);
    const operations = unpackOperations(pieces);
    const outdated = await this.#isOutdated(left, operations);
    try {
      if (!outdated) await applyOperations(this.#db, operations);
    } catch (error) {
      const failure = storeFailure('Doing again what the last writer left', error);
      if (failure.code !== 'group') throw failure;
      await this.#setAside(left, pieces, failure);
    }
    await this.#finish(left.id, left.keys);
    return outdated ? 0 : operations.length;
  }

  /** Nobody was told that a group is kept which the database refuses: it must not keep the server from starting. */
  async #setAside({ id, time }: LoggedGroup, pieces: readonly Uint8Array[], error: Error): Promise<void> {
    const refused = this.#db.collection<{ _id: string }>('shoal_refused');
    for (const [i, piece] of pieces.entries()) {
      const _id = `${id}-${i}`;
      const document = { group: id, time, error: error.message, piece: new Binary(piece) };
      await refused.replaceOne({ _id }, document, { upsert: true });
    }
  }

  /** Waits until the last group is marked as done. */
  async settle(): Promise<void> {
    await this.#marking;
  }

  async #log(pieces: readonly Uint8Array[], id: string): Promise<string[]> {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const inline = bytes <= INLINE_BYTES;
    const keys = inline ? [] : pieces.map((_, i) => `${id}-${i}`);
    for (const [i, _id] of keys.entries()) {
      await this.#pieces.replaceOne({ _id }, { piece: new Binary(pieces[i]!) }, { upsert: true });
    }
    const here = inline ? pieces.map((piece) => new Binary(piece)) : [];
    await this.#lease.log({ id, time: new Date(), done: false, pieces: here, keys });
    return keys;
  }

  /** Not worth waiting for: what is not marked is done once more, if a writer ever finds it. */
  async #finish(id: string, keys: readonly string[]): Promise<void> {
    try {
      await this.#lease.markDone(id);
      if (keys.length > 0) await this.#pieces.deleteMany({ _id: { $in: [...keys] } });
    } catch {
      // The next group replaces the log.
    }
  }

  async #read({ pieces, keys }: LoggedGroup): Promise<Uint8Array[]> {
    if (keys.length === 0) return pieces.map((piece) => piece.value());
    const found: Uint8Array[] = [];
    for (const _id of keys) {
      const stored = await this.#pieces.findOne({ _id });
      // Pieces go only after the group was done.
      if (stored === null) return [];
      found.push(stored.piece.value());
    }
    return found;
  }

  /** Another program, such as the Python server, has written since: what was left is older than what is there. */
  async #isOutdated(left: LoggedGroup, operations: readonly GroupOperation[]): Promise<boolean> {
    const own = operations.flatMap(({ collection, operation }) =>
      collection === 'actions' && 'updateOne' in operation ? [operation.updateOne.filter['_id']] : [],
    );
    const newer = { time: { $gt: left.time.getTime() / 1000 }, _id: { $nin: own as ObjectId[] } };
    return (await this.#db.collection('actions').findOne(newer)) !== null;
  }
}
