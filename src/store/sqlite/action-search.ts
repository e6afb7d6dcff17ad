/**
 * Searches of the action log. Each name and kind that is asked for is read along its own index, newest first, and the parts are
 * merged, so that a page costs what it shows, however much the log has of others.
 */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { BoundedCache } from '../../memory/bounded-cache.js';
import type { ActionDocument } from '../../model/documents.js';
import { TEXT_BOUNDARY, type TextSearch, wordsOf } from '../../rules/search-text.js';
import { orderedPage } from '../action-order.js';
import { type ActionSearch, type Found, HIDDEN_KINDS } from '../queries.js';
import { usableAction } from '../usable-records.js';
import { fromJson } from './json-text.js';
import { matchOf } from './search-words.js';

const SHOWN = `action NOT IN (${HIDDEN_KINDS.map((kind) => `'${kind}'`).join(', ')})`;
/** Of so many that have the words, the last, those are chosen that fit otherwise. */
const MOST_MATCHES = 10_000;
/** More events than come out of the order of their times. */
const OUT_OF_ORDER = 1_000;
const LAST_ID = Number.MAX_SAFE_INTEGER;
/** Names that the index of words is asked for; of more, what it gives is looked at. */
const MOST_NAMES = 40;
/** What each of several parts is asked for at first; where that does not do, so many times more. */
const FIRST_OF_PART = 4;
const MORE = 4;
/** Of each column that sorts. Half of them at least are remembered: as many as a visitor sorts, with those that came since. */
const MOST_SORT_KEYS = 20_000;

interface Part {
  /** Whose entries are those of the part: left alone, SQLite counts along one that has others among them. */
  readonly index: string;
  readonly conditions: readonly string[];
  readonly values: readonly (string | number)[];
}

interface Order {
  readonly time: number;
  readonly action_id: string;
}

interface Keyed extends Order {
  readonly id: number;
}

/** What a part has given so far, newest first. */
interface Stream {
  readonly part: Part;
  keys: readonly Keyed[];
  asked: number;
}

export class ActionSearches {
  readonly #db: DatabaseSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();
  /** By what is sorted by, then by the event's number. */
  readonly #sortKeys = new Map<string, BoundedCache<number, string>>();

  constructor(db: DatabaseSyncInstance) {
    this.#db = db;
  }

  find(search: ActionSearch): Found<ActionDocument> {
    const { ordered, cap } = search;
    if (ordered === undefined) return this.#withDocuments(this.#findKeys(search));
    const found = this.#findKeys({ ...search, skip: 0, limit: cap });
    const keyOf = ordered.keyOf && this.#remembered(ordered.by, ordered.keyOf);
    return this.#withDocuments({ ...found, items: orderedPage(found.items, search, ordered.order, keyOf) });
  }

