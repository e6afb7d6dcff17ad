/** What an answer is made from: GitHub's own answers to single calls, checked for their form. */
import { GitHubError, type GitHubReason } from './github-error.js';
import type { GitHubHttp, Response } from './github-http.js';

export interface Addresses {
  /** Without a slash at the end; empty: not asked. */
  readonly apiUrl: string;
  /** Where files are at a sha: `<rawUrl>/owner/name/sha/path`. */
  readonly rawUrl: string;
}

/** One question's calls: they share its time. */
export interface Asking {
  /** What is asked, for people. */
  readonly what: string;
  readonly signal: AbortSignal;
  readonly isUrgent: boolean;
  /** Of the answer that was kept. */
  readonly etag: string | undefined;
}

/** An object of JSON whose members are read with care. */
export type Json = Readonly<Record<string, unknown>>;

export interface ApiAnswer {
  readonly body: unknown;
  readonly etag: string | undefined;
}

interface ApiOptions {
  readonly mostBytes?: number;
  /** Whether GitHub may say that nothing changed; for questions of a single call. */
  readonly isConditional?: boolean;
  /** What it means that GitHub does not have it. */
  readonly missing?: GitHubReason;
}

/** Nothing changed since the answer that was kept. */
export const UNCHANGED = Symbol('unchanged');

const NOT_FOUND: ReadonlySet<number> = new Set([404, 409, 410, 422]);

export class GitHubCalls {
  readonly #http: GitHubHttp;
  readonly #addresses: Addresses;

  constructor(http: GitHubHttp, addresses: Addresses) {
    this.#http = http;
    this.#addresses = addresses;
  }

  /** @throws GitHubError */
  async api(path: string, asking: Asking, options: ApiOptions = {}): Promise<ApiAnswer> {
    const answer = await this.conditional(path, asking, { ...options, isConditional: false });
    if (answer === UNCHANGED) throw malformed(asking.what, 'an answer 304 to a plain question');
    return answer;
  }

  /** As `api`; UNCHANGED when the answer with `asking.etag` still holds. */
  async conditional(
    path: string,
    asking: Asking,
    { mostBytes, isConditional = true, missing = 'no-commit' }: ApiOptions = {},
  ): Promise<ApiAnswer | typeof UNCHANGED> {
    const { what, signal, isUrgent } = asking;
    const etag = isConditional ? asking.etag : undefined;
    const url = `${this.#addresses.apiUrl}${path}`;
    const size = mostBytes === undefined ? {} : { mostBytes };
    const response = await this.#http.get({ url, what, signal, host: 'api', isUrgent, etag, ...size });
    if (response.status === 304 && etag !== undefined) return UNCHANGED;
    if (NOT_FOUND.has(response.status)) {
      throw new GitHubError({
        reason: reasonOfMissing(response, missing),
        message: `${what}: GitHub has none.`,
      });
    }
    if (response.status !== 200) throw unwilling(what, response.status);
    return { body: parse(what, response.text), etag: response.etag };
  }

  /** A file at a commit; undefined: it is not there. @throws GitHubError */
  async file(
    repo: string,
    sha: string,
    path: string,
    asking: Asking,
    mostBytes?: number,
  ): Promise<string | undefined> {
    const url = `${this.#addresses.rawUrl}/${repo}/${sha}/${path.split('/').map(encodeURIComponent).join('/')}`;
    const { what, signal } = asking;
    const size = mostBytes === undefined ? {} : { mostBytes };
    const { status, text } = await this.#http.get({ url, what, signal, host: 'free', ...size });
    if (status === 404) return undefined;
    if (status !== 200) throw unwilling(what, status);
    return text;
  }
}

/** GitHub says 422 for a name that is none in the repository, and 409 of an empty repository. */
function reasonOfMissing({ status }: Response, missing: GitHubReason): GitHubReason {
  return status === 422 || status === 409 ? 'no-commit' : missing;
}

export function malformed(what: string, how: string): GitHubError {
  return new GitHubError({ reason: 'malformed', message: `${what}: GitHub answered with ${how}.` });
}

export function unwilling(what: string, status: number): GitHubError {
  return new GitHubError({
    reason: 'refused',
    message: `${what}: GitHub refuses to say (answer ${status}).`,
  });
}

export function parse(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(what, 'something that is no JSON');
  }
}

export function objectOf(what: string, value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(what, 'no object where one belongs');
  }
  return value as Json;
}

export function listOf(what: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(what, 'no list where one belongs');
  return value as readonly unknown[];
}

export function textOf(what: string, value: unknown, pattern?: RegExp): string {
  if (typeof value !== 'string' || pattern?.test(value) === false) {
    throw malformed(what, 'no text of the right form where one belongs');
  }
  return value;
}

export function countOf(what: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw malformed(what, 'no number where one belongs');
  return value as number;
}
