/**
 * What the jobs ask GitHub for (docs/spec/data-model.md §13): within three seconds, one retry, a bounded answer, and not when
 * the quota of the hour is nearly used up.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export interface GitHubOptions {
  /** Bearer token; without one GitHub allows few calls an hour. */
  readonly token?: string | undefined;
  readonly apiUrl?: string;
  /** Where books.json is. */
  readonly booksUrl?: string;
  readonly timeoutMs?: number;
}

export const GITHUB_API_URL = 'https://api.github.com';
export const BOOKS_URL = 'https://raw.githubusercontent.com/official-stockfish/books/master/books.json';
const TIMEOUT_MS = 3000;
const RETRY_AFTER_MS = 100;
const LONGEST_ANSWER = 4 * 1024 * 1024;
const TEMPORARY: ReadonlySet<number> = new Set([502, 503, 504]);
const SHA = /^[a-f0-9]{40}$/;

export class GitHub {
  readonly #options: Required<GitHubOptions>;
  /** Calls left in the hour that ends at `reset`, and calls made in it. */
  #quota = { remaining: Number.POSITIVE_INFINITY, used: 0, reset: 0 };

  constructor({
    token = '',
    apiUrl = GITHUB_API_URL,
    booksUrl = BOOKS_URL,
    timeoutMs = TIMEOUT_MS,
  }: GitHubOptions = {}) {
    this.#options = { token, apiUrl, booksUrl, timeoutMs };
  }

  /** The metadata of all opening books, as it is; the caller checks it. */
  async books(signal: AbortSignal): Promise<unknown> {
    const { booksUrl } = this.#options;
    // Another host gets no token, and is not asked less for the sake of GitHub's quota.
    const text =
      booksUrl === BOOKS_URL
        ? await this.#get(booksUrl, signal)
        : await this.#retry(() => this.#try(booksUrl, signal, ''), signal);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Error(`${booksUrl} did not answer with JSON: ${(error as Error).message}`);
    }
  }

  /** The newest commit of the official master branch. */
  async masterSha(signal: AbortSignal): Promise<string> {
    const { apiUrl } = this.#options;
    const url = `${apiUrl}/repos/official-stockfish/Stockfish/commits/master`;
    const { sha } = JSON.parse(await this.#get(url, signal)) as { sha?: unknown };
    if (typeof sha !== 'string' || !SHA.test(sha)) throw new Error(`${url} did not answer with a commit`);
    return sha;
  }

  async #get(url: string, signal: AbortSignal): Promise<string> {
    const { remaining, used, reset } = this.#quota;
    if (Date.now() < reset && remaining < used) {
      const minutes = Math.ceil((reset - Date.now()) / 60_000);
      throw new Error(
        `the quota of GitHub is nearly used up: ${remaining} calls left for ${minutes} minutes`,
      );
    }
    return await this.#retry(() => this.#try(url, signal, this.#options.token ?? ''), signal);
  }

  async #retry(ask: () => Promise<string>, signal: AbortSignal): Promise<string> {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !(error instanceof Temporary)) throw error;
      await sleep(RETRY_AFTER_MS, undefined, { signal });
      return await ask();
    }
  }

  async #try(url: string, stop: AbortSignal, token: string): Promise<string> {
    const { timeoutMs } = this.#options;
    const headers: Record<string, string> = { 'user-agent': 'shoal', accept: '*/*' };
    if (token !== '') headers['authorization'] = `Bearer ${token}`;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
    let response: Response;
    try {
      response = await fetch(url, { headers, signal });
    } catch (error) {
      throw new Temporary(`${url} cannot be reached: ${reasonOf(error)}`);
    }
    this.#noteQuota(response.headers);
    if (TEMPORARY.has(response.status)) throw new Temporary(`${url} answered ${response.status}`);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return await readBounded(response, url);
  }

  #noteQuota(headers: Headers): void {
    const [remaining, used, reset] = ['remaining', 'used', 'reset'].map((name) =>
      Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN),
    ) as [number, number, number];
    if (Number.isNaN(remaining + used + reset)) return;
    this.#quota = { remaining, used, reset: reset * 1000 };
  }
}

/** Worth a second try. */
class Temporary extends Error {}

async function readBounded(response: Response, url: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > LONGEST_ANSWER) throw new Error(`${url} answered with more than ${LONGEST_ANSWER} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause ?? error;
  return cause instanceof Error ? cause.message : String(cause);
}
