/**
 * The epoch in documents of unfinished runs, where several primaries are set up: each write names it, so that what a former
 * holder of the lease wrote, and arrives late, finds no such document. fishtest knows no such member: it goes when a run ends and
 * when the server stops, and no answer has it.
 */
import type { Db, Document, Filter, UpdateFilter } from 'mongodb';
import { StoreError } from '../store-error.js';
import { applyOperations, type BatchOperation } from './batch-operations.js';
import { isDuplicate } from './failure.js';
import { overflowRange } from './task-overflow.js';
import type { Update } from './update.js';
import type { WriterLease } from './writer-lease.js';

export const STAMP = 'shoal_epoch';
/** Readers leave the stamp out. */
export const WITHOUT_STAMP = { [STAMP]: 0 } as const;

/** Another program that changes the same members may come between a read and a write now and then, but not always. */
const MOST_TRIES = 5;
const NOT_THERE = { $exists: false } as const;

export class DocumentStamp {
  readonly isOn: boolean;
  readonly #db: Db;
  readonly #lease: WriterLease;

  /** @param isOn whether several primaries are set up */
  constructor(db: Db, lease: WriterLease, isOn: boolean) {
    this.#db = db;
    this.#lease = lease;
    this.isOn = isOn;
  }

  /** Stamps the documents of unfinished runs with this epoch, or takes stamps away where they are off. */
  async begin(): Promise<void> {
    if (!this.isOn) return await this.end();
    await this.#change({ finished: false }, { $set: { [STAMP]: this.#lease.epoch } });
  }

  /** Leaves the documents as fishtest knows them. */
  async end(): Promise<void> {
    await this.#change({ finished: false, [STAMP]: { $exists: true } }, { $unset: { [STAMP]: true } });
  }

  /** @throws StoreError `in-use` when another writer has the database */
  async write(updates: readonly Update[]): Promise<void> {
    if (!this.isOn) {
      await applyOperations(
        this.#db,
        updates.map((update) => update.operation()),
      );
      return;
    }
    if (await this.#matched(updates.map((update) => this.#stamped(update)))) return;
    for (const update of updates) await this.#writeOne(update);
  }

  /** What a document must be for a replacement of all of it, as it was read. */
  filterOf(found: Document): Filter<Document> {
    const { _id, finished, last_updated } = found;
    return { _id, ...asRead({ finished, last_updated, [STAMP]: found[STAMP] }) } as Filter<Document>;
  }

  #stamped(update: Update): BatchOperation {
    return update.operation({ [STAMP]: this.#lease.epoch }, ends(update) ? { [STAMP]: undefined } : {});
  }

  /** A document without the stamp of this epoch: an ended run's, or one that was made in this epoch. */
  async #writeOne(update: Update): Promise<void> {
    const documents = this.#db.collection<Document>(update.collection);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (await this.#matched([this.#stamped(update)])) return;
      await this.#lease.confirm();
      const found = await documents.findOne({ _id: update.id } as Document, {
        promoteValues: false,
        bsonRegExp: true,
      });
      if (found === null) return;
      const guard: Record<string, unknown> = { [STAMP]: found[STAMP], finished: found['finished'] };
      for (const [path] of update.members()) guard[path.join('.')] = memberOf(found, path);
      const isEnded = (update.valueOf('finished') ?? found['finished']) === true;
      const stamp = { [STAMP]: isEnded ? undefined : this.#lease.epoch };
      if (await this.#matched([update.operation(asRead(guard), stamp)])) return;
    }
    const what = `${update.key} changes whenever it is to be written`;
    throw new StoreError('server', `${what}: does another program write to it?`);
  }

  /** Whether each operation found its document, or made it. */
  async #matched(operations: readonly BatchOperation[]): Promise<boolean> {
    try {
      return (await applyOperations(this.#db, operations)) === 0;
    } catch (error) {
      // A document that was to be made is there, with another stamp.
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** Documents of tasks are changed first: a run's own stamp tells whether those of its tasks are to be removed. */
  async #change(filter: Document, change: UpdateFilter<Document>): Promise<void> {
    const [runs, tasks] = [this.#db.collection('runs'), this.#db.collection('shoal_tasks')];
    const found = await runs.find(filter, { projection: { _id: 1 } }).toArray();
    for (const { _id } of found) {
      for (const kind of ['task', 'badTask'] as const)
        await tasks.updateMany({ _id: overflowRange(_id.toHexString(), kind) as never }, change);
    }
    if (found.length > 0) await runs.updateMany(filter, change);
  }
}

function ends(update: Update): boolean {
  return update.valueOf('finished') === true;
}

function asRead(members: Readonly<Record<string, unknown>>): Document {
  return Object.fromEntries(
    Object.entries(members).map(([path, value]) => [path, value === undefined ? NOT_THERE : value]),
  );
}

function memberOf(document: Document, path: readonly string[]): unknown {
  let value: unknown = document;
  for (const name of path) value = (value as Document | null | undefined)?.[name];
  return value;
}
