/** Writes the records that are found by their name: users, workers, nets, key-values, contributors. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { Keyed, NetDocument, UserDocument, WorkerDocument } from '../../model/documents.js';
import { number } from '../../rules/stored-values.js';
import type { ContributorWrite, NetTest, UserChange } from '../../state/write-batch.js';
import { nameText } from '../usable-records.js';
import { toJson } from './json-text.js';

export class RecordWrites {
  readonly #user: StatementSyncInstance;
  readonly #newUser: StatementSyncInstance;
  readonly #changeUser: StatementSyncInstance;
  readonly #removeUser: StatementSyncInstance;
  readonly #worker: StatementSyncInstance;
  readonly #net: StatementSyncInstance;
  readonly #keyValue: StatementSyncInstance;
  readonly #contributor: StatementSyncInstance;
  readonly #entries: Readonly<
    Record<ContributorWrite['period'], readonly [StatementSyncInstance, StatementSyncInstance]>
  >;
  readonly #download: StatementSyncInstance;
  readonly #removeNet: StatementSyncInstance;
  readonly #firstTest: StatementSyncInstance;
  readonly #lastTest: StatementSyncInstance;
  readonly #masterNet: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#user = db.prepare(
      `INSERT INTO users (username, doc, id) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET doc = excluded.doc, id = coalesce(excluded.id, id)`,
    );
    this.#newUser = db.prepare('INSERT INTO users (username, doc) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#changeUser = db.prepare(
      `UPDATE users SET doc = json_patch(doc, ?1)
       WHERE username = ?2 AND (?3 IS NULL OR doc -> '$.password' = ?3)`,
    );
    this.#removeUser = db.prepare('DELETE FROM users WHERE username = ?');
    this.#worker = db.prepare(
      `INSERT INTO workers (worker_name, blocked, doc, id) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET blocked = excluded.blocked, doc = excluded.doc, id = coalesce(excluded.id, id)`,
    );
    this.#net = db.prepare(
      `INSERT INTO nets (name, downloads, doc, id) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET downloads = excluded.downloads, doc = excluded.doc, id = coalesce(excluded.id, id)`,
    );
    this.#keyValue = db.prepare('INSERT OR REPLACE INTO key_values (key, value) VALUES (?, ?)');
    this.#contributor = db.prepare(
      `INSERT INTO user_cache (username, cpu_hours) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET cpu_hours = excluded.cpu_hours`,
    );
    this.#entries = {
      all: [
        db.prepare(
          `INSERT OR REPLACE INTO user_cache (username, doc, cpu_hours) VALUES (?1, ?2, json_extract(?2, '$.cpu_hours'))`,
        ),
        db.prepare('DELETE FROM user_cache WHERE username = ?'),
      ],
      month: [
        db.prepare('INSERT OR REPLACE INTO top_month (username, doc) VALUES (?1, ?2)'),
        db.prepare('DELETE FROM top_month WHERE username = ?'),
      ],
    };
    this.#removeNet = db.prepare('DELETE FROM nets WHERE name = ?');
    this.#firstTest = db.prepare(
      `UPDATE nets SET doc = json_insert(doc, '$.first_test', json(?)) WHERE name = ?`,
    );
    this.#lastTest = db.prepare(
      `UPDATE nets SET doc = json_set(doc, '$.last_test', json(?))
       WHERE name = ? AND coalesce(json_extract(doc, '$.last_test.date'), 0) <= ?`,
    );
    this.#masterNet = db.prepare(
      `UPDATE nets SET doc = json_set(doc, '$.is_master', json('true'))
       WHERE name = ? AND json_extract(doc, '$.first_test') IS NOT NULL`,
    );
    this.#download = db.prepare('UPDATE nets SET downloads = downloads + ? WHERE name = ?');
  }

  user({ _id, ...user }: Keyed<UserDocument>): void {
    this.#user.run(nameText(user.username), toJson(user), _id ?? null);
  }

  newUser(user: UserDocument): void {
    this.#newUser.run(user.username, toJson(user));
  }

  changeUser({ username, members, ifPassword }: UserChange): void {
    this.#changeUser.run(toJson(members), username, ifPassword === undefined ? null : toJson(ifPassword));
  }

  removeUser(username: string): void {
    this.#removeUser.run(username);
  }

  worker({ _id, ...worker }: Keyed<WorkerDocument>): void {
    this.#worker.run(nameText(worker.worker_name), worker.blocked ? 1 : 0, toJson(worker), _id ?? null);
  }

  net({ _id, ...net }: Keyed<NetDocument>): void {
    this.#net.run(nameText(net.name), number(net.downloads, 0), toJson(net), _id ?? null);
  }

  removeNet(name: string): void {
    this.#removeNet.run(name);
  }

  /** A clock that stepped back moves no test. */
  netTest({ net, runId, date }: NetTest): void {
    const test = toJson({ id: runId, date });
    this.#firstTest.run(test, net);
    this.#lastTest.run(test, net, date);
  }

  masterNet(name: string): void {
    this.#masterNet.run(name);
  }

  keyValue(key: string, value: unknown): void {
    this.#keyValue.run(key, toJson(value));
  }

  contributor(username: string, cpuHours: number): void {
    this.#contributor.run(nameText(username), number(cpuHours, 0));
  }

  contributorEntry({ period, username, entry }: ContributorWrite): void {
    const [put, remove] = this.#entries[period];
    if (entry === undefined) remove.run(username);
    else put.run(username, toJson(entry));
  }

  /** @returns false when there is no such net */
  countDownload(name: string, times: number): boolean {
    return this.#download.run(times, name).changes === 1;
  }
}
