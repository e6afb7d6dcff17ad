/** Searches of finished runs: the ids of all that match, up to the cap, then the documents of one page. */
import type { Collection, Db, Document, Filter, ObjectId } from 'mongodb';
import { type FacetedRun, FacetTally, factsOf, type RunFacets } from '../../rules/run-facets.js';
import { matchesSearch, type TextSearch, wordsOf } from '../../rules/search-text.js';
import type { RunHead } from '../port.js';
import {
  type FinishedRunsFilter,
  type FoundRuns,
  MOST_FACETED,
  MOST_TALLIED,
  type RunSearch,
} from '../queries.js';
import { decodeDocument } from './bson-values.js';
import { deletedRuns } from './deleted-runs.js';
import { IndexNames } from './indexes.js';
import { finishedFilter, hintOf } from './run-reads.js';
import { collectWithin, TextIndex } from './text-candidates.js';

/** No more is sent than is looked at in a moment. */
const A_BATCH = 1_000;
/** Names that one question to the server holds. */
const NAMES = 50;
const LISTED = { finished: true, deleted: false } as const;
const NEWEST = { last_updated: -1, _id: -1 } as const;
const LOOKED_AT = { last_updated: 1, 'args.info': 1, 'args.username': 1 } as const;
/** Without the long members of args. */
const FACETED = {
  tc_base: 1,
  failed: 1,
  deleted: 1,
  results: 1,
  ...Object.fromEntries(
    ['sprt', 'spsa.iter', 'spsa.num_iter', 'threads', 'num_games', 'new_tag', 'base_tag', 'book'].map(
      (name) => [`args.${name}`, 1],
    ),
  ),
} as const;

const TALLIED = { ...LOOKED_AT, ...FACETED } as const;
/** Long documents that are in memory at once. */
const PIECE = 50;

interface Match {
  readonly _id: ObjectId;
  readonly owner: string;
}

export class RunSearches {
  readonly #runs: Collection;
  readonly #actions: Collection;
  readonly #indexes: IndexNames;
  readonly #textIndex = new TextIndex();

  constructor(db: Db) {
    this.#runs = db.collection('runs');
    this.#actions = db.collection('actions');
    this.#indexes = new IndexNames(this.#runs);
  }

