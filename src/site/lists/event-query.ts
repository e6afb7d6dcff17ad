/** Which events a page or a feed shows: the filters of an address, and what the store has for them (docs/spec/web-ui.md §4.15). */
import type { ActionDocument } from '../../model/documents.js';
import { numberIn } from '../../rules/parse-number.js';
import { parseSearch, type TextSearch } from '../../rules/search-text.js';
import type { ActionOrder, Found, PageOf } from '../../store/queries.js';
import type { Visit } from '../visit.js';
import { EVENTS } from './event-parts.js';
import { namesLike } from './known-names.js';

const CAP_OF_VISITORS = 5_000;
const CAP_OF_ACCOUNTS = 50_000;
const LONGEST = 300;
const RUN_ID = /^[0-9a-f]{24}$/i;

export interface EventFilters {
  readonly action: string;
  readonly user: string;
  readonly text: string;
  readonly run_id: string;
  /** As it was given. */
  readonly before: string;
  readonly max_count: string;
}

export function eventFilters(query: URLSearchParams): EventFilters {
  const given = (name: string) => (query.get(name) ?? '').trim().slice(0, LONGEST);
  return {
    action: (EVENTS as readonly string[]).includes(given('action')) ? given('action') : '',
    user: given('user'),
    text: given('text'),
    run_id: RUN_ID.test(given('run_id')) ? given('run_id').toLowerCase() : '',
    before: positive(given('before')) === undefined ? '' : given('before'),
    max_count: positive(given('max_count')) === undefined ? '' : given('max_count'),
  };
}

/** Of so many the search takes note at the most. */
export function mostEvents({ max_count: asked }: EventFilters, hasAccount: boolean): number {
  const most = hasAccount ? CAP_OF_ACCOUNTS : CAP_OF_VISITORS;
  return Math.min(Math.trunc(positive(asked) ?? most), most);
}

/** @param ordered absent: newest first */
export async function findEvents(
  visit: Visit,
  { action, user, text: given, run_id: runId, before }: EventFilters,
  page: PageOf,
  ordered?: ActionOrder,
): Promise<Found<ActionDocument>> {
  const { parts, request } = visit;
  const text: TextSearch | undefined = given === '' ? undefined : parseSearch(given);
  if (given !== '' && text === undefined) return { items: [], total: 0, isCut: false };
  if (text !== undefined) visit.requireAdmission('search', request.address);
  const like = user === '' ? undefined : await namesLike(parts, 'events', user);
  const found = await parts.reader.searchActions({
    // Old databases have another name for some of the system's events.
    ...(action !== '' && { kinds: action === 'system_event' ? [action, 'update_stats'] : [action] }),
    ...(like !== undefined && { usernames: like.names }),
    ...(runId !== '' && { runId }),
    ...(text !== undefined && { text }),
    ...(before !== '' && { until: numberIn(before) }),
    ...(ordered !== undefined && { ordered }),
    ...page,
  });
  return { ...found, isCut: found.isCut || like?.isCut === true };
}

/** Undefined for what is no positive number. */
export function positive(text: string): number | undefined {
  const value = numberIn(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
