/**
 * The one table of the web application's paths (docs/spec/web-ui.md §1): which page answers a method, who may ask, where it
 * runs, what is remembered of the answer. Front threads and page threads read the same rows.
 */

/** `account`: signed in; `approver`: signed in, and of group:approvers. */
export type Who = 'anyone' | 'account' | 'approver';
/** `primary`: a secondary answers 503, since only the primary has what it takes. */
export type Where = 'primary' | 'any';

/** What answers; each has its function in pages/handlers.ts. */
export type PageName =
  | 'home'
  | 'machines'
  | 'finished'
  | 'ownerTests'
  | 'test'
  | 'testDetail'
  | 'testTasks'
  | 'testDiff'
  | 'testStats'
  | 'liveElo'
  | 'liveEloUpdate'
  | 'tuneJson'
  | 'tuneCsv'
  | 'tuneText'
  | 'modifyTest'
  | 'stopTest'
  | 'unstopTest'
  | 'approveTest'
  | 'purgeTest'
  | 'deleteTest'
  | 'undeleteTest'
  | 'events'
  | 'eventNews'
  | 'contributors'
  | 'monthlyContributors'
  | 'networks'
  | 'uploadForm'
  | 'upload'
  | 'worker'
  | 'changeWorker'
  | 'sprtCalculator'
  | 'loginForm'
  | 'login'
  | 'logout'
  | 'signupForm'
  | 'signup'
  | 'resetForm'
  | 'reset'
  | 'profile'
  | 'changeProfile'
  | 'exportAccount'
  | 'endSessions'
  | 'createKey'
  | 'revokeKey'
  | 'saveSearch'
  | 'removeSearch'
  | 'changePreferences'
  | 'account'
  | 'changeAccount'
  | 'createReset'
  | 'accounts'
  | 'decideAccounts'
  | 'pendingCount'
  | 'newTest'
  | 'sendTest'
  | 'testSummary'
  | 'checkBranch'
  | 'arches'
  | 'autoselect'
  | 'rateLimits'
  | 'rateLimitsServer'
  | 'follows'
  | 'follow'
  | 'unfollow'
  | 'eventsFeed';

export interface SiteRoute {
  readonly method: 'GET' | 'POST';
  /** Parts in braces stand for anything without a slash. */
  readonly path: string;
  readonly page: PageName;
  readonly who: Who;
  readonly where: Where;
  /** `no-store`: the answer is not even kept to go back to it. */
  readonly cache: 'no-cache' | 'no-store';
  /** Most bytes of a form. */
  readonly bodyLimit: number;
  /** It may wait for GitHub, for seconds: it takes none of the places of what workers ask for. */
  readonly asksGitHub: boolean;
  /** Its form has a file, which goes to disk as it comes. */
  readonly takesFile: boolean;
  /** Many follow links to it: visitors without a cookie who ask within a second get one rendering, whomever a limit let have it. */
  readonly isShared: boolean;
}

const FORM_BYTES = 256 * 1024;
/** A network (docs/spec/web-ui.md §4.12) and the form around it; what a proxy lets through. */
const UPLOAD_BYTES = 200 * 1024 * 1024;

function row(
  method: SiteRoute['method'],
  path: string,
  page: PageName,
  {
    who = 'anyone',
    where = 'any',
    cache = 'no-cache',
    bodyLimit = FORM_BYTES,
    asksGitHub = false,
    takesFile = false,
    isShared = false,
  }: Partial<SiteRoute> = {},
): SiteRoute {
  return { method, path, page, who, where, cache, bodyLimit, asksGitHub, takesFile, isShared };
}

const PRIVATE = { cache: 'no-store' } as const;
const SHARED = { isShared: true } as const;
const OWN = { who: 'account', cache: 'no-store' } as const;
/** A change of a test: only the primary has it in memory. */
const CHANGE = { who: 'account', where: 'primary', cache: 'no-store' } as const;
const APPROVER = { who: 'approver', cache: 'no-store' } as const;

