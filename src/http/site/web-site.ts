/**
 * A front thread's part of the web application: reads the request, asks a page thread, writes what it answers. Styles and
 * scripts it has itself. Nothing of a page is made here: this thread serves workers.
 */
import type { HttpRequest } from 'uWebSockets.js';
import type { MessagePort } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import type { PageCall } from '../../pool/pool-messages.js';
import type { Admission } from '../../site/admission.js';
import { siteAssets } from '../../site/assets.js';
import { findSiteRoute } from '../../site/routes.js';
import type { SettledAnswer, SiteAnswer, SiteRequest } from '../../site/site-messages.js';
import type { Client } from '../transport/client.js';
import type { Answer, Exchange } from '../transport/exchange.js';
import { FileRequests } from './file-requests.js';
import { robots } from './robots.js';
import { SharedPages } from './shared-pages.js';
import type { SiteLimits } from './site-limits.js';

/** Times that a limit may come between; a page has a few at most. */
const MOST_ADMISSIONS = 6;
/** Of one front thread, waiting for GitHub at once. */
const MOST_WAITING = 32;
const LONGEST_BROWSER = 500;
const PLAIN = 'text/plain; charset=utf-8';
const FOR_EVER = 'public, max-age=31536000, immutable';
const UNAVAILABLE: Answer = {
  status: 503,
  contentType: PLAIN,
  headers: [
    ['Cache-Control', 'no-store'],
    ['Retry-After', '5'],
  ],
  body: 'The server is busy. Please try again in a few seconds.\n',
};
/** Each page reads who asks: it would wait as long as the driver does, and say less. */
const STORE_AWAY: Answer = {
  ...UNAVAILABLE,
  body: 'The server cannot reach its database. Please try again in a minute.\n',
};
const TO_TESTS: Answer = {
  status: 302,
  headers: [
    ['Location', '/tests'],
    ['Cache-Control', 'no-cache, private'],
  ],
};

export interface WebSiteOptions {
  readonly limits: SiteLimits;
  /** Runs a call on a page thread; waits for a token. */
  readonly run: (call: PageCall) => Promise<unknown>;
  /** Runs one at once, beside those that wait for a token. */
  readonly runBeside: (call: PageCall) => Promise<unknown>;
  /** As `runBeside`, with a port that cannot be given a second time. */
  readonly runOnce: (call: PageCall, port: MessagePort) => Promise<unknown>;
  readonly onError: (error: unknown, path: string) => void;
  readonly isStoreAway: () => boolean;
  /** A visitor got the page that another had asked for. */
  readonly onShared: () => void;
}

export class WebSite {
  readonly #options: WebSiteOptions;
  /** Requests that may be waiting for GitHub. */
  #waiting = 0;
  readonly #files: FileRequests;
  readonly #shared: SharedPages;
  readonly #assets: ReadonlyMap<string, { plain: Answer; gzipped: Answer }>;

