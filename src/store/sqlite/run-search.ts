/**
 * Searches of finished runs: the row numbers of all that match, up to the cap, then the documents of one page. The index of words has
 * runs in the order in which they came; of more than the cap those that came last are put in order.
 */
import { setImmediate } from 'node:timers/promises';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { FacetTally, factsOf, type RunFacets, type RunFacts } from '../../rules/run-facets.js';
import { matchesSearch, type TextSearch, wordsOf } from '../../rules/search-text.js';
import type { RunHead } from '../port.js';
import {
  type FinishedRunsFilter,
  type FoundRuns,
  MOST_FACETED,
  MOST_TALLIED,
  type RunSearch,
} from '../queries.js';
import { DeletedRuns } from './deleted-runs.js';
import { KnownFacets } from './known-facets.js';
import { matchOf } from './search-words.js';

const LISTED = 'finished = 1 AND deleted = 0';
/** Of so many matches of its words a search for words and owners looks at the owners, the last. */
const MOST_MATCHES = 10_000;
const MATCHES = 'SELECT rowid AS run FROM runs_text WHERE runs_text MATCH ? ORDER BY rowid DESC';
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
  readonly #byUsersAndText: StatementSyncInstance;
  readonly #matches: StatementSyncInstance;
  readonly #deleted: DeletedRuns;
  readonly #known: KnownFacets;

  constructor(db: DatabaseSyncInstance) {
    this.#counts = db.prepare('SELECT runs, green, yellow, ltc FROM finished_counts WHERE owner = ?');
    this.#byTime = db.prepare(
      `SELECT run FROM runs INDEXED BY runs_finished WHERE ${LISTED} AND last_updated >= ? AND last_updated < ? ${ORDER}`,
    );
    this.#byUser = db.prepare(
      `SELECT run FROM runs INDEXED BY runs_finished_user WHERE ${LISTED} AND username = ? ${ORDER}`,
    );
    // CROSS keeps the order of the loops: each match is looked up, until there are enough. To sort them here is cheap beside giving
    // each to JavaScript.
    this.#byText = db.prepare(
      `SELECT run, count(*) OVER () AS count FROM (
         SELECT run, last_updated FROM runs_text CROSS JOIN runs ON runs.run = runs_text.rowid
         WHERE runs_text MATCH ? AND ${LISTED} ORDER BY runs_text.rowid DESC LIMIT ?
       ) ${ORDER}`,
    );
    this.#byUsersAndText = db.prepare(
      `SELECT run, last_updated, username FROM (${MATCHES} LIMIT ${MOST_MATCHES}) CROSS JOIN runs USING (run)
       WHERE ${LISTED} AND +username IN (SELECT value FROM json_each(?))`,
    );
    this.#matches = db.prepare(`SELECT count(*) AS n FROM (${MATCHES} LIMIT ${MOST_MATCHES + 1})`);
    this.#deleted = new DeletedRuns(db);
    this.#known = new KnownFacets(db);
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
  async find(search: RunSearch, read: (run: number) => RunHead | undefined): Promise<FoundRuns> {
    const { cap, skip, limit, facets } = search;
    if (facets !== undefined) return await this.#faceted(search, facets, read);
    const shown = Math.max(skip + limit, MOST_TALLIED);
    const { rows, count, isWhole } = this.#rows(search, cap + 1, shown);
    const items: RunHead[] = [];
    const take = search.take ?? ((head) => items.push(head));
    const turns = new LookTurns();
    for (const run of rows.slice(0, cap).slice(skip, skip + limit)) {
      await turns.next();
      const head = read(run);
      if (head !== undefined) take(head);
    }
    const isCut = count > cap || !isWhole;
    const total = Math.min(cap, count);
    if (isCut || total > MOST_TALLIED || total === 0) return { items, total, isCut };
    const tally = new FacetTally({});
    for (const run of rows) {
      const head = read(run);
      if (head !== undefined) tally.add(factsOf(head));
    }
    return { items, total, isCut, counts: tally.counts };
  }

  async #faceted(
    search: RunSearch,
    facets: RunFacets,
    read: (run: number) => RunHead | undefined,
  ): Promise<FoundRuns> {
    const { cap, skip, limit, text } = search;
    const isDeleted = facets.deleted === true;
    this.#known.refresh();
    const { rows, isWhole } = isDeleted
      ? this.#deleted.rows(search.usernames)
      : this.#rows(search, MOST_FACETED + 1, MOST_FACETED + 1);
    const items: RunHead[] = [];
    const take = search.take ?? ((head) => items.push(head));
    const tally = new FacetTally(facets);
    const turns = new LookTurns();
    let [total, looked] = [0, 0];
    for (; looked < Math.min(rows.length, MOST_FACETED) && total <= cap; looked++) {
      if (turns.isDue) await turns.next();
      if (turns.isTimeUp) break;
      const run = rows[looked]!;
      const facts = isDeleted ? deletedFacts(read(run), text) : this.#known.of(run, read);
      if (facts === undefined || !tally.add(facts)) continue;
      if (total >= skip && total < Math.min(cap, skip + limit)) {
        const head = read(run);
        if (head !== undefined) take(head);
      }
      total += 1;
    }
    const isCut = total > cap || looked < rows.length || !isWhole;
    return { items, total: Math.min(cap, total), isCut, counts: tally.counts };
  }

  /** @param shown so many of the newest are enough, where all are but counted */
  #rows({ usernames, text, facets }: RunSearch, most: number, shown: number): Rows {
    const whole = (found: unknown[]) => ({
      rows: (found as Pick<Matched, 'run'>[]).map(({ run }) => run),
      count: found.length,
      isWhole: true,
    });
    if (text !== undefined && usernames !== undefined)
      return this.#rowsOfNames(matchOf(text), usernames, most);
    if (text !== undefined) {
      const found = this.#byText.all(matchOf(text), most, shown) as { run: number; count: number }[];
      return { ...whole(found), count: found[0]?.count ?? 0 };
    }
    if (usernames === undefined) {
      if (facets === undefined) return whole([]);
      return whole(this.#byTime.all(facets.from ?? 0, facets.before ?? Number.MAX_SAFE_INTEGER, most));
    }
    const found: unknown[] = [];
    for (const name of usernames) {
      if (found.length >= most) break;
      for (const row of this.#byUser.all(name, most - found.length)) found.push(row);
    }
    return whole(found);
  }

  #rowsOfNames(match: string, usernames: readonly string[], most: number): Rows {
    const rank = new Map(usernames.map((name, i) => [name, i]));
    const found = this.#byUsersAndText.all(match, JSON.stringify(usernames)) as (Matched & {
      username: string;
    })[];
    found.sort((a, b) => rank.get(a.username)! - rank.get(b.username)! || newestFirst(a, b));
    const isWhole = found.length >= most || (this.#matches.get(match) as { n: number }).n <= MOST_MATCHES;
    const rows = found.slice(0, most).map(({ run }) => run);
    return { rows, count: rows.length, isWhole };
  }
}

/** The index of words has those of the lists alone in mind. */
function deletedFacts(head: RunHead | undefined, text: TextSearch | undefined): RunFacts | undefined {
  if (head === undefined) return undefined;
  if (text !== undefined && !matchesSearch(text, wordsOf(head.args.info ?? ''))) return undefined;
  return factsOf(head);
}

interface Rows {
  readonly rows: readonly number[];
  /** Of these and of those that were not asked for. */
  readonly count: number;
  /** All matches were looked at, or enough of them. */
  readonly isWhole: boolean;
}

interface Matched {
  readonly run: number;
  readonly last_updated: number;
}

function newestFirst(a: Matched, b: Matched): number {
  return b.last_updated - a.last_updated || b.run - a.run;
}

/** Lets what else the thread has to do have its turn. */
class LookTurns {
  readonly #latest = performance.now() + LONGEST_MS;
  #turn = performance.now();

  get isTimeUp(): boolean {
    return this.#turn > this.#latest;
  }

  get isDue(): boolean {
    return performance.now() - this.#turn > TURN_MS;
  }

  async next(): Promise<void> {
    if (!this.isDue) return;
    await setImmediate();
    this.#turn = performance.now();
  }
}
