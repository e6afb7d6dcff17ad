/** Searches of finished runs: the row numbers of all that match, up to the cap, then the documents of one page. */
import { setImmediate } from 'node:timers/promises';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { matchesFacets, type RunFacets } from '../../rules/run-facets.js';
import { type FinishedRunsFilter, type Found, MOST_FACETED, type RunHead, type RunSearch } from '../port.js';
import { matchOf } from './search-words.js';

const LISTED = 'finished = 1 AND deleted = 0';
const BY_TEXT = `SELECT run FROM runs_text JOIN runs ON runs.run = runs_text.rowid WHERE runs_text MATCH ? AND ${LISTED}`;
/** Of a search by facets. */
const LONGEST_MS = 3_000;
/** Documents are looked at for so long before what else the thread has to do has its turn. */
const TURN_MS = 5;
const ORDER = 'ORDER BY last_updated DESC, run DESC LIMIT ?';

export class RunSearches {
  readonly #counts: StatementSyncInstance;
  readonly #byTime: StatementSyncInstance;
  readonly #byUser: StatementSyncInstance;
  readonly #byText: StatementSyncInstance;
  readonly #byUserAndText: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    this.#counts = db.prepare('SELECT runs, green, yellow, ltc FROM finished_counts WHERE owner = ?');
    this.#byTime = db.prepare(
      `SELECT run FROM runs INDEXED BY runs_finished WHERE ${LISTED} AND last_updated >= ? AND last_updated < ? ${ORDER}`,
    );
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
  async find(search: RunSearch, read: (run: number) => RunHead | undefined): Promise<Found<RunHead>> {
    const { cap, skip, limit, facets } = search;
    if (facets !== undefined) return await this.#faceted(search, facets, read);
    const found = this.#rows(search, cap + 1);
    const page = found.slice(0, cap).slice(skip, skip + limit);
    const items = page.map(read).filter((head) => head !== undefined);
    return { items, total: Math.min(cap, found.length), isCut: found.length > cap };
  }

  async #faceted(
    search: RunSearch,
    facets: RunFacets,
    read: (run: number) => RunHead | undefined,
  ): Promise<Found<RunHead>> {
    const { cap, skip, limit } = search;
    const rows = this.#rows(search, MOST_FACETED + 1);
    const latest = performance.now() + LONGEST_MS;
    const items: RunHead[] = [];
    let [total, looked, turn] = [0, 0, performance.now()];
    for (; looked < Math.min(rows.length, MOST_FACETED) && total <= cap; looked++) {
      if (performance.now() - turn > TURN_MS) {
        await setImmediate();
        turn = performance.now();
        if (turn > latest) break;
      }
      const head = read(rows[looked]!);
      if (head === undefined || !matchesFacets(facets, head)) continue;
      if (total >= skip && total < Math.min(cap, skip + limit)) items.push(head);
      total += 1;
    }
    return { items, total: Math.min(cap, total), isCut: total > cap || looked < rows.length };
  }

  #rows({ usernames, text, facets }: RunSearch, most: number): number[] {
    const match = text === undefined ? undefined : matchOf(text);
    const rows = (statement: StatementSyncInstance, ...values: (string | number)[]) =>
      (statement.all(...values) as { run: number }[]).map(({ run }) => run);
    if (usernames === undefined && match !== undefined) return rows(this.#byText, match, most);
    if (usernames === undefined) {
      if (facets === undefined) return [];
      return rows(this.#byTime, facets.from ?? 0, facets.before ?? Number.MAX_SAFE_INTEGER, most);
    }
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
