/** What the test of growth looks at: an address or more for each page that is asked for, and what may grow up to a bound. */
import { OWNER, runIdOf, workerName } from './growth-seed.js';

/** What is read whole, or up to a bound that no test comes to: why that is well, and how much it is. */
export interface Exception {
  /** Absent: on any page. */
  readonly address?: RegExp;
  /** Of the statement or command. */
  readonly read: RegExp;
  readonly because: string;
}

const NAMES = 'no index finds a part of a name; each thread reads the names alone, once in 10 s';
const EACH_NAME =
  'a part of a name stands for the first 2,000 names that have it, each of which is looked up';
const OWN_TESTS =
  "the server sorts one owner's finished tests: fishtest's index ends with their time, not with the id that settles ties";
const WORDS_AND_NAMES = 'of a search for words and owners the 10,000 matches that came last are looked at';
const FACETS = 'of a search by facets the newest 10,000 tests are looked at, for 3 s, in pieces of 5 ms';
const CONTRIBUTORS =
  'a page has sums over all of them and any of seven orders; each thread reads them once in 10 s';
const NETWORKS = 'some thousands, with sums over all of them; each thread reads them once in 10 s';
const ACCOUNTS = 'a part of a name or address is looked for in an index, in the 20,000 newest accounts';
const BLOCKED = 'the 5,000 changed last are counted along an index, and sorted by name or address in memory';

