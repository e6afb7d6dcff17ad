/**
 * The admin listener: bearer token, then verb, then body, then the service. It runs on one thread, on loopback unless told
 * otherwise, and refuses to share its port, so that a second server does not take half of an operator's commands.
 */

import type { us_listen_socket } from 'uWebSockets.js';
import { createHash, timingSafeEqual } from 'node:crypto';
import { OperationRefused, type RefusalCode } from '../../operations/refusal.js';
import { ADMIN_BODY_LIMIT, AdminError, type AdminService, adminPath } from '../../protocol/admin.js';
import { type AdminVerb, adminRequests } from '../../protocol/admin-schemas.js';
import { Compile } from '../../protocol/typebox.js';
import { StoreError, type StoreErrorCode } from '../../store/store-error.js';
import { readFraming, refuseFraming } from '../transport/framing.js';
import { requireFreePort } from '../transport/free-port.js';
import { listenExclusively, loadBinding } from '../transport/uws.js';
import { exchange, type Reply, type RequestHead, refuse } from './admin-exchange.js';
import { addPages, type Page } from './admin-pages.js';

export interface AdminServerOptions {
  /** Address to listen on; 127.0.0.1 when absent. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly token: string;
  readonly service: AdminService;
  /** Folder of another release of uWebSockets.js; the installed one when absent. */
  readonly uwsPath?: string;
  /** What it shows to GET. */
  readonly pages?: readonly Page[];
  /** Told of every failure that is not a refusal; its client got status 500. */
  readonly onError?: (verb: AdminVerb, error: unknown) => void;
  /** What fails meanwhile, fails because of it. */
  readonly isStoreAway?: () => boolean;
}

export interface AdminServer {
  readonly host: string;
  readonly port: number;
  /** Stops listening, and resolves when the requests under way are answered. */
  close(): Promise<void>;
}

/** Starts the admin API. Rejects when the address cannot be listened on. */
export function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { host = '127.0.0.1', port, token } = options;
  const routes = makeRoutes(options);
  const expected = digest(`Bearer ${token}`);
  const underWay = new Set<Promise<void>>();

  const isAuthorized = (authorization: string) => timingSafeEqual(digest(authorization), expected);
  const screen = (head: RequestHead): Reply | undefined => {
    if (!isAuthorized(head.authorization)) {
      return refuse(401, 'the admin token is missing or wrong', { 'WWW-Authenticate': 'Bearer' });
    }
    if (!routes.has(head.path)) {
      return refuse(404, `no such admin request: ${head.path}`);
    }
    if (head.method !== 'POST') {
      return refuse(405, `${head.path} takes POST, not ${head.method}`, { Allow: 'POST' });
    }
    return undefined;
  };
  const answer = (head: RequestHead, body: Uint8Array): Promise<Reply> => routes.get(head.path)!(body);

  const { uws } = loadBinding(options.uwsPath);
  const app = uws.App();
  addPages(app, options.pages ?? [], isAuthorized);
  app.any('/*', (res, req) => {
    const { problem } = readFraming(req);
    if (problem !== undefined) {
      refuseFraming(res, problem);
      return;
    }
    const served = exchange(res, req, { bodyLimit: ADMIN_BODY_LIMIT, screen, answer });
    underWay.add(served);
    void served.then(() => underWay.delete(served));
  });

  return new Promise((resolve, reject) => {
    listenExclusively(app, host, port, (socket) => {
      if (socket === false) {
        whyNot(host, port).then(reject, reject);
        return;
      }
      let listening: us_listen_socket | undefined = socket;
      resolve({
        host,
        port: uws.us_socket_local_port(socket),
        async close() {
          if (listening !== undefined) uws.us_listen_socket_close(listening);
          listening = undefined;
          await Promise.all(underWay);
        },
      });
    });
  });
}

/** uWS says only that it cannot listen. */
async function whyNot(host: string, port: number): Promise<Error> {
  const intent = `cannot listen on ${host}:${port} for the admin API`;
  try {
    await requireFreePort(host, port, { host: 'ADMIN_HOST', port: 'ADMIN_PORT' });
    return new Error(`${intent}: try again`);
  } catch (error) {
    return new Error(`${intent}: ${(error as Error).message}`, { cause: error });
  }
}

/** What a refusal of an operation is over HTTP. */
const STATUS_OF: Readonly<Record<RefusalCode, number>> = {
  invalid: 400,
  forbidden: 403,
  unknown: 404,
  conflict: 409,
};

/** What of the store's failures is for whoever asked to put right; others are the store's own. */
const STATUS_OF_STORE: Readonly<Partial<Record<StoreErrorCode, number>>> = { exists: 409, unsupported: 400 };

type Route = (body: Uint8Array) => Promise<Reply>;

function makeRoutes(options: AdminServerOptions): Map<string, Route> {
  const verbs = Object.keys(adminRequests) as AdminVerb[];
  return new Map(verbs.map((verb) => [adminPath(verb), makeRoute(verb, options)]));
}

function makeRoute(verb: AdminVerb, { service, onError, isStoreAway }: AdminServerOptions): Route {
  const schema = Compile(adminRequests[verb]);
  const call = service[verb].bind(service) as (request: unknown) => Promise<object>;
  return async (body) => {
    try {
      const request = parse(body);
      if (!schema.Check(request)) {
        const first = schema.Errors(request).find((error) => error.keyword !== 'boolean');
        throw new AdminError(
          400,
          describe(first?.instancePath ?? '', first?.message ?? 'is not valid', first?.params),
        );
      }
      return { status: 200, json: JSON.stringify(await call(request)) };
    } catch (error) {
      if (error instanceof AdminError) return refuse(error.status, error.message);
      if (error instanceof OperationRefused) return refuse(STATUS_OF[error.code], error.message);
      if (error instanceof StoreError && error.code in STATUS_OF_STORE) {
        return refuse(STATUS_OF_STORE[error.code]!, error.message);
      }
      onError?.(verb, error);
      return failure(error, isStoreAway?.() === true);
    }
  };
}

/** The files and the store that are at fault are named: only what nobody thought of is the server's failure. */
function failure(error: unknown, isStoreAway: boolean): Reply {
  if (error instanceof StoreError) return refuse(503, error.message);
  const message = error instanceof Error ? error.message : String(error);
  if (isStoreAway)
    return refuse(503, `the server cannot reach its database, please try again later (${message})`);
  const isOfFiles = error instanceof Error && 'syscall' in error;
  return isOfFiles
    ? refuse(503, `a file of the server cannot be used: ${message}`)
    : refuse(500, `the server failed: ${message}`);
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new AdminError(400, 'the request body is not JSON');
  }
}

/** "/form/tc must be string" → "form.tc must be string"; an unknown member is named. */
function describe(path: string, message: string, params: object | undefined): string {
  const where = path === '' ? 'the request' : path.slice(1).replaceAll('/', '.');
  const unknown = (params as { additionalProperties?: unknown } | undefined)?.additionalProperties;
  const which = Array.isArray(unknown) ? `: ${unknown.join(', ')}` : '';
  return `${where} ${message}${which}`;
}

/** Equal length for the comparison, whatever the client sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
