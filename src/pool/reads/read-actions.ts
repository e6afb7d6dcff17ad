/**
 * The action log for the public API: newest first, at most 200 entries (docs/spec/worker-api.md §5.3). The reference asks for no
 * order: with its indexes its database gives the newest first, which is what readers of a long log are used to.
 */
import type { ActionDocument, ActionKind } from '../../model/documents.js';
import { NotJson, parseBody } from '../../protocol/request.js';
import type { Reader } from '../../store/port.js';
import type { ActionQuery } from '../../store/queries.js';
import { type ActionFilter, BadFilter, compileFilter } from './action-filter.js';
import { type ReadAnswer, type ReadCall, refused } from './read-call.js';

const MOST_ACTIONS = 200;
const PAGE = 1_000;
/** How long a filter that no index serves may read the log. */
const LONGEST_MS = 5_000;

export async function actions(reader: Reader, { body }: ReadCall): Promise<ReadAnswer> {
  const filter = readFilter(body ?? new Uint8Array());
  if (filter === undefined) return list([]);
  try {
    const found = await find(reader, compileFilter(filter));
    return found === undefined
      ? refused(400, 'the filter meets too little of the log: name an action, a run_id, a username or a time')
      : list(found);
  } catch (error) {
    if (!(error instanceof BadFilter)) throw error;
    return error.known ? refused(400, error.message) : { kind: 'crashed' };
  }
}

/** Undefined for a body that is no filter; one without any condition is met by everything. */
function readFilter(body: Uint8Array): Record<string, unknown> | undefined {
  let filter: unknown;
  try {
    filter = parseBody(body);
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
  if (filter === null || (Array.isArray(filter) && filter.length === 0)) return {};
  return typeof filter === 'object' && !Array.isArray(filter)
    ? (filter as Record<string, unknown>)
    : undefined;
}

/** Undefined when it takes too long. */
async function find(reader: Reader, filter: ActionFilter): Promise<ActionDocument[] | undefined> {
  const base = indexed(filter);
  if (base === undefined) return [];
  const deadline = performance.now() + LONGEST_MS;
  const found: ActionDocument[] = [];
  // The next page begins at the instant at which the last one ended: what was there already is left out.
  let seen = new Set<string>();
  let limit = PAGE;
  for (let { until } = base; ; ) {
    const page = await reader.actions({ ...base, ...(until === undefined ? {} : { until }), limit });
    for (const action of page) {
      if (seen.has(action._id) || !filter.matches(action)) continue;
      if (found.push(action) === MOST_ACTIONS) return found;
    }
    if (page.length < limit) return found;
    if (performance.now() > deadline) return undefined;
    const last = page[page.length - 1]!.time;
    if (last === until) limit *= 2;
    until = last;
    seen = new Set(page.filter(({ time }) => time === last).map(({ _id }) => _id));
    await new Promise(setImmediate);
  }
}

/** What the store's indexes can do for the filter; undefined when nothing can meet it. */
function indexed({
  kinds,
  runIds,
  usernames,
  since,
  until,
}: ActionFilter): Omit<ActionQuery, 'limit'> | undefined {
  const [texts, ids, names] = [kinds, runIds, usernames].map((values) =>
    values?.filter((value) => typeof value === 'string'),
  );
  if ([texts, ids, names].some((values) => values?.length === 0)) return undefined;
  const query: Omit<ActionQuery, 'limit'> = {};
  if (texts !== undefined) query.kinds = texts as ActionKind[];
  if (ids?.length === 1) query.runId = ids[0]!;
  else if (ids !== undefined) query.runIds = ids;
  if (names?.length === 1) query.username = names[0]!;
  if (since !== undefined) query.since = since;
  if (until !== undefined) query.until = until;
  return query;
}

function list(found: readonly ActionDocument[]): ReadAnswer {
  return { kind: 'json', json: JSON.stringify(found), cors: true };
}
