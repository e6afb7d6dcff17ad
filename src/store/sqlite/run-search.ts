/** Searches of finished runs: the row numbers of all that match, up to the cap, then the documents of one page. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { FinishedRunsFilter, Found, RunHead, RunSearch } from '../port.js';
import { matchOf } from './search-words.js';

const LISTED = 'finished = 1 AND deleted = 0';
const BY_TEXT = `SELECT run FROM runs_text JOIN runs ON runs.run = runs_text.rowid WHERE runs_text MATCH ? AND ${LISTED}`;
const ORDER = 'ORDER BY last_updated DESC, run DESC LIMIT ?';

export class RunSearches {
  readonly #counts: StatementSyncInstance;
  readonly #byUser: StatementSyncInstance;
  readonly #byText: StatementSyncInstance;
  readonly #byUserAndText: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#counts = db.prepare('SELECT runs, green, yellow, ltc FROM finished_counts WHERE owner = ?');
    this.#byUser = db.prepare(
      `SELECT run FROM runs INDEXED BY runs_finished_user WHERE ${LISTED} AND username = ? ${ORDER}`,
    );
    this.#byText = db.prepare(`${BY_TEXT} ${ORDER}`);
    this.#byUserAndText = db.prepare(`${BY_TEXT} AND username = ? ${ORDER}`);
  }

  count({ username, successOnly, yellowOnly, ltcOnly }: FinishedRunsFilter): number {
    const row = this.#counts.get(username === undefined ? '*' : `=${username}`) as
      | { runs: number; green: number; yellow: number; ltc: number }
      | undefined;
    if (row === undefined) return 0;
    if (successOnly) return row.green;
    if (yellowOnly) return row.yellow;
    return ltcOnly ? row.ltc : row.runs;
  }

  /** @param read the document of a row */
  find(search: RunSearch, read: (run: number) => RunHead | undefined): Found<RunHead> {
    const { cap, skip, limit } = search;
    const found = this.#rows(search, cap + 1);
    const page = found.slice(0, cap).slice(skip, skip + limit);
    const items = page.map(read).filter((head) => head !== undefined);
    return { items, total: Math.min(cap, found.length), isCut: found.length > cap };
  }

  #rows({ usernames, text }: RunSearch, most: number): number[] {
    const match = text === undefined ? undefined : matchOf(text);
    const rows = (statement: StatementSyncInstance, ...values: (string | number)[]) =>
      (statement.all(...values) as { run: number }[]).map(({ run }) => run);
    if (usernames === undefined) return match === undefined ? [] : rows(this.#byText, match, most);
    const found: number[] = [];
    for (const name of usernames) {
      if (found.length >= most) break;
      const left = most - found.length;
      const more =
        match === undefined ? rows(this.#byUser, name, left) : rows(this.#byUserAndText, match, name, left);
      for (const run of more) found.push(run);
    }
    return found;
  }
}
