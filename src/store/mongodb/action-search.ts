/** Searches of the action log, newest first. */
import type { Collection, Db, Document, Filter } from 'mongodb';
import type { ActionDocument } from '../../model/documents.js';
import { matchesSearch, type TextSearch } from '../../rules/search-text.js';
import { orderedPage } from '../action-order.js';
import { actionWords } from '../action-words.js';
import { type ActionSearch, type Found, HIDDEN_KINDS } from '../queries.js';
import { usableAction } from '../usable-records.js';
import { decodeDocument } from './bson-values.js';
import { IndexNames } from './indexes.js';
import { collectWithin, TextIndex } from './text-candidates.js';

const NEWEST = { time: -1, _id: -1 } as const;

export class ActionSearches {
  readonly #actions: Collection;
  readonly #indexes: IndexNames;
  readonly #textIndex = new TextIndex();

  constructor(db: Db) {
    this.#actions = db.collection('actions');
    this.#indexes = new IndexNames(this.#actions);
  }

  async find(search: ActionSearch): Promise<Found<ActionDocument>> {
    const { ordered, cap } = search;
    if (ordered === undefined) return await this.#findNewest(search);
    const found = await this.#findNewest({ ...search, skip: 0, limit: cap });
    return { ...found, items: orderedPage(found.items, search, ordered.order, ordered.keyOf) };
  }

  async #findNewest(search: ActionSearch): Promise<Found<ActionDocument>> {
    const { cap, skip, limit, text } = search;
    const filter = filterOf(search);
    if (filter === undefined) return { items: [], total: 0, isCut: false };
    if (text !== undefined) return await this.#findText(search, filter, text);
    const total = await this.#actions.countDocuments(filter, {
      limit: cap + 1,
      ...(await this.#hint(countHint(search))),
    });
    const last = Math.min(cap, skip + limit);
    if (last <= skip || total <= skip) return { items: [], total: Math.min(cap, total), isCut: total > cap };
    const cursor = this.#actions.find(filter, await this.#hint(pageHint(search)));
    const rows = await cursor
      .sort(NEWEST)
      .skip(skip)
      .limit(last - skip)
      .toArray();
    const items = rows.map((row) => usableAction(decodeDocument<ActionDocument>(row)));
    return { items, total: Math.min(cap, total), isCut: total > cap };
  }

  async actors(): Promise<string[]> {
    const names: unknown[] = await this.#actions.distinct('username');
    return names.filter((name) => typeof name === 'string');
  }

  async #findText(search: ActionSearch, filter: Filter<Document>, text: TextSearch) {
    const collect = (cursor: Parameters<typeof collectWithin<Document>>[0]) =>
      collectPage(cursor, search, text);
    return await this.#textIndex.use(
      text,
      (candidates) => {
        const stages = [{ $match: { ...filter, $text: candidates } }, { $sort: NEWEST }];
        return collect(this.#actions.aggregate(stages));
      },
      () => collect(this.#actions.find(filter).sort(NEWEST)),
    );
  }

  async #hint(name: string | undefined): Promise<{ hint?: string }> {
    return name !== undefined && (await this.#indexes.has(name)) ? { hint: name } : {};
  }
}

async function collectPage(
  cursor: Parameters<typeof collectWithin<Document>>[0],
  { cap, skip, limit }: ActionSearch,
  text: TextSearch,
): Promise<Found<ActionDocument>> {
  const items: ActionDocument[] = [];
  let total = 0;
  const ended = await collectWithin(cursor, (document) => {
    const action = usableAction(decodeDocument<ActionDocument>(document));
    if (!matchesSearch(text, actionWords(action))) return 'more';
    if (total >= skip && total < Math.min(cap, skip + limit)) items.push(action);
    return ++total > cap ? 'enough' : 'more';
  });
  return { items, total: Math.min(cap, total), isCut: total > cap || !ended };
}

/** Undefined when nothing can match. */
function filterOf({ kinds, usernames, runId, until }: ActionSearch): Filter<Document> | undefined {
  if (usernames?.length === 0) return undefined;
  return {
    action: kinds === undefined ? { $nin: [...HIDDEN_KINDS] } : { $in: [...kinds] },
    ...(usernames !== undefined && { username: { $in: [...usernames] } }),
    ...(runId !== undefined && { run_id: runId }),
    ...(until !== undefined && { time: { $lte: until } }),
  };
}

/** The index whose entries alone tell which actions count. */
function countHint({ usernames, runId }: ActionSearch): string | undefined {
  if (runId !== undefined) return 'actions_run_time_id';
  return usernames === undefined ? 'actions_action_time_id' : 'actions_user_action_time_id';
}

/** The index that has the actions in their order. */
function pageHint({ kinds, usernames, runId }: ActionSearch): string | undefined {
  if (runId !== undefined) return 'actions_run_time_id';
  if (usernames?.length === 1)
    return kinds === undefined ? 'actions_user_time_id' : 'actions_user_action_time_id';
  if (usernames !== undefined) return undefined;
  return kinds?.length === 1 ? 'actions_action_time_id' : 'actions_time_id';
}
