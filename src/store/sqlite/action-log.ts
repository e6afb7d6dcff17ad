/** The action log: appended once for each `_id`, read by the indexes of docs/spec/data-model.md §10. */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { ActionDocument } from '../../model/documents.js';
import { isText } from '../../rules/stored-values.js';
import type { ActionQuery } from '../queries.js';
import { actionTime, usableAction } from '../usable-records.js';
import { fromJson, toJson } from './json-text.js';

/** Rows of one page of the whole log. */
const PAGE = 1_000;

export class ActionWrites {
  readonly #insert: StatementSyncInstance;

  constructor(db: DatabaseSyncInstance) {
    // IGNORE: a batch that is tried again must not double an action.
    this.#insert = db.prepare(
      `INSERT OR IGNORE INTO actions (action_id, time, action, username, run_id, doc) VALUES (?, ?, ?, ?, ?, ?)`,
    );
  }

  append(action: ActionDocument): void {
    const { _id, time, username, run_id } = action;
    const kind = textOrNull(action.action) ?? 'log_message';
    const doc = toJson(action);
    this.#insert.run(_id, actionTime(time), kind, textOrNull(username), textOrNull(run_id), doc);
  }
}

/** No filter finds what is no text. */
function textOrNull(value: unknown): string | null {
  return isText(value) ? value : null;
}

interface ActionRow {
  time: number;
  action_id: string;
  doc: string;
}

export class ActionReads {
  readonly #db: DatabaseSyncInstance;
  readonly #page: StatementSyncInstance;
  /** One statement for each combination of filters, made at first use. */
  readonly #statements = new Map<string, StatementSyncInstance>();

  constructor(db: DatabaseSyncInstance) {
    this.#db = db;
    this.#page = db.prepare(
      `SELECT time, action_id, doc FROM actions WHERE (time, action_id) > (?, ?)
       ORDER BY time, action_id LIMIT ${PAGE}`,
    );
  }

  find(query: ActionQuery): ActionDocument[] {
    // A list of runs or kinds is asked one by one, each in order along its index, then merged: every part reads at most
    // `limit` rows, where one statement would sort all that match.
    const parts = split(query);
    const rows = parts.flatMap((part) => this.#select(part));
    if (parts.length > 1) rows.sort(query.oldestFirst ? byTime : (a, b) => byTime(b, a));
    return rows.slice(0, query.limit).map((row) => usableAction(fromJson(row.doc) as ActionDocument));
  }

  async *all(): AsyncGenerator<ActionDocument> {
    for (let [time, id] = [Number.NEGATIVE_INFINITY, '']; ; ) {
      const rows = this.#page.all(time, id) as ActionRow[];
      for (const row of rows) yield fromJson(row.doc) as ActionDocument;
      if (rows.length < PAGE) return;
      ({ time, action_id: id } = rows[rows.length - 1]!);
    }
  }

  #select(query: ActionQuery): ActionRow[] {
    const { runId, username, kinds } = query;
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    // The first condition chooses the index, from the most selective; the unary plus bars the others from being chosen.
    const add = (column: string, value: string): void => {
      conditions.push(`${conditions.length === 0 ? '' : '+'}${column} = ?`);
      values.push(value);
    };
    if (runId !== undefined) add('run_id', runId);
    if (username !== undefined) add('username', username);
    if (kinds?.length === 1) add('action', kinds[0]!);
    if (kinds !== undefined && kinds.length > 1) {
      conditions.push('+action IN (SELECT value FROM json_each(?))');
      values.push(JSON.stringify(kinds));
    }
    if (query.since !== undefined) {
      conditions.push('time >= ?');
      values.push(query.since);
    }
    if (query.until !== undefined) {
      conditions.push('time <= ?');
      values.push(query.until);
    }
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const order = query.oldestFirst ? 'time, action_id' : 'time DESC, action_id DESC';
    const sql = `SELECT time, action_id, doc FROM actions ${where} ORDER BY ${order} LIMIT ?`;
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement.all(...values, query.limit) as ActionRow[];
  }
}

/** Queries that name at most one run, or at most one kind where nothing narrower is named. */
function split(query: ActionQuery): ActionQuery[] {
  const { runIds, ...rest } = query;
  if (rest.kinds?.length === 0) return [];
  if (runIds !== undefined) {
    const wanted = [...new Set(runIds)].filter((id) => rest.runId === undefined || rest.runId === id);
    return wanted.map((runId) => ({ ...rest, runId }));
  }
  if (rest.kinds === undefined || rest.runId !== undefined || rest.username !== undefined) return [rest];
  return [...new Set(rest.kinds)].map((kind) => ({ ...rest, kinds: [kind] }));
}

function byTime(a: ActionRow, b: ActionRow): number {
  return a.time - b.time || (a.action_id < b.action_id ? -1 : a.action_id > b.action_id ? 1 : 0);
}
