/** The list of blocked workers: along the index of changes, whose entries tell all but what a page shows. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { WorkerDocument } from '../../model/documents.js';
import { type BlockedQuery, type BlockedWorker, type Found, MOST_BLOCKED } from '../queries.js';
import { ownerOfWorker, sortedPage } from '../sorted-page.js';
import { fromJson } from './json-text.js';

const CHANGED = "json_extract(doc, '$.last_updated')";
/** Without a bound of its own each is as wide as numbers are. */
const LISTED = `FROM workers INDEXED BY workers_changed WHERE blocked = 1 AND ${CHANGED} >= ?1 AND ${CHANGED} < ?2
  AND instr(lower(worker_name), ?3) > 0 ORDER BY ${CHANGED}`;

interface Named {
  readonly name: string;
  readonly email: string | null;
}

export class BlockedReads {
  readonly #count: StatementSyncInstance;
  readonly #names: Readonly<Record<BlockedQuery['order'], StatementSyncInstance>>;
  readonly #email: StatementSyncInstance;
  readonly #worker: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#count = db.prepare(`SELECT count(*) AS n FROM (SELECT 1 ${LISTED} DESC LIMIT ?4)`);
    const names = (order: string) =>
      db.prepare(`SELECT worker_name AS name ${LISTED} ${order}, worker_name ${order} LIMIT ?4 OFFSET ?5`);
    this.#names = { asc: names('ASC'), desc: names('DESC') };
    this.#email = db.prepare("SELECT json_extract(doc, '$.email') AS email FROM users WHERE username = ?");
    this.#worker = db.prepare('SELECT doc FROM workers WHERE worker_name = ?');
  }

  find(query: BlockedQuery): Found<BlockedWorker> {
    const { since, before, text, sort, order, skip, limit } = query;
    const bounds = [since ?? 0, before ?? Number.MAX_SAFE_INTEGER, (text ?? '').toLowerCase()] as const;
    const { n } = this.#count.get(...bounds, MOST_BLOCKED + 1) as { n: number };
    const total = Math.min(n, MOST_BLOCKED);
    const last = Math.min(total, skip + limit);
    const names = (by: BlockedQuery['order'], most: number, from: number) =>
      (this.#names[by].all(...bounds, most, from) as { name: string }[]).map(({ name }) => name);
    const page =
      sort === 'changed'
        ? names(order, Math.max(0, last - skip), skip).map((name) => this.#named(name))
        : this.#sorted(names('desc', MOST_BLOCKED, 0), query);
    return { items: page.map((named) => this.#blocked(named)), total, isCut: n > total };
  }

  #sorted(names: readonly string[], query: BlockedQuery): Named[] {
    if (query.sort === 'email') {
      const all = names.map((name) => this.#named(name));
      return sortedPage(
        all,
        query,
        ({ email }) => email ?? '',
        ({ name }) => name,
      );
    }
    const same = (name: string) => name;
    return sortedPage(names, query, (name) => name.toLowerCase(), same).map((name) => this.#named(name));
  }

  #named(name: string): Named {
    const row = this.#email.get(ownerOfWorker(name)) as { email: string | null } | undefined;
    return { name, email: row?.email ?? null };
  }

  #blocked({ name, email }: Named): BlockedWorker {
    const { doc } = this.#worker.get(name) as { doc: string };
    return { ...(fromJson(doc) as WorkerDocument), ...(email !== null && { email }) };
  }
}
