/** What readers of the store are asked, and what they find: filters, searches, pages, and the bounds of each. */
import type { ActionDocument, ActionKind, WorkerDocument } from '../model/documents.js';
import type { FacetCounts, RunFacets } from '../rules/run-facets.js';
import type { TextSearch } from '../rules/search-text.js';
import type { RunHead } from '../state/write-batch.js';

/** Filters of the action log; all given ones must match. Newest first unless `oldestFirst`. */
export interface ActionQuery {
  kinds?: ActionKind[];
  username?: string;
  runId?: string;
  /** Any of these runs; given together with runId, both must match. */
  runIds?: string[];
  /** Seconds since the epoch, inclusive, as `until`. */
  since?: number;
  until?: number;
  oldestFirst?: boolean;
  limit: number;
}

/** Kinds that the events page leaves out unless they are asked for; old databases have the last. */
export const HIDDEN_KINDS = ['dead_task', 'system_event', 'update_stats'] as const;

/** One page out of many. */
export interface PageOf {
  /** No more than so many are looked for and counted. */
  cap: number;
  skip: number;
  limit: number;
}

export interface Found<T> {
  items: T[];
  /** All that there are, or the cap. */
  total: number;
  /** There are more than the cap, or the search took too long. */
  isCut: boolean;
}

/** Runs of which a search by facets looks at the documents, at most. */
export const MOST_FACETED = 10_000;

/** Finished runs by owners, words of their info and facets, newest first (docs/spec/web-ui.md §4.4). One of the three must be given. */
export interface RunSearch extends PageOf {
  /** Of those that fit otherwise the newest MOST_FACETED are looked at, for some seconds at most. */
  facets?: RunFacets;
  /** Of these owners; those of the first come first. Absent: of anybody. */
  usernames?: readonly string[];
  text?: TextSearch;
  /** Gets the runs of the page one after the other, in place of `items`: a long page is never in memory whole. */
  take?: (run: RunHead) => void;
}

/** A search that finds no more looks at all of it to count. */
export const MOST_TALLIED = 200;

export interface FoundRuns extends Found<RunHead> {
  /** Of all that was looked at; absent where that would be too much. */
  counts?: FacetCounts;
}

/** The action log as people search it, newest first (docs/spec/web-ui.md §4.15). */
export interface ActionSearch extends PageOf {
  /** Absent: all but those of HIDDEN_KINDS. */
  kinds?: readonly string[];
  usernames?: readonly string[];
  runId?: string;
  text?: TextSearch;
  /** Seconds since the epoch, inclusive. */
  until?: number;
  /** Absent: newest first. */
  ordered?: ActionOrder;
}

/** Another order of the newest `cap` that a search finds; equal ones stand newest first. */
export interface ActionOrder {
  /** Names the key: a store may remember the key of an event, which never changes. */
  readonly by: string;
  /** Absent: the time. */
  readonly keyOf?: (action: ActionDocument) => string;
  readonly order: 'asc' | 'desc';
}

export interface FinishedRunsFilter {
  username?: string;
  /** One of these at most. */
  successOnly?: boolean;
  yellowOnly?: boolean;
  ltcOnly?: boolean;
}

/** Which accounts a list has; idle: those without an entry in the contributors' cache. */
export const ACCOUNT_GROUPS = ['pending', 'blocked', 'approvers', 'idle', 'all'] as const;
export type AccountGroup = (typeof ACCOUNT_GROUPS)[number];
export type AccountCounts = Readonly<Record<AccountGroup, number>>;

/** A search looks at the names and addresses of so many accounts, the newest. */
export const MOST_SEARCHED_ACCOUNTS = 20_000;

/** Newest registration first (docs/spec/web-ui.md §4.14). */
export interface AccountQuery {
  group: AccountGroup;
  /** Part of a name or an address, whatever the case of its letters. */
  text?: string;
  skip: number;
  limit: number;
}

/** No more approvals of one account are counted. */
export const MOST_APPROVALS = 10_000;

/** Approvals of tests by one account. */
export interface Approvals {
  total: number;
  /** Since an instant that was asked for. */
  recent: number;
  /** Seconds since the epoch; undefined: none yet. */
  last: number | undefined;
}

/** The order is `last_updated`, newest first; another one needs an index in both stores. */
export interface FinishedRunsQuery extends FinishedRunsFilter {
  /** Keeps runs with last_updated at or after this instant (ms). */
  since?: number;
  skip: number;
  limit: number;
}

export type BlockedWorker = WorkerDocument & { readonly email?: string };

/** Of so many blocked workers a list takes note, those that were changed last. */
export const MOST_BLOCKED = 5_000;

/** A page of the blocked workers (docs/spec/web-ui.md §4.13). */
export interface BlockedQuery {
  /** Changed from this instant on, and before that one, in milliseconds. */
  since?: number;
  before?: number;
  /** Part of the name, whatever the case of its letters. */
  text?: string;
  sort: 'changed' | 'name' | 'email';
  order: 'asc' | 'desc';
  skip: number;
  limit: number;
}
