/**
 * A stand-in for GitHub on loopback: real HTTP, the few calls that Shoal makes, repositories in memory, and faults on demand.
 * For tests and the demonstration.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerApi, answerRaw } from './stand-in-answers.js';
import { StandInRepos, shaOf } from './stand-in-repos.js';

/**
 * `away`: connections are cut · `unavailable`: 503 · `silent`: no answer ever · `spent`: 403, no calls left · `malformed`:
 * half an answer · `denied`: 401.
 */
export type StandInFault = 'away' | 'unavailable' | 'silent' | 'spent' | 'malformed' | 'denied';

export interface StandInRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** 0 until it is answered. */
  status: number;
}

interface Fault {
  readonly kind: StandInFault;
  /** Of the paths that have it. */
  readonly path: RegExp;
  left: number;
}

const HOUR_MS = 3_600_000;
const MOST_REQUESTS = 10_000;
export const OFFICIAL = 'official-stockfish/Stockfish';
const BOOKS = 'official-stockfish/books';

export class GitHubStandIn {
  readonly repos = new StandInRepos();
  /** What was asked, oldest first. */
  readonly requests: StandInRequest[] = [];
  /** Calls of an hour; what a 304 costs with a token is nothing. */
  readonly quota = { limit: 5000, used: 0, resetAt: Date.now() + HOUR_MS };
  /** Each answer waits for so long. */
  delayMs = 0;
  /** Told when a request comes, and when it is answered or given up. */
  onRequest: (number: number, isOpen: boolean) => void = () => {};
  readonly #server: Server;
  readonly #silent = new Set<ServerResponse>();
  #faults: Fault[] = [];
  #served = 0;

  private constructor() {
    this.#server = createServer((request, response) => this.#serve(request, response));
    this.repos.add(OFFICIAL);
    this.repos.add(BOOKS);
  }

  /** With the official repositories, which are empty. */
  static async start(): Promise<GitHubStandIn> {
    const standIn = new GitHubStandIn();
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The settings with which a server asks this one. */
  get settings(): Record<'SHOAL_GITHUB' | 'GITHUB_API_URL' | 'GITHUB_RAW_URL', string> {
    return { SHOAL_GITHUB: 'on', GITHUB_API_URL: `${this.url}/api`, GITHUB_RAW_URL: `${this.url}/raw` };
  }

  /** What is told of the opening books. */
  setBooks(books: object): void {
    this.repos.commit(BOOKS, { message: 'Books', files: { 'books.json': JSON.stringify(books) } });
  }

  /** From now on, until `heal` or so many times. @param path of the calls that fail; absent: all */
  fail(kind: StandInFault, { path = /(?:)/, times = Number.POSITIVE_INFINITY } = {}): void {
    this.#faults.push({ kind, path, left: times });
  }

  /** Whoever waits for a silent answer loses its connection, as with a server that starts again. */
  heal(): void {
    this.#faults = [];
    for (const response of this.#silent) response.destroy();
    this.#silent.clear();
  }

  /** How often a path was asked that matches. */
  count(path: RegExp): number {
    return this.requests.filter((request) => path.test(request.path)).length;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    this.#note(request, response, `${url.pathname}${url.search}`);
    const act = () => this.#answer(url, request, response);
    if (this.delayMs === 0) act();
    else setTimeout(act, this.delayMs).unref();
  }

  #answer(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const path = `${url.pathname}${url.search}`;
    const fault = this.#faults.find((each) => each.left > 0 && each.path.test(path));
    if (fault !== undefined) fault.left -= 1;
    const isApi = url.pathname.startsWith('/api/');
    if (fault !== undefined) this.#break(fault.kind, response);
    else if (isApi) this.#answerApi(new URL(`${url.pathname.slice(4)}${url.search}`, url), request, response);
    else this.#answerRaw(url.pathname.replace(/^\/raw/, ''), response);
  }

  #answerApi(url: URL, request: IncomingMessage, response: ServerResponse): void {
    if (url.pathname === '/rate_limit') {
      send(response, 200, { resources: { core: this.#figures() } });
      return;
    }
    const { status, body, location } = answerApi(this.repos, url);
    const etag = `W/"${shaOf(JSON.stringify(body))}"`;
    const isSame = status === 200 && request.headers['if-none-match'] === etag;
    const isFree = isSame && request.headers.authorization !== undefined;
    if (this.quota.used >= this.quota.limit && !isFree) {
      this.#break('spent', response);
      return;
    }
    if (!isFree) this.quota.used += 1;
    this.#tellQuota(response);
    if (location !== undefined) response.setHeader('Location', `/api${location}`);
    response.setHeader('ETag', etag);
    if (isSame) response.writeHead(304).end();
    else send(response, status, body);
  }

  #answerRaw(path: string, response: ServerResponse): void {
    const text = answerRaw(this.repos, path);
    if (text === undefined) response.writeHead(404).end('404: Not Found');
    else response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
  }

  #break(kind: StandInFault, response: ServerResponse): void {
    if (kind === 'silent') this.#silent.add(response.once('close', () => this.#silent.delete(response)));
    else if (kind === 'away') response.destroy();
    else if (kind === 'unavailable') send(response, 503, { message: 'Unavailable' });
    else if (kind === 'denied') send(response, 401, { message: 'Bad credentials' });
    else if (kind === 'malformed') response.writeHead(200).end('{"sha":');
    else if (kind === 'spent') {
      this.quota.used = this.quota.limit;
      this.#tellQuota(response);
      send(response, 403, { message: 'API rate limit exceeded' });
    }
  }

  #figures() {
    const { limit, used, resetAt } = this.quota;
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil(resetAt / 1000) };
  }

  #tellQuota(response: ServerResponse): void {
    for (const [name, figure] of Object.entries(this.#figures())) {
      response.setHeader(`X-RateLimit-${name}`, String(figure));
    }
  }

  #note({ headers }: IncomingMessage, response: ServerResponse, path: string): void {
    const { authorization, 'if-none-match': ifNoneMatch } = headers;
    const noted: StandInRequest = { path, authorization, ifNoneMatch, status: 0 };
    response.once('finish', () => {
      noted.status = response.statusCode;
    });
    const number = ++this.#served;
    this.onRequest(number, true);
    response.once('close', () => this.onRequest(number, false));
    this.requests.push(noted);
    if (this.requests.length > MOST_REQUESTS) this.requests.shift();
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(text);
}
