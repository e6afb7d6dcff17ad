/** The action log: appended once for each `_id`, read by the indexes of docs/spec/data-model.md §10. */
import { type Collection, type Db, type Filter, ObjectId } from 'mongodb';
import type { ActionDocument } from '../../model/documents.js';
import type { ActionQuery } from '../queries.js';
import { usableAction } from '../usable-records.js';
import type { BatchOperation } from './batch-operations.js';
import { decodeDocument, encodeDocument } from './bson-values.js';
import { IndexNames } from './indexes.js';

interface StoredAction {
  _id: ObjectId;
  [member: string]: unknown;
}

/** An action that is there already stays as it is: a batch that is tried again must not double one. */
export function appendAction(action: ActionDocument): BatchOperation {
  const { _id, ...members } = action;
  const filter = { _id: new ObjectId(_id) };
  const update = { $setOnInsert: encodeDocument(members) };
  return { collection: 'actions', operation: { updateOne: { filter, update, upsert: true } } };
}

export class ActionReads {
  readonly #actions: Collection<StoredAction>;
  readonly #indexes: IndexNames;

  constructor(db: Db) {
    this.#actions = db.collection('actions');
    this.#indexes = new IndexNames(db.collection('actions'));
  }

  async find(query: ActionQuery): Promise<ActionDocument[]> {
    const filter = filterOf(query);
    if (filter === undefined) return [];
    const direction = query.oldestFirst ? 1 : -1;
    const cursor = this.#actions.find(filter).sort({ time: direction, _id: direction }).limit(query.limit);
    const hint = hintOf(query);
    if (await this.#indexes.has(hint)) cursor.hint(hint);
    return (await cursor.toArray()).map((action) => usableAction(decodeDocument<ActionDocument>(action)));
  }

  async *all(): AsyncGenerator<ActionDocument> {
    for await (const action of this.#actions.find().sort({ time: 1, _id: 1 })) {
      yield decodeDocument<ActionDocument>(action);
    }
  }
}

/** Undefined when nothing can match. */
function filterOf(query: ActionQuery): Filter<StoredAction> | undefined {
  const { kinds, username, runId, runIds, since, until } = query;
  const filter: Record<string, unknown> = {};
  if (kinds !== undefined) filter['action'] = kinds.length === 1 ? kinds[0] : { $in: kinds };
  if (username !== undefined) filter['username'] = username;
  if (runId !== undefined) filter['run_id'] = runId;
  if (runIds !== undefined) {
    const wanted = runIds.filter((id) => runId === undefined || id === runId);
    if (wanted.length === 0) return undefined;
    filter['run_id'] = { $in: wanted };
  }
  if (since !== undefined || until !== undefined) {
    filter['time'] = {
      ...(since !== undefined && { $gte: since }),
      ...(until !== undefined && { $lte: until }),
    };
  }
  return kinds?.length === 0 ? undefined : (filter as Filter<StoredAction>);
}

function hintOf({ kinds, username, runId, runIds }: ActionQuery): string {
  if (username !== undefined) return 'actions_user_time_id';
  if (runId !== undefined || runIds !== undefined) return 'actions_run_time_id';
  return kinds?.length === 1 && kinds[0] !== 'system_event' ? 'actions_action_time_id' : 'actions_time_id';
}
