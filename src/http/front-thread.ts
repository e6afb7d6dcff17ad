/** A thread that serves sockets. Several may share the port: the kernel spreads connections over them. */

import type { HttpRequest, HttpResponse, us_listen_socket } from 'uWebSockets.js';
import { parentPort, workerData } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { PoolThreadData } from '../pool/pool-thread.js';
import { Shared } from '../pool/shared.js';
import { readClient } from './client.js';
import { DurableReplies } from './durable-replies.js';
import { type Answer, Exchange } from './exchange.js';
import { detail, Front, TRY_AGAIN } from './front.js';
import { decodePath, findRoute, type WorkerRoute } from './routes.js';
import uws, { requireNative } from './uws.js';

export interface FrontThreadData extends PoolThreadData {
  host: string;
  port: number;
  poolThreads: number;
  callsPerThread: number;
  poolQueue: number;
  strict: boolean;
  bodyLimit: number;
  pgnBodyLimit: number;
  trustedProxies: readonly string[];
  credentialMaxAge: number;
}

export type FrontCommand = { kind: 'stop' };
export type FrontMessage =
  | { kind: 'listening'; port: number }
  | { kind: 'error'; message: string }
  | { kind: 'failed'; message: string }
  | { kind: 'stopped' };

const data = workerData as FrontThreadData;
const parent = parentPort!;
const say = (message: FrontMessage) => parent.postMessage(message);
requireNative();

const shared = Shared.attach(data, 'front', false);
const pool = new Piscina({
  filename: new URL('../pool/pool-thread.js', import.meta.url).href,
  workerData: data,
  minThreads: data.poolThreads,
  maxThreads: data.poolThreads,
  idleTimeout: Number.POSITIVE_INFINITY,
  concurrentTasksPerWorker: data.callsPerThread,
  maxQueue: data.poolQueue,
  // A parked thread would not serve the timers and sockets of its database driver.
  atomics: 'disabled',
});
const replies = new DurableReplies(shared.state.journal);
void replies.run();
const front = new Front(shared, pool, replies, {
  strict: data.strict,
  credentialMaxAge: data.credentialMaxAge,
  onError: (error, path) =>
    say({
      kind: 'error',
      message: `${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    }),
});
const trusted = new Set(data.trustedProxies);
const NOT_FOUND_PAGE = '<!doctype html><title>Page not found</title><h1>Page not found</h1>\n';

const app = uws.App().any('/*', (response: HttpResponse, request: HttpRequest) => {
  const exchange = new Exchange(response, request);
  if (shared.draining.load() === 1) {
    exchange.send(TRY_AGAIN);
    return;
  }
  const path = decodePath(request.getUrl());
  const route = findRoute(path);
  if (route.kind !== 'worker') {
    exchange.send(answerOther(route, request));
    return;
  }
  if (request.getMethod() !== 'post') {
    exchange.send(detail(405, 'Method Not Allowed', [['Allow', 'POST']]));
    return;
  }
  const client = readClient(request, exchange.peer, trusted);
  serveBody(route.name, path, exchange, client);
});

function serveBody(
  name: WorkerRoute,
  path: string,
  exchange: Exchange,
  client: ReturnType<typeof readClient>,
): void {
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

function answerOther(
  route: Exclude<ReturnType<typeof findRoute>, { kind: 'worker' }>,
  request: HttpRequest,
): Answer {
  if (route.kind === 'redirect') {
    const location = `http://${request.getHeader('host')}${route.path}`;
    return { status: 307, headers: [['Location', location]] };
  }
  if (route.kind === 'unknown') {
    if (route.isApi) return detail(404, 'Not Found');
    return { status: 404, contentType: 'text/html; charset=utf-8', body: NOT_FOUND_PAGE };
  }
  const method = request.getMethod().toUpperCase();
  const allowed = method === route.method || (method === 'HEAD' && route.method === 'GET');
  if (!allowed) return detail(405, 'Method Not Allowed', [['Allow', route.method]]);
  return detail(501, 'The public read API is not served by this version');
}

let listening: us_listen_socket | undefined;
app.listen(data.host, data.port, (socket) => {
  if (socket === false) {
    say({ kind: 'failed', message: `cannot listen on ${data.host}:${data.port}: is the port in use?` });
    return;
  }
  listening = socket as us_listen_socket;
  say({ kind: 'listening', port: uws.us_socket_local_port(listening) });
});

parent.on('message', async (command: FrontCommand) => {
  if (command.kind !== 'stop') return;
  if (listening !== undefined) uws.us_listen_socket_close(listening);
  // Requests that were admitted before draining began are answered before their sockets are closed.
  const deadline = Date.now() + 2000;
  while ((replies.size > 0 || pool.queueSize > 0 || pool.utilization > 1) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  replies.close();
  await pool.close();
  (app as unknown as { close?: () => void }).close?.();
  say({ kind: 'stopped' });
  parent.close();
});