  #findKeys(search: ActionSearch): Found<Keyed> {
    return search.text === undefined ? this.#findListed(search) : this.#findText(search, search.text);
  }

  #withDocuments({ items, ...found }: Found<Keyed>): Found<ActionDocument> {
    return { ...found, items: items.map(({ id }) => this.#document(id)) };
  }

  /** Events never change: what one is sorted by is read once, while it is among those that were asked for last. */
  #remembered(by: string, keyOf: (action: ActionDocument) => string): (event: Keyed) => string {
    let keys = this.#sortKeys.get(by);
    if (keys === undefined) {
      keys = new BoundedCache(MOST_SORT_KEYS);
      this.#sortKeys.set(by, keys);
    }
    const known = keys;
    return ({ id }) => {
      let key = known.get(id);
      if (key === undefined) {
        key = keyOf(this.#document(id));
        known.set(id, key);
      }
      return key;
    };
  }

  /**
   * The index of words has events as they came, which is nearly in the order of their times: those that may be on the page are put in
   * order. The first word of an event is its kind, so that the index tells that, too, and counts without a look at events.
   */
  #findText(search: ActionSearch, text: TextSearch): Found<Keyed> {
    const { cap, skip, limit, usernames, runId, until } = search;
    const { conditions, values } = conditionsOf(search);
    const match = narrowed(matchOf(text), search);
    const isNarrow = usernames !== undefined || runId !== undefined;
    const newest = until === undefined ? LAST_ID : this.#lastId(until);
    // CROSS keeps the order of the loops: each match is looked up, until there are enough.
    const from = isNarrow
      ? `(SELECT rowid AS id FROM actions_text WHERE actions_text MATCH ? AND rowid <= ? ORDER BY rowid DESC LIMIT ${MOST_MATCHES})
         CROSS JOIN actions USING (id) WHERE ${conditions.join(' AND ')}`
      : `actions_text CROSS JOIN actions ON actions.id = actions_text.rowid
         WHERE actions_text MATCH ? AND actions_text.rowid <= ? AND ${conditions.join(' AND ')} ORDER BY actions_text.rowid DESC`;
    const statement = this.#statement(`SELECT id, time, action_id FROM ${from} LIMIT ?`);
    const isCounted = !isNarrow && until === undefined;
    const most = isCounted ? Math.min(cap, skip + limit + OUT_OF_ORDER) : cap + 1;
    const found = statement.all(match, newest, ...values, most) as Keyed[];
    const count = isCounted ? this.#countMatches(match, cap + 1) : found.length;
    const isWhole = !isNarrow || count > cap || this.#countMatches(match, MOST_MATCHES + 1) <= MOST_MATCHES;
    const page = found
      .slice(0, cap)
      .sort(newestFirst)
      .slice(skip, skip + limit);
    return {
      items: page,
      total: Math.min(cap, count),
      isCut: count > cap || !isWhole,
    };
  }

  /** Of an event of that time, and of those that came about then. */
  #lastId(time: number): number {
    const statement = this.#statement('SELECT id FROM actions WHERE time <= ? ORDER BY time DESC LIMIT 1');
    const row = statement.get(time) as { id: number } | undefined;
    return (row?.id ?? 0) + OUT_OF_ORDER;
  }

  #countMatches(match: string, most: number): number {
    const statement = this.#statement(
      'SELECT count(*) AS n FROM (SELECT 1 FROM actions_text WHERE actions_text MATCH ? LIMIT ?)',
    );
    return (statement.get(match, most) as { n: number }).n;
  }

  #findListed(search: ActionSearch): Found<Keyed> {
    const { cap, skip, limit } = search;
    const parts = partsOf(search);
    let total = 0;
    for (const part of parts) total += this.#count(part, cap + 1 - total);
    const last = Math.min(cap, skip + limit);
    const keys =
      parts.length === 1 ? this.#keys(parts[0]!, last - skip, skip) : this.#newest(parts, last).slice(skip);
    return { items: keys, total: Math.min(cap, total), isCut: total > cap };
  }

  /** Merges the parts: only those are asked for more whose last key may be followed by one that is among the newest. */
  #newest(parts: readonly Part[], count: number): Keyed[] {
    const streams: Stream[] = parts.map((part) => ({ part, keys: [], asked: 0 }));
    for (let open = streams; ; ) {
      for (const stream of open) {
        stream.asked = Math.min(count, Math.max(FIRST_OF_PART, stream.asked * MORE));
        stream.keys = this.#keys(stream.part, stream.asked, 0);
      }
      const newest = streams
        .flatMap(({ keys }) => keys)
        .sort(newestFirst)
        .slice(0, count);
      const edge = newest[count - 1];
      open = streams.filter(({ keys, asked }) => {
        const hasMore = keys.length === asked && asked < count;
        return hasMore && (edge === undefined || newestFirst(keys[asked - 1]!, edge) < 0);
      });
      if (open.length === 0) return newest;
    }
  }

  #document(id: number): ActionDocument {
    const { doc } = this.#statement('SELECT doc FROM actions WHERE id = ?').get(id) as { doc: string };
    return usableAction(fromJson(doc) as ActionDocument);
  }

  /** Along the index from name to name, however many actions each has. */
  actors(): string[] {
    const statement = this.#statement(
      `WITH RECURSIVE names (name) AS (
         SELECT min(username) FROM actions
         UNION ALL SELECT (SELECT min(username) FROM actions WHERE username > name) FROM names WHERE name IS NOT NULL
       ) SELECT name FROM names WHERE name IS NOT NULL`,
    );
    return (statement.all() as { name: string }[]).map(({ name }) => name);
  }

  #count({ index, conditions, values }: Part, most: number): number {
    if (most <= 0) return 0;
    const statement = this.#statement(
      `SELECT count(*) AS n FROM (SELECT 1 FROM actions INDEXED BY ${index} WHERE ${conditions.join(' AND ')} LIMIT ?)`,
    );
    return (statement.get(...values, most) as { n: number }).n;
  }

  /** From the index alone. */
  #keys({ index, conditions, values }: Part, limit: number, skip: number): Keyed[] {
    if (limit <= 0) return [];
    const statement = this.#statement(
      `SELECT id, time, action_id FROM actions INDEXED BY ${index} WHERE ${conditions.join(' AND ')}
       ORDER BY time DESC, action_id DESC LIMIT ? OFFSET ?`,
    );
    return statement.all(...values, limit, skip) as Keyed[];
  }

  #statement(sql: string): StatementSyncInstance {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** What narrows a search beside the index that it is read along: the unary plus bars other indexes. */
