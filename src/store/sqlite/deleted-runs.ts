/**
 * Deleted runs, newest first. No index has them: they are found by the events that tell of their deletion, of which the newest are
 * looked at.
 */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { MOST_FACETED } from '../queries.js';

export class DeletedRuns {
  readonly #events: StatementSyncInstance;
  readonly #runs: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#events = db.prepare(
      "SELECT run_id FROM actions WHERE action = 'delete_run' ORDER BY time DESC, action_id DESC LIMIT ?",
    );
    this.#runs = db.prepare(
      `SELECT run, username FROM runs WHERE run_id IN (SELECT value FROM json_each(?)) AND deleted = 1
       ORDER BY last_updated DESC, run DESC`,
    );
  }

  /** @param usernames owners, those of the first first; absent: all */
  rows(usernames: readonly string[] | undefined): { rows: number[]; isWhole: boolean } {
    const events = this.#events.all(MOST_FACETED + 1) as { run_id: string | null }[];
    const ids = JSON.stringify([...new Set(events.slice(0, MOST_FACETED).map(({ run_id: id }) => id))]);
    const found = this.#runs.all(ids) as { run: number; username: string | null }[];
    const isWhole = events.length <= MOST_FACETED;
    if (usernames === undefined) return { rows: found.map(({ run }) => run), isWhole };
    const rank = new Map(usernames.map((name, i) => [name, i]));
    const rankOf = ({ username }: { username: string | null }) => rank.get(username ?? '') ?? -1;
    const owned = found.filter((row) => rankOf(row) >= 0).sort((a, b) => rankOf(a) - rankOf(b));
    return { rows: owned.map(({ run }) => run), isWhole };
  }
}
