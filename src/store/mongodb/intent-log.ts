/**
 * Makes a batch whole without transactions: its operations are logged durably in one write, then applied. A process that dies in
 * between leaves the log, and the next writer does them again, which changes nothing that was applied already. The log names holder
 * and epoch: so a batch that was logged in time is applied by the next writer, and one that was not is never sent.
 */
import { Binary, type Collection, type Db, ObjectId } from 'mongodb';
import {
  applyOperations,
  type BatchOperation,
  packOperations,
  unpackOperations,
} from './batch-operations.js';
import { keepRefused } from './dead-letter.js';
import { applyFenced, UPDATES } from './epoch-fence.js';
import { storeFailure } from './failure.js';
import { hasForeignWrites } from './foreign-writes.js';
import type { LoggedBatch, WriterLease } from './writer-lease.js';

/** A longer batch is logged in documents of its own. */
const INLINE_BYTES = 1024 * 1024;

interface Piece {
  _id: string;
  piece: Binary;
}

/** A batch on its way into the database; it stays the same however often it is tried. */
export interface PreparedBatch {
  readonly operations: readonly BatchOperation[];
  readonly pieces: readonly Uint8Array[];
  readonly id: string;
  readonly time: Date;
  readonly logged: boolean;
}

type AppliedBatch = Pick<LoggedBatch, 'id' | 'keys'>;

export class IntentLog {
  readonly #db: Db;
  readonly #pieces: Collection<Piece>;
  readonly #lease: WriterLease;
  #marking: Promise<void> = Promise.resolve();
  #unmarked: AppliedBatch | undefined;

  constructor(db: Db, lease: WriterLease) {
    this.#db = db;
    this.#pieces = db.collection('shoal_groups');
    this.#lease = lease;
  }

  /**
   * @param time not before an update of any run
   * @throws BSONError when a member cannot be stored: nothing was written
   */
  prepare(operations: readonly BatchOperation[], time: Date): PreparedBatch {
    // An entry of the redo log is whole by itself, and counts only if the fence after it matches.
    const logged = operations.length > 1 || operations[0]?.collection !== UPDATES;
    const pieces = logged ? packOperations(operations) : [];
    return { operations, pieces, id: new ObjectId().toHexString(), time, logged };
  }

  /**
   * Logs and does the batch; may be called again with the same batch after a failure. The batch is durable only when this says so.
   * @returns false when a document is not what it was when the batch was prepared: prepare it anew
   * @throws StoreError `in-use` when another writer has the database
   */
  async commit(batch: PreparedBatch): Promise<boolean> {
    const { operations, id, logged } = batch;
    if (operations.length === 0) return true;
    await this.settle();
    const keys = logged ? await this.#log(batch) : [];
    const result = await applyFenced(this.#db, operations, this.#lease.epoch);
    if (result === 'barred') throw this.#lease.lose();
    if (logged) this.#marking = this.#mark({ id, keys });
    return result === 'done';
  }

  /**
   * Replays what the writer before left unapplied, unless another primary was there since; what the database refuses for what it holds
   * is kept in `shoal_refused`.
   */
  async redo(left: LoggedBatch): Promise<void> {
    const pieces = await this.#read(left);
    try {
      if (!(await hasForeignWrites(this.#db, left.time)))
        await applyOperations(this.#db, unpackOperations(pieces));
    } catch (error) {
      const failure = storeFailure('Replaying what the last writer left', error);
      if (failure.code !== 'batch') throw failure;
      const { id, time } = left;
      // Nobody was told that such a batch is kept.
      await keepRefused(this.#db, { id, time, error: failure.message, pieces });
    }
    await this.#finish(left);
  }

  /** Waits until the last batch is marked as done: the next writer would replay it, over what came after it. */
  async settle(): Promise<void> {
    await this.#marking;
    if (this.#unmarked === undefined) return;
    await this.#finish(this.#unmarked);
    this.#unmarked = undefined;
  }

  async #log({ pieces, id, time }: PreparedBatch): Promise<string[]> {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const inline = bytes <= INLINE_BYTES;
    const keys = inline ? [] : pieces.map((_, i) => `${id}-${i}`);
    for (const [i, _id] of keys.entries()) {
      await this.#pieces.replaceOne({ _id }, { piece: new Binary(pieces[i]!) }, { upsert: true });
    }
    const here = inline ? pieces.map((piece) => new Binary(piece)) : [];
    await this.#lease.log({ id, time, done: false, pieces: here, keys });
    return keys;
  }

  /** Nobody waits for it but the next batch. */
  async #mark(done: AppliedBatch): Promise<void> {
    try {
      await this.#finish(done);
    } catch {
      this.#unmarked = done;
    }
  }

  async #finish({ id, keys }: AppliedBatch): Promise<void> {
    await this.#lease.markDone(id);
    if (keys.length > 0) await this.#pieces.deleteMany({ _id: { $in: [...keys] } });
  }

  async #read({ pieces, keys }: LoggedBatch): Promise<Uint8Array[]> {
    if (keys.length === 0) return pieces.map((piece) => piece.value());
    const found: Uint8Array[] = [];
    for (const _id of keys) {
      const stored = await this.#pieces.findOne({ _id });
      // Pieces go only after the batch was applied.
      if (stored === null) return [];
      found.push(stored.piece.value());
    }
    return found;
  }
}
