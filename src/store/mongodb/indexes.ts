/** The indexes of fishtest's database (docs/spec/data-model.md §10): made where they are missing, never dropped. */
import type { Collection, CreateIndexesOptions, Db, IndexSpecification } from 'mongodb';
import { GITHUB_ANSWERS } from './github-answers.js';
import { SITE_RECORDS } from './site-records.js';

export interface Index {
  collection: string;
  keys: IndexSpecification;
  options: CreateIndexesOptions;
}

const finished = { finished: true, deleted: false };

function index(collection: string, keys: IndexSpecification, options: CreateIndexesOptions = {}): Index {
  return { collection, keys, options };
}

/** Whatever the case of letters: what an index of this kind finds is still to be compared. */
export const ANY_CASE = { locale: 'en', strength: 2 } as const;
export const USERS_ANY_CASE = { username: 'users_username_any_case', email: 'users_email_any_case' } as const;

export const INDEXES: readonly Index[] = [
  index('runs', { finished: 1 }, { name: 'unfinished_runs', partialFilterExpression: { finished: false } }),
  index(
    'runs',
    { finished: 1, last_updated: -1, deleted: 1 },
    { name: 'finished_runs', partialFilterExpression: { finished: true } },
  ),
  index(
    'runs',
    { finished: 1, is_green: -1, last_updated: -1 },
    {
      name: 'finished_green_runs',
      partialFilterExpression: { finished: true, is_green: true, deleted: false },
    },
  ),
  index(
    'runs',
    { finished: 1, is_yellow: -1, last_updated: -1 },
    {
      name: 'finished_yellow_runs',
      partialFilterExpression: { finished: true, is_yellow: true, deleted: false },
    },
  ),
  index(
    'runs',
    { finished: 1, last_updated: -1, tc_base: -1 },
    {
      name: 'finished_ltc_runs',
      partialFilterExpression: { finished: true, tc_base: { $gte: 40 }, deleted: false },
    },
  ),
  index('runs', { 'args.username': -1, last_updated: -1 }, { name: 'user_runs' }),
  index(
    'runs',
    { 'args.username': -1, finished: 1, last_updated: -1 },
    { name: 'finished_user_runs', partialFilterExpression: finished },
  ),
  index(
    'runs',
    { 'args.info': 'text' },
    { name: 'finished_runs_text', default_language: 'none', partialFilterExpression: finished },
  ),
  index('actions', { time: -1, _id: -1 }, { name: 'actions_time_id' }),
  index('actions', { username: 1, time: -1, _id: -1 }, { name: 'actions_user_time_id' }),
  index('actions', { action: 1, time: -1, _id: -1 }, { name: 'actions_action_time_id' }),
  index('actions', { run_id: 1, time: -1, _id: -1 }, { name: 'actions_run_time_id' }),
  index('actions', { username: 1, _id: -1 }),
  index('actions', { action: 1, _id: -1 }),
  index('actions', { run_id: 1, _id: -1 }),
  index(
    'actions',
    {
      action: 'text',
      username: 'text',
      worker: 'text',
      message: 'text',
      run: 'text',
      user: 'text',
      nn: 'text',
      _id: -1,
    },
    { default_language: 'none' },
  ),
  index('pgns', { run_id: -1 }),
  index('nns', { name: -1 }),
  index('users', { username: 1 }, { unique: true }),
  index('users', { username: 1 }, { name: USERS_ANY_CASE.username, collation: ANY_CASE }),
  index('users', { email: 1 }, { name: USERS_ANY_CASE.email, collation: ANY_CASE }),
  index('users', { pending: 1 }, { partialFilterExpression: { pending: true } }),
  index('users', { registration_time: -1, username: -1, email: 1 }),
  index(
    'users',
    { pending: 1, registration_time: -1, username: -1 },
    { partialFilterExpression: { pending: true } },
  ),
  index(
    'users',
    { blocked: 1, registration_time: -1, username: -1 },
    { partialFilterExpression: { blocked: true } },
  ),
  index('users', { groups: 1, registration_time: -1, username: -1 }),
  index('actions', { username: 1, action: 1, time: -1, _id: -1 }, { name: 'actions_user_action_time_id' }),
  index('workers', { worker_name: 1 }, { unique: true }),
  index(
    'workers',
    { blocked: 1, last_updated: -1, worker_name: -1 },
    { partialFilterExpression: { blocked: true } },
  ),
  index('user_cache', { username: 1 }, { unique: true }),
  index('top_month', { username: 1 }, { unique: true }),
  index(SITE_RECORDS, { owner: 1, kind: 1 }),
  index(SITE_RECORDS, { owner: 1, kind: 1, expires: -1 }),
  index(SITE_RECORDS, { removeAt: 1 }, { expireAfterSeconds: 0 }),
  index(GITHUB_ANSWERS, { used: -1, _id: -1, bytes: 1 }),
];

/** Makes what is missing. One that the server refuses is only missed by queries: `refused` lists them. */
export async function ensureIndexes(db: Db): Promise<{ refused: string[] }> {
  const refused: string[] = [];
  for (const { collection, keys, options } of INDEXES) {
    try {
      // The same keys under another name, or under the same name with other options, are an error and stay.
      await db.collection(collection).createIndex(keys, options);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      refused.push(`${collection}.${options.name ?? JSON.stringify(keys)}: ${error.message}`);
    }
  }
  return { refused };
}

const KNOWN_FOR_MS = 30_000;

/** The names of a collection's indexes, asked for again after a while: a hint must name one that exists. */
export class IndexNames {
  readonly #collection: Collection;
  #names = new Set<string>();
  #asked = Number.NEGATIVE_INFINITY;

  constructor(collection: Collection) {
    this.#collection = collection;
  }

  async has(name: string): Promise<boolean> {
    if (performance.now() - this.#asked > KNOWN_FOR_MS) {
      const indexes = await this.#collection.indexes().catch(() => []);
      this.#names = new Set(indexes.map((each) => each.name ?? ''));
      this.#asked = performance.now();
    }
    return this.#names.has(name);
  }
}
