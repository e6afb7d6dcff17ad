/** Reads users, workers, nets, key-values and contributors. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type {
  ContributorDocument,
  ContributorPeriod,
  Keyed,
  NetDocument,
  UserDocument,
  WorkerDocument,
} from '../../model/documents.js';
import { usableContributor, usableNet, usableUser, usableWorker } from '../usable-records.js';
import { fromJson } from './json-text.js';

/** Rows of one page of a stream. */
const PAGE = 1_000;

interface NamedRow {
  name: string;
  doc: string;
}

export class RecordReads {
  readonly #user: StatementSyncInstance;
  readonly #users: StatementSyncInstance;
  readonly #usernames: StatementSyncInstance;
  readonly #userLike: StatementSyncInstance;
  readonly #userByEmail: StatementSyncInstance;
  readonly #blocked: StatementSyncInstance;
  readonly #net: StatementSyncInstance;
  readonly #nets: StatementSyncInstance;
  readonly #knownNets: StatementSyncInstance;
  readonly #keyValue: StatementSyncInstance;
  readonly #cpuHours: StatementSyncInstance;
  readonly #contributors: Readonly<Record<ContributorPeriod, StatementSyncInstance>>;
  readonly #worker: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#user = db.prepare('SELECT doc FROM users WHERE username = ?');
    this.#users = db.prepare(
      `SELECT username AS name, doc FROM users WHERE username > ? ORDER BY username LIMIT ${PAGE}`,
    );
    // The index of names is shorter than the accounts.
    this.#usernames = db.prepare('SELECT username FROM users INDEXED BY users_lower_name');
    this.#userLike = db.prepare('SELECT doc FROM users WHERE lower(username) = lower(?)');
    this.#userByEmail = db.prepare(
      "SELECT doc FROM users WHERE lower(json_extract(doc, '$.email')) = lower(?) LIMIT 1",
    );
    this.#blocked = db.prepare(
      `SELECT worker_name AS name, doc FROM workers INDEXED BY workers_blocked
       WHERE blocked = 1 AND worker_name > ? ORDER BY worker_name LIMIT ${PAGE}`,
    );
    this.#net = db.prepare('SELECT downloads, doc FROM nets WHERE name = ?');
    this.#nets = db.prepare('SELECT id, downloads, doc FROM nets ORDER BY name');
    this.#knownNets = db.prepare('SELECT name FROM nets WHERE name IN (SELECT value FROM json_each(?))');
    this.#keyValue = db.prepare('SELECT value FROM key_values WHERE key = ?');
    this.#contributors = {
      all: db.prepare('SELECT username, cpu_hours, doc FROM user_cache'),
      month: db.prepare('SELECT username, 0 AS cpu_hours, doc FROM top_month'),
    };
    this.#worker = db.prepare('SELECT doc FROM workers WHERE worker_name = ?');
    this.#cpuHours = db.prepare('SELECT cpu_hours FROM user_cache WHERE username = ?');
  }

  user(username: string): UserDocument | undefined {
    const row = this.#user.get(username) as { doc: string } | undefined;
    return row && usableUser(fromJson(row.doc) as UserDocument);
  }

  usernames(): string[] {
    return (this.#usernames.all() as { username: string }[]).map(({ username }) => username);
  }

  userLike(username: string): UserDocument | undefined {
    const row = this.#userLike.get(username) as { doc: string } | undefined;
    return row && usableUser(fromJson(row.doc) as UserDocument);
  }

  userByEmail(email: string): UserDocument | undefined {
    const row = this.#userByEmail.get(email) as { doc: string } | undefined;
    return row && usableUser(fromJson(row.doc) as UserDocument);
  }

  users(): AsyncGenerator<UserDocument> {
    return stream(this.#users, usableUser);
  }

  blockedWorkers(): AsyncGenerator<WorkerDocument> {
    return stream(this.#blocked, usableWorker);
  }

  net(name: string): NetDocument | undefined {
    const row = this.#net.get(name) as { downloads: number; doc: string } | undefined;
    return row && { ...usableNet(fromJson(row.doc) as NetDocument), downloads: row.downloads };
  }

  knownNets(names: readonly string[]): string[] {
    return (this.#knownNets.all(JSON.stringify(names)) as { name: string }[]).map(({ name }) => name);
  }

  *nets(): Generator<Keyed<NetDocument>> {
    const rows = this.#nets.all() as { id: string | null; downloads: number; doc: string }[];
    for (const { id, downloads, doc } of rows) {
      yield { ...(id === null ? {} : { _id: id }), ...usableNet(fromJson(doc) as NetDocument), downloads };
    }
  }

  keyValue(key: string): unknown {
    const row = this.#keyValue.get(key) as { value: string } | undefined;
    return row && fromJson(row.value);
  }

  contributors(period: ContributorPeriod): ContributorDocument[] {
    const rows = this.#contributors[period].all() as {
      username: string;
      cpu_hours: number | null;
      doc: string | null;
    }[];
    return rows.map(({ username, cpu_hours, doc }) => {
      const entry =
        doc === null ? { cpu_hours: cpu_hours ?? 0 } : (fromJson(doc) as Partial<ContributorDocument>);
      return usableContributor({
        ...entry,
        ...(period === 'all' && { cpu_hours: cpu_hours ?? 0 }),
        username,
      });
    });
  }

  worker(name: string): WorkerDocument | undefined {
    const row = this.#worker.get(name) as { doc: string } | undefined;
    return row && usableWorker(fromJson(row.doc) as WorkerDocument);
  }

  cpuHours(username: string): number | undefined {
    const row = this.#cpuHours.get(username) as { cpu_hours: number } | undefined;
    return row?.cpu_hours;
  }
}

/** Follows the names upwards, one page at a time. */
async function* stream<T>(page: StatementSyncInstance, usable: (record: T) => T): AsyncGenerator<T> {
  for (let last = ''; ; ) {
    const rows = page.all(last) as NamedRow[];
    for (const row of rows) yield usable(fromJson(row.doc) as T);
    if (rows.length < PAGE) return;
    last = rows[rows.length - 1]!.name;
  }
}