  constructor(options: WebSiteOptions) {
    this.#options = options;
    this.#shared = new SharedPages(options.onShared);
    this.#files = new FileRequests({
      ask: (request, admissions) => this.#ask(request, options.runBeside, admissions),
      runOnce: options.runOnce,
    });
    this.#assets = new Map(
      siteAssets().map(({ path, contentType, body }) => {
        const headers = [
          ['Cache-Control', FOR_EVER],
          ['X-Content-Type-Options', 'nosniff'],
          ['Vary', 'Accept-Encoding'],
        ] as const;
        const plain = { status: 200, contentType, headers, body };
        const encoded = [...headers, ['Content-Encoding', 'gzip'] as const];
        return [path, { plain, gzipped: { ...plain, headers: encoded, body: gzipSync(body) } }];
      }),
    );
  }

  /** Answers any request, sooner or later. Never throws. */
  serve(path: string, request: HttpRequest, client: Client, exchange: Exchange): void {
    const method = request.getMethod().toUpperCase();
    const asset = this.#assets.get(path);
    if (asset !== undefined && (method === 'GET' || method === 'HEAD')) {
      const takesGzip = /\bgzip\b/.test(request.getHeader('accept-encoding'));
      exchange.send(takesGzip ? asset.gzipped : asset.plain);
      return;
    }
    if (path === '/static/robots.txt' && (method === 'GET' || method === 'HEAD')) {
      exchange.send(robots());
      return;
    }
    if (path === '/') {
      exchange.send(TO_TESTS);
      return;
    }
    if (this.#options.isStoreAway()) {
      exchange.send(STORE_AWAY);
      return;
    }
    const head = readHead(path, method, request, client);
    const found = findSiteRoute(method, path);
    if (found.kind !== 'found' || method !== 'POST') {
      const ask = this.#asking(head, found.kind === 'found' && found.route.asksGitHub);
      const isShared = found.kind === 'found' && found.route.isShared;
      void this.#answer(head, exchange, isShared ? () => this.#shared.ask(head, ask) : ask);
      return;
    }
    const { bodyLimit, asksGitHub, takesFile } = found.route;
    if (takesFile) {
      const length = Number(request.getHeader('content-length') || '0');
      void this.#answer(head, exchange, () => this.#files.ask(head, exchange, { length, bodyLimit }));
      return;
    }
    exchange.body(bodyLimit, (body) => {
      if (body === undefined) exchange.send(tooLong(bodyLimit));
      else {
        const whole = { ...head, body: Uint8Array.from(body) };
        void this.#answer(whole, exchange, this.#asking(whole, asksGitHub));
      }
    });
  }

  #asking(request: SiteRequest, asksGitHub: boolean): () => Promise<SettledAnswer> {
    return () => (asksGitHub ? this.#askBeside(request) : this.#ask(request, this.#options.run));
  }

  async #answer(request: SiteRequest, exchange: Exchange, ask: () => Promise<SettledAnswer>): Promise<void> {
    const { onError } = this.#options;
    try {
      const answer = await ask();
      if (request.method === 'POST') this.#shared.forget();
      if (answer.kind === 'body') throw new Error(`${request.path} takes no file`);
      if (answer.failure !== undefined) onError(answer.failure, request.path);
      if (answer.failedLogin !== undefined) {
        await this.#options.limits.noteFailedLogin(answer.failedLogin, request.address);
      }
      const { status, headers, body, close = false } = answer;
      exchange.send({ status, headers, body: typeof body === 'string' ? body : Buffer.from(body), close });
    } catch (error) {
      onError(error, request.path);
      exchange.send(UNAVAILABLE);
    }
  }

  /** What waits for GitHub holds no token meanwhile: workers' calls need them. */
  async #askBeside(request: SiteRequest): Promise<SettledAnswer> {
    if (this.#waiting >= MOST_WAITING) throw new Error(`${MOST_WAITING} requests wait for GitHub already`);
    this.#waiting++;
    try {
      return await this.#ask(request, this.#options.runBeside);
    } finally {
      this.#waiting--;
    }
  }

  /** Asks again with what each limit said that the page came to. */
  async #ask(
    request: SiteRequest,
    run: WebSiteOptions['run'],
    admissions: Admission[] = [],
  ): Promise<SettledAnswer> {
    for (let i = 0; i < MOST_ADMISSIONS; i++) {
      const call: PageCall = { kind: 'site', request, admissions };
      const answer = (await run(call)) as SiteAnswer;
      if (answer.kind !== 'admission') return answer;
      const { gate, key } = answer;
      const waitSeconds = await this.#options.limits.admit(gate, key, request.address);
      admissions.push({ gate, key, waitSeconds });
    }
    throw new Error(`${request.path} comes to more than ${MOST_ADMISSIONS} limits`);
  }
}

function readHead(path: string, method: string, request: HttpRequest, client: Client): SiteRequest {
  const header = (name: string) => request.getHeader(name);
  return {
    method,
    path,
    query: request.getQuery() ?? '',
    scheme: client.scheme,
    host: client.host,
    address: client.remoteAddr,
    headers: {
      cookie: header('cookie'),
      contentType: header('content-type'),
      csrfToken: header('x-csrf-token'),
      origin: header('origin'),
      referer: header('referer'),
      fetchSite: header('sec-fetch-site'),
      fetchMode: header('sec-fetch-mode'),
      htmx: header('hx-request'),
      acceptEncoding: header('accept-encoding'),
      ifNoneMatch: header('if-none-match'),
      userAgent: header('user-agent').slice(0, LONGEST_BROWSER),
    },
  };
}

function tooLong(limit: number): Answer {
  const body = `The form is longer than ${limit} bytes. Nothing was changed.\n`;
  return { status: 413, contentType: PLAIN, headers: [['Cache-Control', 'no-store']], body, close: true };
}
