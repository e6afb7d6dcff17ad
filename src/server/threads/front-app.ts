/** Which part of a front thread answers a request: the table of worker endpoints first, then operators, readers and people. */
import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { AddressSet } from '../../config/network-address.js';
import { answerDocs } from '../../http/public-api/docs.js';
import { type SiteRequest, serveSite } from '../../http/site/bare-site.js';
import { Dashboard } from '../../http/site/dashboard-routes.js';
import { detail, notPrimary, TRY_AGAIN } from '../../http/transport/answers.js';
import {
  decodePath,
  findRoute,
  meteredPath,
  type Route,
  redirectTarget,
  workerRoutes,
} from '../../http/transport/api-routes.js';
import { readClient, readClientFor } from '../../http/transport/client.js';
import { type Answer, Exchange } from '../../http/transport/exchange.js';
import { readFraming, readWorkerFraming, refuseFraming } from '../../http/transport/framing.js';
import { answerClient, answerHealth } from '../../http/transport/health-answer.js';
import { WORKER_ROUTES } from '../../operations/worker/worker-routes.js';
import { meteredRoute } from '../../runtime/meters.js';
import type { FrontParts } from './front-parts.js';

type WorkerRoute = Route & { kind: 'worker' };
type OtherRoute = Exclude<Route, { kind: 'worker' }>;

const OTHER = meteredRoute('other');
const DASHBOARD = meteredRoute('dashboard');
const SITE = meteredRoute('site');
const HEALTH = meteredRoute('health');
/** Where the reference leads from its root (docs/spec/ui.md §2). */
const TO_TESTS: Answer = {
  status: 302,
  headers: [
    ['Location', '/tests'],
    ['Cache-Control', 'no-cache, private'],
  ],
};

export class FrontApp {
  readonly #parts: FrontParts;
  readonly #trusted: AddressSet;
  /** Undefined when the operator switched it off. */
  readonly dashboard: Dashboard | undefined;
  /** Another primary listens: whoever is answered connects anew. */
  isLeaving = false;

  constructor(app: TemplatedApp, parts: FrontParts) {
    this.#parts = parts;
    const { data, shared, say } = parts;
    this.#trusted = new AddressSet(data.trustedProxies);
    this.dashboard = data.dashboard
      ? new Dashboard(app, shared.meters.viewers, data.site.isOn ? '/dashboard' : '/', () =>
          say({ kind: 'viewer' }),
        )
      : undefined;
    parts.live?.attach(app);
    // uWS finds these by itself, so that neither method nor path becomes a string for each beat.
    for (const [path, route] of workerRoutes()) {
      const asksForAddress = WORKER_ROUTES[route.name].client === 'all';
      app.post(path, (response: HttpResponse, request: HttpRequest) => {
        const { problem, forwardedFor } = readWorkerFraming(request, asksForAddress);
        if (problem !== undefined) {
          refuseFraming(response, problem);
          return;
        }
        const exchange = new Exchange(response, request, parts.watch);
        exchange.isLast = this.isLeaving;
        if (shared.draining.load() === 1 || shared.tenure.isDoubtful()) exchange.send(TRY_AGAIN);
        else if (this.#needsPrimary(route)) exchange.send(notPrimary(path));
        else this.#serveWorker(route, path, exchange, request, forwardedFor);
      });
    }
    app.any('/*', (response: HttpResponse, request: HttpRequest) => {
      const { problem } = readFraming(request);
      if (problem !== undefined) {
        refuseFraming(response, problem);
        return;
      }
      const exchange = new Exchange(response, request, parts.watch);
      exchange.isLast = this.isLeaving;
      this.#serveAny(exchange, request);
    });
  }

  #serveAny(exchange: Exchange, request: HttpRequest): void {
    const { shared } = this.#parts;
    const path = decodePath(request.getUrl());
    if (shared.draining.load() === 1) {
      exchange.send(answerHealth(path, shared) ?? TRY_AGAIN);
      return;
    }
    const route = findRoute(path);
    if (route.kind !== 'worker') {
      this.#serveOther(route, path, exchange, request);
    } else if (this.#needsPrimary(route)) {
      exchange.send(notPrimary(path));
    } else if (request.getMethod() !== 'post') {
      exchange.route = route.metered;
      exchange.send(detail(405, 'Method Not Allowed', [['Allow', 'POST']]));
    } else {
      this.#serveWorker(route, path, exchange, request);
    }
  }

