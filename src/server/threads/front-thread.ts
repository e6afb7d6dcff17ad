/** A thread that serves sockets. Several may share the port: the kernel spreads connections over them. */

import type { HttpRequest, HttpResponse, us_listen_socket } from 'uWebSockets.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { answerDocs } from '../../http/public-api/docs.js';
import { GithubQuota } from '../../http/public-api/github-quota.js';
import { PublicApi } from '../../http/public-api/public-api.js';
import { Dashboard } from '../../http/site/dashboard-routes.js';
import { type SiteRequest, serveSite } from '../../http/site/site.js';
import { detail, notPrimary, TRY_AGAIN } from '../../http/transport/answers.js';
import { readClient, readClientFor } from '../../http/transport/client.js';
import { type Answer, Exchange } from '../../http/transport/exchange.js';
import { answerClient, answerHealth } from '../../http/transport/health-answer.js';
import { RequestWatch } from '../../http/transport/request-watch.js';
import {
  decodePath,
  findRoute,
  meteredPath,
  type Route,
  redirectTarget,
  workerRoutes,
} from '../../http/transport/routes.js';
import uws, { requireNative } from '../../http/transport/uws.js';
import { DurableReplies } from '../../http/worker-api/durable-replies.js';
import { Front } from '../../http/worker-api/front.js';
import { ThreadPool } from '../../pool/pool-handle.js';
import type { PoolCall } from '../../pool/pool-messages.js';
import type { ReadAnswer } from '../../pool/reads/read-call.js';
import { TokenGate } from '../../pool/token-gate.js';
import { meteredRoute } from '../../runtime/meters.js';
import { Shared } from '../../runtime/shared.js';
import { watchLoop } from '../../runtime/watch-loop.js';
import type { FrontCommand, FrontMessage, FrontThreadData } from './front-messages.js';

const data = workerData as FrontThreadData;
const parent = parentPort!;
const say = (message: FrontMessage) => parent.postMessage(message);
requireNative();

