/**
 * One call of GitHub: a few at a time, each within three seconds, once more when it failed for a moment
 * (docs/spec/data-model.md §13), and never more of an answer than is wanted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { CallQueue } from './call-queue.js';
import { GitHubError } from './github-error.js';
import type { QuotaMeter } from './quota-meter.js';

export interface HttpOptions {
  /** Bearer token; without one GitHub allows few calls an hour. */
  readonly token: string;
  readonly attemptMs: number;
}

export interface Request {
  readonly url: string;
  /** What is asked, for people. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** `api`: with the token, and counted in the quota; `free`: neither. */
  readonly host: 'api' | 'free';
  readonly isUrgent?: boolean;
  /** A call that GitHub does not count. */
  readonly isUncounted?: boolean;
  /** Of the answer that is known already. */
  readonly etag?: string | undefined;
  readonly mostBytes?: number;
}

export interface Response {
  readonly status: number;
  readonly text: string;
  readonly etag: string | undefined;
}

const MOST_AT_ONCE = 4;
const RETRY_AFTER_MS = 100;
const LONGEST_ANSWER = 4 * 1024 * 1024;
const TEMPORARY: ReadonlySet<number> = new Set([500, 502, 503, 504]);

export class GitHubHttp {
  readonly #options: HttpOptions;
  readonly #quota: QuotaMeter;
  readonly #queue = new CallQueue(MOST_AT_ONCE);

  constructor(options: HttpOptions, quota: QuotaMeter) {
    this.#options = options;
    this.#quota = quota;
  }

  /**
   * Any answer that is not for a moment only, such as 304 and 404.
   * @throws GitHubError when there is none, and when the quota is used up
   */
  async get(request: Request): Promise<Response> {
    try {
      return await this.#queue.run(() => this.#retry(request), request.signal);
    } catch (error) {
      if (!request.signal.aborted || error instanceof GitHubError) throw error;
      throw away(request.what, 'no answer in time', error);
    }
  }

  async #retry(request: Request): Promise<Response> {
    try {
      return await this.#try(request);
    } catch (error) {
      const isForMoment = error instanceof GitHubError && error.reason === 'away';
      if (request.signal.aborted || !isForMoment) throw error;
      await sleep(RETRY_AFTER_MS, undefined, { signal: request.signal });
      return await this.#try(request);
    }
  }

  async #try(request: Request): Promise<Response> {
    const { url, what, host, mostBytes = LONGEST_ANSWER } = request;
    if (host === 'api' && request.isUncounted !== true) this.#quota.require(what, request.isUrgent === true);
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(this.#options.attemptMs)]);
    let response: Awaited<ReturnType<typeof fetch>>;
    let text: string;
    try {
      response = await fetch(url, { headers: this.#headers(request), signal });
      text = await readBounded(response, mostBytes);
    } catch (error) {
      if (error instanceof TooLong) throw tooLong(what, mostBytes, error);
      throw away(what, reasonOf(error), error);
    }
    const { status, headers } = response;
    if (host === 'api') {
      this.#quota.note(headers);
      if (this.#quota.isSpent(status, headers)) throw this.#quota.spent(what);
    }
    if (TEMPORARY.has(status)) throw away(what, `answer ${status}`);
    if (status === 401) throw refused(what);
    return { status, text, etag: headers.get('etag') ?? undefined };
  }

  #headers({ host, etag }: Request): Record<string, string> {
    const { token } = this.#options;
    return {
      'User-Agent': 'shoal',
      Accept: host === 'api' ? 'application/vnd.github+json' : '*/*',
      ...(host === 'api' && { 'X-GitHub-Api-Version': '2022-11-28' }),
      ...(host === 'api' && token !== '' && { Authorization: `Bearer ${token}` }),
      ...(etag !== undefined && { 'If-None-Match': etag }),
    };
  }
}

class TooLong extends Error {}

async function readBounded(response: globalThis.Response, most: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > most) throw new TooLong();
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function away(what: string, why: string, cause?: unknown): GitHubError {
  const message = `${what}: GitHub does not answer (${why}). Please try again in a minute.`;
  return new GitHubError({ reason: 'away', message }, { cause });
}

function refused(what: string): GitHubError {
  const message = `${what}: GitHub refuses the token of this server. Its operator has to look at GH_TOKEN.`;
  return new GitHubError({ reason: 'refused', message });
}

function tooLong(what: string, most: number, cause: unknown): GitHubError {
  const message = `${what}: GitHub answered with more than ${most} bytes. To try again does not help.`;
  return new GitHubError({ reason: 'malformed', message }, { cause });
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause ?? error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.name === 'TimeoutError' ? 'no answer in time' : cause.message || cause.name;
}
