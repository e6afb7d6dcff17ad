/** A search of finished tests as an address asks for it (docs/spec/web-ui.md §4.4): read, written again, and made. */
import { numberIn } from '../../rules/parse-number.js';
import { parseSearch } from '../../rules/search-text.js';
import type { FoundRuns, PageOf, RunSearch } from '../../store/queries.js';
import type { Visit } from '../visit.js';
import { type AskedFacets, askedFacets } from './facet-fields.js';
import { namesLike } from './known-names.js';

export const LONGEST = 300;
export const CAP_OF_ACCOUNTS = 10_000;
const CAP_OF_VISITORS = 1_000;
const NOTHING_FOUND: FoundRuns = { items: [], total: 0, isCut: false };

export interface AskedSearch {
  readonly user: string;
  readonly text: string;
  readonly faceted: AskedFacets;
  /** Something is asked at all. */
  readonly isAsked: boolean;
}

export function askedSearch(visit: Pick<Visit, 'query' | 'account'>): AskedSearch {
  const given = (name: string) => (visit.query.get(name) ?? '').trim().slice(0, LONGEST);
  const [user, text, faceted] = [given('user'), given('text'), askedFacets(visit)];
  return { user, text, faceted, isAsked: user !== '' || text !== '' || faceted.facets !== undefined };
}

/** The parameters of its address, always in the same order. */
export function searchParams({ user, text, faceted }: AskedSearch): Readonly<Record<string, string>> {
  return { mode: 'search', user, text, ...faceted.given };
}

/** No more tests are found and counted. */
export function mostRuns({ account, query }: Visit): number {
  const most = account === undefined ? CAP_OF_VISITORS : CAP_OF_ACCOUNTS;
  const asked = numberIn(query.get('max_count') ?? '');
  return Number.isSafeInteger(asked) && asked > 0 ? Math.min(asked, most) : most;
}

/** @throws NeedsAdmission @throws TooMany */
export async function findRuns(
  visit: Visit,
  asked: AskedSearch,
  page: PageOf & Pick<RunSearch, 'take'>,
): Promise<FoundRuns> {
  const { parts, request } = visit;
  const { user, text: given } = asked;
  const { facets } = asked.faceted;
  if (!asked.isAsked) return NOTHING_FOUND;
  const text = given === '' ? undefined : parseSearch(given);
  if (given !== '' && text === undefined) return NOTHING_FOUND;
  if (text !== undefined || facets !== undefined) visit.requireAdmission('search', request.address);
  const like = user === '' ? undefined : await namesLike(parts, 'accounts', user);
  const usernames = facets?.deleted ? ownersOfDeleted(visit, like?.names) : like?.names;
  if (usernames?.length === 0) return NOTHING_FOUND;
  const found = await parts.reader.searchRuns({
    ...(usernames !== undefined && { usernames }),
    ...(text !== undefined && { text }),
    ...(facets !== undefined && { facets }),
    ...page,
  });
  return { ...found, isCut: found.isCut || like?.isCut === true };
}

/** Deleted tests are seen by those who may change them. */
function ownersOfDeleted(
  { isApprover, account }: Visit,
  like: readonly string[] | undefined,
): readonly string[] | undefined {
  if (isApprover) return like;
  const own = account === undefined ? [] : [account.username];
  return like === undefined ? own : own.filter((name) => like.includes(name));
}