  /** A secondary refuses what changes runs, whatever the method (docs/spec/worker-api.md §1.2). */
  #needsPrimary({ name }: WorkerRoute): boolean {
    return !this.#parts.data.isPrimary && WORKER_ROUTES[name].needsPrimary;
  }

  #serveWorker(
    { name, metered }: WorkerRoute,
    path: string,
    exchange: Exchange,
    request: HttpRequest,
    forwarded?: string,
  ): void {
    const { data, front } = this.#parts;
    exchange.route = metered;
    const client = readClientFor(name, request, exchange, this.#trusted, forwarded);
    const limit = WORKER_ROUTES[name].body === 'pgn' ? data.pgnBodyLimit : data.bodyLimit;
    exchange.body(limit, (body) => {
      if (body === undefined) {
        const error = `${path}: the body is longer than ${limit} bytes`;
        const text = JSON.stringify({ error, duration: 0 });
        exchange.send({ status: 413, contentType: 'application/json', body: text, close: true });
      } else {
        front.serve(name, path, exchange, client, body);
      }
    });
  }

  #serveOther(route: OtherRoute, path: string, exchange: Exchange, request: HttpRequest): void {
    exchange.route = route.kind === 'public' ? meteredPath(path) : OTHER;
    const operator = route.kind === 'unknown' ? this.#answerOperator(path, request, exchange) : undefined;
    if (operator !== undefined) exchange.route = operator.route;
    const answer = operator?.answer ?? this.#answerOther(route, request, exchange);
    if (answer !== undefined) exchange.send(answer);
  }

  /** What an operator asks for, not a worker. */
  #answerOperator(
    path: string,
    request: HttpRequest,
    exchange: Exchange,
  ): { answer: Answer; route: number } | undefined {
    const method = request.getMethod();
    if (method !== 'get' && method !== 'head') return undefined;
    const asksBack = path === '/healthz' && request.getQuery() === 'client';
    const health = asksBack
      ? answerClient(readClient(request, exchange.peer, this.#trusted))
      : answerHealth(path, this.#parts.shared);
    if (health !== undefined) return { answer: health, route: HEALTH };
    const docs = answerDocs(path);
    if (docs !== undefined) return { answer: docs, route: OTHER };
    const page = this.dashboard?.answer(path, request);
    if (page !== undefined) return { answer: page, route: DASHBOARD };
    const isRoot = path === '/' && this.#parts.webSite === undefined;
    return isRoot ? { answer: TO_TESTS, route: OTHER } : undefined;
  }

  #answerOther(route: OtherRoute, request: HttpRequest, exchange: Exchange): Answer | undefined {
    if (route.kind === 'redirect') {
      const { scheme, host } = readClient(request, exchange.peer, this.#trusted);
      const location = redirectTarget(scheme, host, route.path, request.getQuery() ?? '');
      return { status: 307, headers: [['Location', location]] };
    }
    if (route.kind === 'net') return this.#answerNet(route.name, request, exchange);
    if (route.kind === 'unknown') {
      if (route.isApi) return detail(404, 'Not Found');
      this.#serveSite(request, exchange);
      return undefined;
    }
    return this.#answerPublic(route, request, exchange);
  }

  #serveSite(request: HttpRequest, exchange: Exchange): void {
    const { webSite } = this.#parts;
    if (webSite !== undefined) {
      exchange.route = SITE;
      const client = readClient(request, exchange.peer, this.#trusted);
      webSite.serve(decodePath(request.getUrl()), request, client, exchange);
      return;
    }
    const site: SiteRequest = {
      path: decodePath(request.getUrl()),
      method: request.getMethod().toUpperCase(),
      cookies: request.getHeader('cookie'),
      token: request.getHeader('x-csrf-token'),
      scheme: readClient(request, exchange.peer, this.#trusted).scheme,
    };
    serveSite(site, exchange, this.#parts.data.sessionSecret);
  }

  #answerNet(name: string, request: HttpRequest, exchange: Exchange): Answer | undefined {
    const method = request.getMethod();
    if (method !== 'get' && method !== 'head')
      return detail(405, 'Method Not Allowed', [['Allow', 'GET, HEAD']]);
    void this.#parts.netDownloads.serve(
      {
        name,
        acceptEncoding: request.getHeader('accept-encoding'),
        range: request.getHeader('range'),
        ifRange: request.getHeader('if-range'),
        ifNoneMatch: request.getHeader('if-none-match'),
      },
      exchange,
    );
    return undefined;
  }

  #answerPublic(
    route: Route & { kind: 'public' },
    request: HttpRequest,
    exchange: Exchange,
  ): Answer | undefined {
    const method = request.getMethod().toUpperCase();
    const isAllowed = method === route.method || (method === 'HEAD' && route.method === 'GET');
    if (!isAllowed) return detail(405, 'Method Not Allowed', [['Allow', route.method]]);
    this.#parts.publicApi.serve(
      {
        path: route.path,
        query: request.getQuery() ?? '',
        isHead: method === 'HEAD',
        isPost: method === 'POST',
        ifNoneMatch: request.getHeader('if-none-match'),
        client: readClient(request, exchange.peer, this.#trusted),
      },
      exchange,
    );
    return undefined;
  }
}