export const SITE_ROUTES: readonly SiteRoute[] = [
  row('GET', '/tests', 'home', { ...PRIVATE, ...SHARED }),
  row('GET', '/tests/machines', 'machines', SHARED),
  row('GET', '/tests/finished', 'finished', SHARED),
  row('GET', '/tests/user/{name}', 'ownerTests', PRIVATE),
  row('GET', '/tests/view/{id}', 'test', SHARED),
  row('GET', '/tests/view/{id}/spsa.json', 'tuneJson'),
  row('GET', '/tests/view/{id}/spsa.csv', 'tuneCsv'),
  row('GET', '/tests/view/{id}/spsa.txt', 'tuneText'),
  row('GET', '/tests/view/{id}/detail', 'testDetail'),
  row('GET', '/tests/tasks/{id}', 'testTasks'),
  row('GET', '/tests/view/{id}/diff', 'testDiff', { asksGitHub: true }),
  row('GET', '/tests/stats/{id}', 'testStats', SHARED),
  row('GET', '/tests/live_elo/{id}', 'liveElo', SHARED),
  row('GET', '/tests/live_elo_update/{id}', 'liveEloUpdate'),
  row('POST', '/tests/modify', 'modifyTest', CHANGE),
  row('POST', '/tests/stop', 'stopTest', CHANGE),
  row('POST', '/tests/unstop', 'unstopTest', CHANGE),
  row('POST', '/tests/approve', 'approveTest', CHANGE),
  row('POST', '/tests/purge', 'purgeTest', CHANGE),
  row('POST', '/tests/delete', 'deleteTest', CHANGE),
  row('POST', '/tests/undelete', 'undeleteTest', CHANGE),
  row('GET', '/actions', 'events'),
  row('GET', '/actions.atom', 'eventsFeed'),
  row('GET', '/actions/news', 'eventNews'),
  row('GET', '/contributors', 'contributors', SHARED),
  row('GET', '/contributors/monthly', 'monthlyContributors', SHARED),
  row('GET', '/nns', 'networks'),
  row('GET', '/upload', 'uploadForm', OWN),
  row('POST', '/upload', 'upload', { ...OWN, where: 'primary', bodyLimit: UPLOAD_BYTES, takesFile: true }),
  row('GET', '/workers/{name}', 'worker', PRIVATE),
  row('POST', '/workers/{name}', 'changeWorker', { ...OWN, where: 'primary' }),
  row('GET', '/sprt_calc', 'sprtCalculator'),
  row('GET', '/login', 'loginForm', PRIVATE),
  row('POST', '/login', 'login', PRIVATE),
  row('POST', '/logout', 'logout', PRIVATE),
  row('GET', '/signup', 'signupForm', PRIVATE),
  row('POST', '/signup', 'signup', PRIVATE),
  row('GET', '/reset/{secret}', 'resetForm', PRIVATE),
  row('POST', '/reset/{secret}', 'reset', PRIVATE),
  row('GET', '/user', 'profile', OWN),
  row('POST', '/user', 'changeProfile', OWN),
  row('GET', '/user/export', 'exportAccount', OWN),
  row('POST', '/user_sessions', 'endSessions', OWN),
  row('POST', '/user_keys', 'createKey', OWN),
  row('POST', '/user_keys/revoke', 'revokeKey', OWN),
  row('POST', '/user_searches', 'saveSearch', OWN),
  row('POST', '/user_searches/remove', 'removeSearch', OWN),
  row('POST', '/user_preferences', 'changePreferences', OWN),
  row('GET', '/follows', 'follows', PRIVATE),
  row('POST', '/follows/add', 'follow', OWN),
  row('POST', '/follows/remove', 'unfollow', OWN),
  row('GET', '/user/{name}', 'account', APPROVER),
  row('POST', '/user/{name}', 'changeAccount', APPROVER),
  row('POST', '/user/{name}/reset', 'createReset', APPROVER),
  row('GET', '/user_management', 'accounts', APPROVER),
  row('POST', '/user_management', 'decideAccounts', APPROVER),
  row('GET', '/user_management/pending_count', 'pendingCount', PRIVATE),
  row('GET', '/tests/run', 'newTest', OWN),
  row('POST', '/tests/run', 'sendTest', { ...OWN, where: 'primary', asksGitHub: true }),
  row('GET', '/tests/run/check', 'checkBranch', { ...OWN, asksGitHub: true }),
  row('GET', '/tests/run/summary', 'testSummary', OWN),
  row('GET', '/tests/run/arches', 'arches', OWN),
  row('POST', '/tests/run/autoselect', 'autoselect', OWN),
  row('GET', '/rate_limits', 'rateLimits'),
  row('GET', '/rate_limits/server', 'rateLimitsServer'),
];

interface Pattern {
  readonly parts: readonly string[];
  readonly routes: readonly SiteRoute[];
}

/** Paths without parts in braces first, since they name one page. */
const PATTERNS: readonly Pattern[] = [...new Set(SITE_ROUTES.map(({ path }) => path))]
  .map((path) => ({ parts: path.split('/'), routes: SITE_ROUTES.filter((route) => route.path === path) }))
  .sort((a, b) => placeholders(a.parts) - placeholders(b.parts));

export type FoundRoute =
  | { readonly kind: 'found'; readonly route: SiteRoute; readonly params: Readonly<Record<string, string>> }
  /** The path is there, with other methods. */
  | { readonly kind: 'method'; readonly allow: string }
  /** The path without its last slashes is there. */
  | { readonly kind: 'moved'; readonly path: string }
  | { readonly kind: 'unknown' };

/** @param method in capitals @param path URL-decoded */
export function findSiteRoute(method: string, path: string): FoundRoute {
  const pattern = patternOf(path);
  if (pattern === undefined) {
    const shorter = path.replace(/\/+$/, '');
    return shorter !== path && patternOf(shorter) !== undefined
      ? { kind: 'moved', path: shorter }
      : { kind: 'unknown' };
  }
  const route = pattern.routes.find((each) => each.method === (method === 'HEAD' ? 'GET' : method));
  if (route !== undefined) return { kind: 'found', route, params: paramsOf(pattern.parts, path) };
  const methods = pattern.routes.flatMap((each) => (each.method === 'GET' ? ['GET', 'HEAD'] : [each.method]));
  return { kind: 'method', allow: methods.join(', ') };
}

function patternOf(path: string): Pattern | undefined {
  const parts = path.split('/');
  return PATTERNS.find(
    (pattern) =>
      pattern.parts.length === parts.length &&
      pattern.parts.every((part, i) => (isPlaceholder(part) ? parts[i] !== '' : part === parts[i])),
  );
}

function paramsOf(pattern: readonly string[], path: string): Record<string, string> {
  const parts = path.split('/');
  const named = pattern.flatMap((part, i) => (isPlaceholder(part) ? [[part.slice(1, -1), parts[i]!]] : []));
  return Object.fromEntries(named) as Record<string, string>;
}

function placeholders(parts: readonly string[]): number {
  return parts.filter(isPlaceholder).length;
}

function isPlaceholder(part: string): boolean {
  return part.startsWith('{');
}