  async count(filter: FinishedRunsFilter): Promise<number> {
    const hint = hintOf(filter);
    const options = (await this.#indexes.has(hint)) ? { hint } : {};
    return await this.#runs.countDocuments(finishedFilter(filter), options);
  }

  /** @param read the documents of these ids, in any order */
  async find(search: RunSearch, read: (ids: ObjectId[]) => Promise<RunHead[]>): Promise<FoundRuns> {
    const { cap, skip, limit, usernames, text, facets } = search;
    if (usernames === undefined && text === undefined && facets === undefined)
      return { items: [], total: 0, isCut: false };
    const tally = new FacetTally(facets ?? {});
    const deleted = facets?.deleted === true ? await deletedRuns(this.#actions) : undefined;
    if (deleted?.ids.length === 0) return { items: [], total: 0, isCut: false, counts: tally.counts };
    const wanted = { text, facets, tally, deleted: deleted?.ids };
    // Deleted runs are few: one question finds those of all names.
    const groups = usernames === undefined || deleted !== undefined ? [usernames] : groupsOf(usernames);
    const found: ObjectId[] = [];
    let isWhole = deleted?.isWhole ?? true;
    for (const names of groups) {
      if (found.length > cap) break;
      const { matches, ended } = await this.#matches(names, wanted, cap + 1 - found.length);
      isWhole &&= ended;
      for (const { _id } of ranked(matches, names)) found.push(_id);
    }
    const items = await readPage(found.slice(0, cap).slice(skip, skip + limit), search.take, read);
    const isCut = found.length > cap || !isWhole;
    const total = Math.min(cap, found.length);
    if (facets === undefined) {
      if (isCut || total > MOST_TALLIED || total === 0) return { items, total, isCut };
      const all = await this.#runs.find({ _id: { $in: found } }, { projection: TALLIED }).toArray();
      for (const run of all) tally.add(factsOf(facetedRun(run)));
    }
    return { items, total, isCut, counts: tally.counts };
  }

  async #matches(names: readonly string[] | undefined, wanted: Wanted, most: number) {
    const { text, facets, deleted } = wanted;
    const filter: Filter<Document> = {
      ...(deleted === undefined ? LISTED : { _id: { $in: deleted }, deleted: true }),
      ...(names !== undefined && { 'args.username': { $in: names } }),
      ...timesOf(facets),
    };
    const members = facets === undefined ? LOOKED_AT : TALLIED;
    const isPlain = text === undefined && facets === undefined && (names?.length ?? 1) === 1;
    // Long documents are cut before they are sorted.
    const sorted = (match: Filter<Document>) =>
      this.#runs.aggregate([{ $match: match }, { $project: members }, { $sort: NEWEST }]);
    if (deleted !== undefined) return await this.#collect(sorted(filter), wanted, most, names);
    const scan = () => {
      const found = this.#runs.find(filter).sort(NEWEST).project(members);
      return this.#collect(isPlain ? found.limit(most) : found.batchSize(A_BATCH), wanted, most, names);
    };
    if (text === undefined) return await scan();
    return await this.#textIndex.use(
      text,
      async (candidates) =>
        await this.#collect(
          sorted({ ...filter, $text: candidates } as Filter<Document>),
          wanted,
          most,
          names,
        ),
      scan,
    );
  }

  async #collect(
    cursor: Parameters<typeof collectWithin<Document>>[0],
    { text, facets, tally }: Wanted,
    most: number,
    names: readonly string[] | undefined,
  ): Promise<{ matches: Match[]; ended: boolean }> {
    const matches: Match[] = [];
    let looked = 0;
    const ended = await collectWithin(cursor, (run) => {
      const { info, username } = (run['args'] ?? {}) as { info?: unknown; username?: unknown };
      const hasWords =
        text === undefined || matchesSearch(text, wordsOf(typeof info === 'string' ? info : ''));
      if (hasWords && facets !== undefined) looked += 1;
      if (looked > MOST_FACETED) return 'enough';
      if (hasWords && (facets === undefined || tally.add(factsOf(facetedRun(run)))))
        matches.push({ _id: run['_id'] as ObjectId, owner: String(username) });
      // Of several names the first counts first, however new the runs of the others are.
      return names === undefined || names.length === 1 ? enough(matches.length >= most) : 'more';
    });
    return { matches, ended: ended && looked <= MOST_FACETED };
  }
}

interface Wanted {
  readonly text: TextSearch | undefined;
  readonly facets: RunFacets | undefined;
  readonly tally: FacetTally;
  /** Deleted runs alone are asked for. */
  readonly deleted: readonly ObjectId[] | undefined;
}

async function readPage(
  ids: ObjectId[],
  take: RunSearch['take'],
  read: (ids: ObjectId[]) => Promise<RunHead[]>,
): Promise<RunHead[]> {
  const items: RunHead[] = [];
  for (let i = 0; i < ids.length; i += PIECE) {
    const piece = ids.slice(i, i + PIECE);
    const byId = new Map((await read(piece)).map((head) => [head._id, head]));
    for (const id of piece) {
      const head = byId.get(id.toHexString());
      if (head === undefined) continue;
      if (take === undefined) items.push(head);
      else take(head);
    }
  }
  return items;
}

function timesOf(facets: RunFacets | undefined): Filter<Document> {
  const { from, before } = facets ?? {};
  if (from === undefined && before === undefined) return {};
  const range = {
    ...(from !== undefined && { $gte: new Date(from) }),
    ...(before !== undefined && { $lt: new Date(before) }),
  };
  return { last_updated: range };
}

function facetedRun(run: Document): FacetedRun {
  return decodeDocument<FacetedRun>(run);
}

function enough(isEnough: boolean): 'enough' | 'more' {
  return isEnough ? 'enough' : 'more';
}

function ranked(matches: readonly Match[], names: readonly string[] | undefined): readonly Match[] {
  if (names === undefined) return matches;
  const rank = new Map(names.map((name, i) => [name, i]));
  return matches.toSorted((a, b) => rank.get(a.owner)! - rank.get(b.owner)!);
}

function groupsOf(names: readonly string[]): string[][] {
  const groups: string[][] = [];
  for (let i = 0; i < names.length; i += NAMES) groups.push(names.slice(i, i + NAMES));
  return groups;
}