export const SQLITE_EXCEPTIONS: readonly Exception[] = [
  { read: /^SELECT username FROM users INDEXED BY users_lower_name$/, because: NAMES },
  { read: /^WITH RECURSIVE names/, because: NAMES },
  {
    address: /^\/actions.*user=person/,
    read: /FROM actions INDEXED BY \w+ WHERE username = \?/,
    because: EACH_NAME,
  },
  { address: /text=.*user=/, read: /MATCH \? ORDER BY rowid DESC LIMIT 10000/, because: WORDS_AND_NAMES },
  { address: /[?&]type=/, read: /^SELECT run/, because: FACETS },
  { read: /FROM user_cache$/, because: CONTRIBUTORS },
  { read: /FROM top_month$/, because: CONTRIBUTORS },
  { read: /FROM nets ORDER BY name$/, because: NETWORKS },
  { read: /^SELECT username FROM \(SELECT username, lower/, because: ACCOUNTS },
  { read: /FROM workers INDEXED BY workers_changed/, because: BLOCKED },
  {
    address: /sort=email/,
    read: /^SELECT json_extract\(doc, '\$\.email'\) AS email FROM users/,
    because: BLOCKED,
  },
];

const COUNTS = 'finished tests are counted along the index of their list, by each thread once in 5 s';
const READ_FOR_3_S =
  'facets, and words where the server has no index of them, are looked for along an index, for 3 s at most';

export const MONGODB_EXCEPTIONS: readonly Exception[] = [
  { read: /^find users \{filter:\{\},sort:\{username:…\}\}/, because: NAMES },
  { read: /^distinct actions/, because: NAMES },
  { read: /^find user_cache \{filter:\{\}\}/, because: CONTRIBUTORS },
  { read: /^find top_month \{filter:\{\}\}/, because: CONTRIBUTORS },
  { read: /^find nns \{filter:\{\},/, because: NETWORKS },
  { read: /^find users .*sort:\{registration_time:…,username:…\}/, because: ACCOUNTS },
  { read: /^find workers .*sort:\{last_updated/, because: BLOCKED },
  { read: /^find users \{filter:\{username:\{\$in/, because: BLOCKED },
  { read: /^aggregate runs .*\$group/, because: COUNTS },
  {
    address: /[?&](text|type)=/,
    read: /^find (runs|actions) .*sort:\{(last_updated|time)/,
    because: READ_FOR_3_S,
  },
  { address: /user=person/, read: /^find (runs|actions) .*\{\$in:/, because: EACH_NAME },
  { address: /mode=search.*user=/, read: /^find runs .*args.username:\{\$in:/, because: OWN_TESTS },
];

export interface GrowthPage {
  readonly address: string;
  readonly isVisitor?: boolean;
}

/** @param size of the farm */
export function growthPages(size: number): GrowthPage[] {
  const [run, tune] = [runIdOf(size, 0), runIdOf(size, 1)];
  const found = '/tests/finished?mode=search&max_count=50';
  const events = '/actions?max_count=50';
  const addresses = [
    '/tests',
    '/tests?live=run_tables',
    '/tests?page=3',
    '/tests/machines?q=linux',
    ...['', '?page=2', '?success_only=1', '?yellow_only=1', '?ltc_only=1&page=2'].map(
      (query) => `/tests/finished${query}`,
    ),
    `${found}&user=${OWNER}`,
    `${found}&user=person`,
    `${found}&text=history`,
    `${found}&text=quinoa`,
    `${found}&text=%22history+move%22`,
    `${found}&text=history&user=${OWNER}`,
    `${found}&text=quinoa&user=person`,
    `${found}&type=sprt&page=2`,
    `${found}&deleted=1`,
    `${found}&deleted=1&user=person`,
    `${found}&type=sprt&text=history`,
    `${found}&type=sprt&user=${OWNER}`,
    `/tests/user/${OWNER}`,
    `/tests/user/${OWNER}?page=2`,
    '/tests/user/person2',
    ...['', '/detail?expected=any', '/diff'].map((part) => `/tests/view/${run}${part}`),
    `/tests/tasks/${run}`,
    `/tests/stats/${run}`,
    `/tests/stats/${run}?format=csv`,
    `/tests/live_elo/${run}`,
    `/tests/live_elo_update/${run}`,
    ...['json', 'csv', 'txt'].map((type) => `/tests/view/${tune}/spsa.${type}`),
    events,
    `${events}&page=2`,
    `${events}&action=stop_run`,
    `${events}&user=${OWNER}`,
    `${events}&user=${OWNER}&action=stop_run`,
    `${events}&user=person`,
    `${events}&user=person&action=new_run`,
    `${events}&run_id=${run}`,
    `${events}&text=history`,
    `${events}&text=history&action=stop_run`,
    `${events}&text=quinoa`,
    `${events}&text=history&user=${OWNER}`,
    `${events}&sort=comment`,
    `${events}&before=${Date.UTC(2026, 0, 2) / 1_000}`,
    '/actions.atom',
    '/actions/news?after=1',
    '/contributors',
    '/contributors?page=2',
    '/contributors/monthly?sort=games',
    '/nns',
    '/nns?network_name=00a&user=person',
    '/upload',
    ...[
      '?filter=all-workers',
      '?filter=gt-5days',
      '?filter=all-workers&q=person1',
      '?filter=all-workers&sort=email',
    ].map((query) => `/workers/show${query}`),
    `/workers/${workerName(3)}`,
    '/sprt_calc',
    `/reset/${'s'.repeat(43)}`,
    '/user',
    '/user/export',
    '/follows',
    '/user/person1',
    ...['pending', 'blocked', 'approvers', 'idle', 'all'].map((group) => `/user_management?group=${group}`),
    '/user_management?group=all&page=2',
    '/user_management?group=all&q=person1',
    '/user_management/pending_count',
    '/tests/run',
    `/tests/run?id=${run}`,
    '/tests/run/check?test-branch=branch',
    '/tests/run/summary?test-branch=branch',
    '/tests/run/arches?filter=avx2',
    '/rate_limits',
    '/rate_limits/server',
  ];
  const ofVisitors = ['/tests', '/login', '/signup', `/follows?ids=${run}`, `/tests/view/${run}`];
  return [
    ...addresses.map((address) => ({ address })),
    ...ofVisitors.map((address) => ({ address, isVisitor: true })),
  ];
}
