/**
 * Searches of the action log. Each kind or name that is asked for is read along its own index, newest first, and the parts
 * are merged, so that a page costs what it shows; many names are looked for in the whole log instead.
 */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { ActionDocument } from '../../model/documents.js';
import type { TextSearch } from '../../rules/search-text.js';
import { type ActionSearch, type Found, HIDDEN_KINDS } from '../port.js';
import { fromJson } from './json-text.js';
import { matchOf } from './search-words.js';

/** Names that are read one by one. */
const MOST_PARTS = 40;
const SHOWN = `action NOT IN (${HIDDEN_KINDS.map((kind) => `'${kind}'`).join(', ')})`;

interface Part {
  readonly conditions: readonly string[];
  readonly values: readonly (string | number)[];
}

interface Order {
  readonly time: number;
  readonly action_id: string;
}

interface Row extends Order {
  readonly doc: string;
}

export class ActionSearches {
  readonly #db: DatabaseSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();

  constructor(db: DatabaseSyncInstance) {
    this.#db = db;
  }

  find(search: ActionSearch): Found<ActionDocument> {
    return search.text === undefined ? this.#findListed(search) : this.#findText(search, search.text);
  }

  /** All that match are put in order, up to the cap: the index of words has them as they came, which is nearly the same. */
  #findText(search: ActionSearch, text: TextSearch): Found<ActionDocument> {
    const { cap, skip, limit } = search;
    const { conditions, values } = conditionsOf(search);
    const statement = this.#statement(
      `SELECT id, time, action_id FROM actions_text JOIN actions ON actions.id = actions_text.rowid
       WHERE ${['actions_text MATCH ?', ...conditions].join(' AND ')} ORDER BY actions_text.rowid DESC LIMIT ?`,
    );
    const found = statement.all(matchOf(text), ...values, cap + 1) as (Order & { id: number })[];
    const page = found
      .slice(0, cap)
      .sort(newestFirst)
      .slice(skip, skip + limit);
    const document = this.#statement('SELECT doc FROM actions WHERE id = ?');
    const items = page.map(({ id }) => fromJson((document.get(id) as Row).doc) as ActionDocument);
    return { items, total: Math.min(cap, found.length), isCut: found.length > cap };
  }

  #findListed(search: ActionSearch): Found<ActionDocument> {
    const { cap, skip, limit } = search;
    const parts = partsOf(search);
    let total = 0;
    for (const part of parts) total += this.#count(part, cap + 1 - total);
    const last = Math.min(cap, skip + limit);
    // Of several parts any may hold the whole page; of one the rows before the page need no document.
    const rows =
      parts.length === 1
        ? this.#rows(parts[0]!, last - skip, skip)
        : parts
            .flatMap((part) => this.#rows(part, last, 0))
            .sort(newestFirst)
            .slice(skip, last);
    const items = rows.map(({ doc }) => fromJson(doc) as ActionDocument);
    return { items, total: Math.min(cap, total), isCut: total > cap };
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

  #count({ conditions, values }: Part, most: number): number {
    if (most <= 0) return 0;
    const statement = this.#statement(
      `SELECT count(*) AS n FROM (SELECT 1 FROM actions WHERE ${conditions.join(' AND ')} LIMIT ?)`,
    );
    return (statement.get(...values, most) as { n: number }).n;
  }

  #rows({ conditions, values }: Part, limit: number, skip: number): Row[] {
    if (limit <= 0) return [];
    const statement = this.#statement(
      `SELECT time, action_id, doc FROM actions WHERE ${conditions.join(' AND ')}
       ORDER BY time DESC, action_id DESC LIMIT ? OFFSET ?`,
    );
    return statement.all(...values, limit, skip) as Row[];
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
    return { conditions: [first, ...conditions], values: [...value, ...values] };
  };
  if (runId !== undefined) {
    const { runId: _runId, ...beside } = search;
    return [along('run_id = ?', beside, runId)];
  }
  if (usernames !== undefined && usernames.length <= MOST_PARTS) {
    const { usernames: _usernames, ...beside } = search;
    return usernames.map((name) => along('username = ?', beside, name));
  }
  if (kinds === undefined) return [along(SHOWN, search)];
  return kinds.map((kind) => along('action = ?', { ...search, kinds: [kind] }, kind));
}

function newestFirst(a: Order, b: Order): number {
  return b.time - a.time || (a.action_id < b.action_id ? 1 : a.action_id > b.action_id ? -1 : 0);
}
