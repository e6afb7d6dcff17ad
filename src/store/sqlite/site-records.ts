/** Records of the web application. Those that have expired go whenever one is written. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { SiteRecord, SiteRecordKind, SiteRecordWrite } from '../../model/site-record.js';
import { MOST_OWNED } from '../port.js';
import { fromJson, toJson } from './json-text.js';

interface Row {
  kind: SiteRecordKind;
  key: string;
  owner: string;
  expires: number;
  doc: string;
}

const recordOf = ({ doc, ...row }: Row): SiteRecord => ({ ...row, doc: fromJson(doc) }) as SiteRecord;

export function allSiteRecords(db: DatabaseSyncInstance): SiteRecord[] {
  return (db.prepare('SELECT * FROM site_records ORDER BY kind, key').all() as Row[]).map(recordOf);
}

export class SiteRecordReads {
  readonly #one: StatementSyncInstance;
  readonly #unending: StatementSyncInstance;
  readonly #ending: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#one = db.prepare('SELECT * FROM site_records WHERE kind = ? AND key = ?');
    this.#unending = db.prepare(
      `SELECT * FROM site_records INDEXED BY site_records_owner WHERE owner = ? AND kind = ? AND expires = 0
       ORDER BY key LIMIT ${MOST_OWNED}`,
    );
    this.#ending = db.prepare(
      `SELECT * FROM site_records INDEXED BY site_records_owner WHERE owner = ? AND kind = ? AND expires > 0
       ORDER BY expires DESC LIMIT ?`,
    );
  }

  one(kind: SiteRecordKind, key: string): SiteRecord | undefined {
    const row = this.#one.get(kind, key) as Row | undefined;
    return row && recordOf(row);
  }

  owned(kind: SiteRecordKind, owner: string): SiteRecord[] {
    const unending = this.#unending.all(owner, kind) as Row[];
    const ending = this.#ending.all(owner, kind, MOST_OWNED - unending.length) as Row[];
    return [...unending, ...ending].sort((a, b) => (a.key < b.key ? -1 : 1)).map(recordOf);
  }
}

export class SiteRecordWrites {
  readonly #put: StatementSyncInstance;
  readonly #update: StatementSyncInstance;
  readonly #claim: StatementSyncInstance;
  readonly #remove: StatementSyncInstance;
  readonly #removeOwned: StatementSyncInstance;
  readonly #expire: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#put = db.prepare(
      'INSERT OR REPLACE INTO site_records (kind, key, owner, expires, doc) VALUES (?, ?, ?, ?, ?)',
    );
    this.#update = db.prepare(
      'UPDATE site_records SET owner = ?, expires = ?, doc = ? WHERE kind = ? AND key = ?',
    );
    this.#claim = db.prepare(
      `INSERT INTO site_records (kind, key, owner, expires, doc) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT DO UPDATE SET owner = ?3, expires = ?4, doc = ?5 WHERE expires > 0 AND expires <= ?6`,
    );
    this.#remove = db.prepare('DELETE FROM site_records WHERE kind = ? AND key = ?');
    this.#removeOwned = db.prepare('DELETE FROM site_records WHERE owner = ? AND kind = ? AND key <> ?');
    this.#expire = db.prepare('DELETE FROM site_records WHERE expires > 0 AND expires < ?');
  }

  apply(write: SiteRecordWrite): void {
    switch (write.write) {
      case 'put': {
        const { kind, key, owner, expires, doc } = write.record;
        this.#put.run(kind, key, owner, expires, toJson(doc));
        this.#expire.run(Date.now());
        return;
      }
      case 'update': {
        const { kind, key, owner, expires, doc } = write.record;
        this.#update.run(owner, expires, toJson(doc), kind, key);
        return;
      }
      case 'claim': {
        const { kind, key, owner, expires, doc } = write.record;
        this.#claim.run(kind, key, owner, expires, toJson(doc), write.now);
        return;
      }
      case 'remove':
        this.#remove.run(write.kind, write.key);
        return;
      case 'removeOwned':
        this.#removeOwned.run(write.owner, write.kind, write.exceptKey);
    }
  }
}
