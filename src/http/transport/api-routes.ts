/** The paths of the API, and what answers a request that no handler takes (docs/spec/worker-api.md §1.2, §4.0, §5). */
import { WORKER_ENDPOINTS, type WorkerEndpoint } from '../../protocol/worker-endpoints.js';
import { METERED_ROUTES, type MeteredRoute, meteredRoute } from '../../runtime/meters.js';

export type Route =
  | { kind: 'worker'; name: WorkerEndpoint; metered: number }
  /** A known path whose handler answers GET, or POST for `actions`. */
  | { kind: 'public'; method: 'GET' | 'POST'; path: string }
  /** A network's file. */
  | { kind: 'net'; name: string }
  | { kind: 'redirect'; path: string }
  | { kind: 'unknown'; isApi: boolean };

const WORKER_PATHS: ReadonlyMap<string, Route & { kind: 'worker' }> = new Map(
  WORKER_ENDPOINTS.map((name) => [`/api/${name}`, { kind: 'worker', name, metered: meteredRoute(name) }]),
);
/** The worker endpoints by path. */
export function workerRoutes(): Iterable<[string, Route & { kind: 'worker' }]> {
  return WORKER_PATHS;
}

const PUBLIC_ROUTES =
  /^\/api\/(?:active_runs|finished_runs|calc_elo|rate_limit|actions|(?:get_run|get_elo|pgn|run_pgns|nn)\/[^/]+|get_task\/[^/]+\/[^/]+)$/;

const NET_FILE = /^\/nn\/([^/]+)$/;

/** @param path URL-decoded. */
export function findRoute(path: string): Route {
  const worker = WORKER_PATHS.get(path);
  if (worker !== undefined) return worker;
  if (PUBLIC_ROUTES.test(path)) {
    return { kind: 'public', method: path === '/api/actions' ? 'POST' : 'GET', path };
  }
  const net = NET_FILE.exec(path)?.[1];
  if (net !== undefined) return { kind: 'net', name: net };
  if (path.length > 1 && path.endsWith('/')) {
    const shorter = path.replace(/\/+$/, '');
    if (WORKER_PATHS.has(shorter) || PUBLIC_ROUTES.test(shorter)) return { kind: 'redirect', path: shorter };
  }
  return { kind: 'unknown', isApi: path.startsWith('/api') };
}

/** Under what a request to a public path is counted. */
export function meteredPath(path: string): number {
  const name = path.split('/')[2] as MeteredRoute;
  const route = METERED_ROUTES.indexOf(name);
  return route < 0 ? meteredRoute('other') : route;
}

/** Percent-escapes are decoded once, byte by byte; what is no escape stays, and bytes that are no UTF-8 become U+FFFD. */
export function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  return path.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** A redirect's target: what may not be in a header is escaped, what is escaped already stays. */
export function redirectTarget(scheme: string, host: string, path: string, query: string): string {
  const target = `${scheme}://${host}${path}${query === '' ? '' : `?${query}`}`;
  return encodeURI(target).replaceAll('%25', '%').replaceAll('%5B', '[').replaceAll('%5D', ']');
}