const shared = Shared.attach(data, 'front', false);
const pool = new ThreadPool(shared, data, {
  threads: data.poolThreads,
  callsPerThread: data.callsPerThread,
  hangMs: data.hangMs,
  onEvent: (message) => say({ kind: 'thread', message }),
  onBroken: (message) => say({ kind: 'broken', message }),
});
const tokens = new TokenGate<PoolCall, unknown>({
  run: (call) => pool.run(call),
  tokens: shared.tokens,
  shares: data.fronts,
  queueLimit: data.poolQueue,
  meters: shared.meters,
});
const replies = new DurableReplies(shared.state.commits);
void replies.run();
const front = new Front(shared, tokens, replies, {
  strict: data.strict,
  credentialMaxAge: data.credentialMaxAge,
  guesses: data.guesses,
  replyJitterMs: data.replyJitterMs,
  onError: (error, path) =>
    say({
      kind: 'error',
      message: `${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    }),
});
const watch = new RequestWatch({
  meters: shared.meters,
  slowMs: data.slowMs,
  logsEach: () => shared.logsRequests.load() === 1,
  report: say,
  idPrefix: `${shared.state.threads.self().toString(36)}${Date.now().toString(36)}`,
});
watchLoop(shared);
const publicApi = new PublicApi({
  read: (call) => tokens.run(call) as Promise<ReadAnswer>,
  sendGames: (call) => pool.sendGames(call),
  quota: new GithubQuota({ apiUrl: data.githubApiUrl, token: data.githubToken }),
  nnUrl: data.nnUrl,
  bodyLimit: data.bodyLimit,
  onError: (error, path) =>
    say({ kind: 'error', message: `${path}: ${error instanceof Error ? error.stack : String(error)}` }),
});
const trusted = new Set(data.trustedProxies);
const OTHER = meteredRoute('other');
const DASHBOARD = meteredRoute('dashboard');
const HEALTH = meteredRoute('health');
/** Where the reference leads from its root (spec: ui.md §2). */
const TO_TESTS: Answer = {
  status: 302,
  headers: [
    ['Location', '/tests'],
    ['Cache-Control', 'no-cache, private'],
  ],
};

const app = uws.App();
// uWS finds these by itself, so that neither method nor path becomes a string for each beat.
for (const [path, route] of workerRoutes()) {
  app.post(path, (response: HttpResponse, request: HttpRequest) => {
    const exchange = new Exchange(response, request, watch);
    if (shared.draining.load() === 1) exchange.send(TRY_AGAIN);
    else if (needsPrimary(route)) exchange.send(notPrimary(path));
    else serveWorker(route, path, exchange, request);
  });
}
app.any('/*', (response: HttpResponse, request: HttpRequest) => {
  const exchange = new Exchange(response, request, watch);
  const path = decodePath(request.getUrl());
  if (shared.draining.load() === 1) {
    exchange.send(answerHealth(path, shared) ?? TRY_AGAIN);
    return;
  }
  const route = findRoute(path);
  if (route.kind !== 'worker') {
    exchange.route = route.kind === 'public' ? meteredPath(path) : OTHER;
    const operator = route.kind === 'unknown' ? answerOperator(path, request, exchange) : undefined;
    if (operator !== undefined) exchange.route = operator.route;
    const answer = operator?.answer ?? answerOther(route, request, exchange);
    if (answer !== undefined) exchange.send(answer);
    return;
  }
  if (needsPrimary(route)) {
    exchange.send(notPrimary(path));
    return;
  }
  if (request.getMethod() !== 'post') {
    exchange.route = route.metered;
    exchange.send(detail(405, 'Method Not Allowed', [['Allow', 'POST']]));
    return;
  }
  serveWorker(route, path, exchange, request);
});

/** A secondary refuses what changes runs, whatever the method (spec: worker-api.md §1.2). */
function needsPrimary({ name }: Route & { kind: 'worker' }): boolean {
  return !data.isPrimary && name !== 'upload_pgn';
}

function serveWorker(
  { name, metered }: Route & { kind: 'worker' },
  path: string,
  exchange: Exchange,
  request: HttpRequest,
): void {
  exchange.route = metered;
  const client = readClientFor(name, request, exchange, trusted);
  const limit = name === 'upload_pgn' ? data.pgnBodyLimit : data.bodyLimit;
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

/** What an operator asks for, not a worker. */
function answerOperator(
  path: string,
  request: HttpRequest,
  exchange: Exchange,
): { answer: Answer; route: number } | undefined {
  const method = request.getMethod();
  if (method !== 'get' && method !== 'head') return undefined;
  const asksBack = path === '/healthz' && request.getQuery() === 'client';
  const health = asksBack
    ? answerClient(readClient(request, exchange.peer, trusted))
    : answerHealth(path, shared);
  if (health !== undefined) return { answer: health, route: HEALTH };
  const docs = answerDocs(path);
  if (docs !== undefined) return { answer: docs, route: OTHER };
  const page = dashboard?.answer(path, request);
  if (page !== undefined) return { answer: page, route: DASHBOARD };
  return path === '/' ? { answer: TO_TESTS, route: OTHER } : undefined;
}

function answerOther(
  route: Exclude<ReturnType<typeof findRoute>, { kind: 'worker' }>,
  request: HttpRequest,
  exchange: Exchange,
): Answer | undefined {
  if (route.kind === 'redirect') {
    const { scheme, host } = readClient(request, exchange.peer, trusted);
    const location = redirectTarget(scheme, host, route.path, request.getQuery() ?? '');
    return { status: 307, headers: [['Location', location]] };
  }
  if (route.kind === 'unknown') {
    if (route.isApi) return detail(404, 'Not Found');
    const site: SiteRequest = {
      path: decodePath(request.getUrl()),
      method: request.getMethod().toUpperCase(),
      cookies: request.getHeader('cookie'),
      token: request.getHeader('x-csrf-token'),
      scheme: readClient(request, exchange.peer, trusted).scheme,
    };
    serveSite(site, exchange, data.sessionSecret);
    return undefined;
  }
  const method = request.getMethod().toUpperCase();
  const allowed = method === route.method || (method === 'HEAD' && route.method === 'GET');
  if (!allowed) return detail(405, 'Method Not Allowed', [['Allow', route.method]]);
  publicApi.serve(
    {
      path: route.path,
      query: request.getQuery() ?? '',
      isHead: method === 'HEAD',
      isPost: method === 'POST',
      ifNoneMatch: request.getHeader('if-none-match'),
      client: readClient(request, exchange.peer, trusted),
    },
    exchange,
  );
  return undefined;
}

const dashboard = data.dashboard
  ? new Dashboard(app, shared.meters.viewers, () => say({ kind: 'viewer' }))
  : undefined;

let listening: us_listen_socket | undefined;
app.listen(data.host, data.port, (socket) => {
  if (socket === false) {
    say({ kind: 'failed', message: `cannot listen on ${data.host}:${data.port}: is the port in use?` });
    return;
  }
  listening = socket as us_listen_socket;
  say({ kind: 'listening', port: uws.us_socket_local_port(listening) });
});

let closed = false;
function closeSockets(): void {
  if (closed) return;
  closed = true;
  (app as unknown as { close(): void }).close();
}

parent.on('message', (command: FrontCommand) => {
  if (command.kind === 'live') dashboard?.update(command);
  else if (command.kind === 'stop') void stop(command.ms);
  else {
    closeSockets();
    const done = () => say({ kind: 'closed' });
    void pool.quiet().then(done, done);
  }
});

async function stop(ms: number): Promise<void> {
  if (listening !== undefined && !closed) uws.us_listen_socket_close(listening);
  front.releaseHeld();
  // Requests that were admitted before draining began are answered before their sockets are closed.
  const latest = Date.now() + ms;
  while ((replies.size > 0 || tokens.size > 0) && Date.now() < latest - ms / 2) await sleep(10);
  await sleep(50);
  publicApi.close();
  replies.close();
  await pool.close(latest - Date.now());
  closeSockets();
  say({ kind: 'stopped' });
  parent.close();
}