function conditionsOf({ kinds, usernames, runId, until }: ActionSearch): Pick<Part, 'conditions' | 'values'> {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const also = (condition: string, value: string | number) => {
    conditions.push(condition);
    values.push(value);
  };
  if (kinds === undefined) conditions.push(SHOWN.replace('action', '+action'));
  else also('+action IN (SELECT value FROM json_each(?))', JSON.stringify(kinds));
  if (usernames !== undefined)
    also('+username IN (SELECT value FROM json_each(?))', JSON.stringify(usernames));
  if (runId !== undefined) also('+run_id = ?', runId);
  if (until !== undefined) also('time <= ?', until);
  return { conditions, values };
}

function partsOf(search: ActionSearch): Part[] {
  const { kinds, usernames, runId } = search;
  const along = (first: string, beside: ActionSearch, ...value: string[]): Part => {
    const { conditions, values } = conditionsOf(beside);
    return { index: 'actions_run', conditions: [first, ...conditions], values: [...value, ...values] };
  };
  if (runId !== undefined) {
    const { runId: _runId, ...beside } = search;
    return [along('run_id = ?', beside, runId)];
  }
  const kindParts = kinds === undefined ? [undefined] : [...new Set(kinds)];
  return [...new Set(usernames ?? [undefined])].flatMap((name) =>
    kindParts.map((kind) => partOf(search, name, kind)),
  );
}

/** What one name has of one kind, each of which may be any. */
function partOf({ until }: ActionSearch, name: string | undefined, kind: string | undefined): Part {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const add = (condition: string, value: string | number) => {
    conditions.push(condition);
    values.push(value);
  };
  if (name !== undefined) add('username = ?', name);
  if (kind === undefined) conditions.push(SHOWN);
  else add('action = ?', kind);
  if (until !== undefined) add('time <= ?', until);
  const index = `actions${name === undefined ? '' : '_user'}_${kind === undefined ? 'shown' : 'kind'}`;
  return { index, conditions, values };
}

/**
 * Asks the index of words for kinds and names, too. An event's first word is its kind: a mark that no other word meets. Its name
 * stands between two boundaries, as other members do, so that what is found is still to be looked at.
 */
function narrowed(match: string, { kinds, usernames }: ActionSearch): string {
  const anyKind = (names: readonly string[]) => names.map((name) => `^"${name}"`).join(' OR ');
  const ofKinds =
    kinds === undefined ? `(${match}) NOT (${anyKind(HIDDEN_KINDS)})` : `(${match}) AND (${anyKind(kinds)})`;
  if (usernames === undefined || usernames.length === 0 || usernames.length > MOST_NAMES) return ofKinds;
  const names = usernames.map((name) => `"${[TEXT_BOUNDARY, ...wordsOf(name), TEXT_BOUNDARY].join(' ')}"`);
  return `(${ofKinds}) AND (${names.join(' OR ')})`;
}

function newestFirst(a: Order, b: Order): number {
  return b.time - a.time || (a.action_id < b.action_id ? 1 : a.action_id > b.action_id ? -1 : 0);
}
