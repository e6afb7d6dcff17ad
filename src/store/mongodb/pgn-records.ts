/** Game records, one for each task; a second upload replaces the first. Old databases may hold several of one task. */
import type { Binary, Collection, Db, ObjectId } from 'mongodb';
import type { Keyed, PgnDocument } from '../../model/documents.js';
import { StoreError } from '../store-error.js';
import { encodeKeyed } from './bson-values.js';
import { LARGEST_PGN } from './largest-pgn.js';

interface StoredPgn {
  _id: ObjectId;
  run_id: string;
  pgn_zip: Binary;
  size: number;
}

/** @throws StoreError `batch` when run_id is not `<run id>-<task number>`, or the record is too long for a document */
export function checkPgn(pgn: PgnDocument): void {
  if (!/^.+-\d{1,15}$/.test(pgn.run_id)) {
    throw new StoreError('batch', `the PGN name "${pgn.run_id}" is not <run id>-<task number>`);
  }
  if (pgn.pgn_zip.length > LARGEST_PGN) {
    throw new StoreError(
      'batch',
      `the PGN ${pgn.run_id} has ${pgn.pgn_zip.length} bytes, at most ${LARGEST_PGN} fit`,
    );
  }
}

/** Writes a record beside the batch: it stands for itself. */
export async function writePgn(db: Db, pgn: Keyed<PgnDocument>): Promise<void> {
  const { run_id } = pgn;
  await db.collection('pgns').replaceOne({ run_id }, encodeKeyed(pgn), { upsert: true });
}

export class PgnReads {
  readonly #pgns: Collection<StoredPgn>;

  constructor(db: Db) {
    this.#pgns = db.collection('pgns');
  }

  async one(runId: string, taskId: number): Promise<PgnDocument | undefined> {
    const pgn = await this.#pgns.findOne({ run_id: `${runId}-${taskId}` });
    return pgn === null ? undefined : toDocument(pgn);
  }

  async bytes(runId: string): Promise<number> {
    return (await this.#list(runId)).reduce((sum, { size }) => sum + Number(size ?? 0), 0);
  }

  /** One at a time: a record may be megabytes. */
  async *all(runId: string): AsyncGenerator<PgnDocument> {
    for await (const pgn of this.#stored(runId)) yield toDocument(pgn);
  }

  async *keyed(runId: string): AsyncGenerator<Keyed<PgnDocument>> {
    for await (const pgn of this.#stored(runId)) yield { _id: pgn._id.toHexString(), ...toDocument(pgn) };
  }

  async *#stored(runId: string): AsyncGenerator<StoredPgn> {
    const list = await this.#list(runId);
    list.sort((a, b) => taskNumber(a.run_id) - taskNumber(b.run_id));
    for (const { _id } of list) {
      const pgn = await this.#pgns.findOne({ _id });
      if (pgn !== null) yield pgn;
    }
  }

  async #list(runId: string): Promise<Omit<StoredPgn, 'pgn_zip'>[]> {
    // "." follows "-": the range holds the run's records and can use the index.
    const range = { $gte: `${runId}-`, $lt: `${runId}.` };
    return await this.#pgns
      .find({ run_id: range })
      .project<Omit<StoredPgn, 'pgn_zip'>>({ run_id: 1, size: 1 })
      .toArray();
  }
}

function taskNumber(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1));
}

function toDocument({ run_id, pgn_zip, size }: StoredPgn): PgnDocument {
  return { run_id, pgn_zip: new Uint8Array(pgn_zip.value()), size };
}
