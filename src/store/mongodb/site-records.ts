/**
 * Records of the web application, in a collection of Shoal's own. The server removes those that have expired, some time
 * after: who reads one looks at its `expires`.
 */
import type { Db } from 'mongodb';
import type { SiteRecord, SiteRecordKind, SiteRecordWrite } from '../../model/site-record.js';
import { MOST_OWNED } from '../port.js';
import type { BatchOperation } from './batch-operations.js';
import { decode, encodeValue } from './bson-values.js';

export const SITE_RECORDS = 'shoal_site_records';

interface Stored {
  _id: string;
  kind: SiteRecordKind;
  key: string;
  owner: string;
  expires: number;
  /** For the index that removes; absent: never. */
  removeAt?: Date;
  doc: unknown;
}

const idOf = (kind: SiteRecordKind, key: string) => `${kind}:${key}`;

export async function* allSiteRecords(db: Db): AsyncGenerator<SiteRecord> {
  for await (const record of db.collection<Stored>(SITE_RECORDS).find().sort({ _id: 1 }))
    yield recordOf(record);
}

export class SiteRecordReads {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async one(kind: SiteRecordKind, key: string): Promise<SiteRecord | undefined> {
    const found = await this.#db.collection<Stored>(SITE_RECORDS).findOne({ _id: idOf(kind, key) });
    return found === null ? undefined : recordOf(found);
  }

  async owned(kind: SiteRecordKind, owner: string): Promise<SiteRecord[]> {
    const of = { owner, kind };
    const records = this.#db.collection<Stored>(SITE_RECORDS);
    const unending = await records
      .find({ ...of, expires: 0 })
      .limit(MOST_OWNED)
      .toArray();
    const ending = await records
      .find({ ...of, expires: { $gt: 0 } })
      .sort({ expires: -1 })
      .limit(MOST_OWNED)
      .toArray();
    const found = [...unending, ...ending].slice(0, MOST_OWNED).map(recordOf);
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

export function writeSiteRecord(write: SiteRecordWrite): BatchOperation[] {
  if (write.write === 'claim') return claimRecord(write.record, write.now);
  return [writeOne(write)];
}

/** Of two insertions with one key the database keeps the first. */
function claimRecord(record: SiteRecord, now: number): BatchOperation[] {
  const _id = idOf(record.kind, record.key);
  const expired = { _id, expires: { $gt: 0, $lte: now } } as object;
  const document = { _id, ...stored(record) } as object;
  return [
    { collection: SITE_RECORDS, operation: { deleteOne: { filter: expired } } },
    { collection: SITE_RECORDS, operation: { insertOne: { document } } },
  ];
}

function writeOne(write: Exclude<SiteRecordWrite, { write: 'claim' }>): BatchOperation {
  const collection = SITE_RECORDS;
  if (write.write === 'remove') {
    const filter = { _id: idOf(write.kind, write.key) } as object;
    return { collection, operation: { deleteOne: { filter } } };
  }
  if (write.write === 'removeOwned') {
    const { owner, kind, exceptKey } = write;
    return { collection, operation: { deleteMany: { filter: { owner, kind, key: { $ne: exceptKey } } } } };
  }
  const filter = { _id: idOf(write.record.kind, write.record.key) } as object;
  const replacement = stored(write.record);
  return { collection, operation: { replaceOne: { filter, replacement, upsert: write.write === 'put' } } };
}

function stored({ kind, key, owner, expires, doc }: SiteRecord): object {
  return {
    kind,
    key,
    owner,
    expires: encodeValue(expires),
    ...(expires > 0 && { removeAt: new Date(expires) }),
    doc: encodeValue(doc),
  };
}

function recordOf({ kind, key, owner, expires, doc }: Stored): SiteRecord {
  return { kind, key, owner, expires: Number(expires), doc: decode('', doc) } as SiteRecord;
}
