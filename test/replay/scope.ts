/** Which exchanges are about the worker endpoints and the transport, as `--only worker` means them. */
import { findRoute } from '../../src/http/transport/api-routes.js';
import { isRecord } from '../golden/suite.js';
import { isRaw, type Recorded } from './transcript.js';

export function isAboutWorkers(recorded: Recorded): boolean {
  if (isRaw(recorded)) return true;
  const { request, response } = recorded;
  const path = request.path.split('?', 1)[0]!;
  const route = findRoute(path);
  if (route.kind === 'worker') return true;
  if (!path.startsWith('/api')) return false;
  // What the transport answers before any handler: a redirect, or a bare detail.
  const isTransport = response.status === 307 || response.status === 405;
  return isTransport || (isRecord(response.body) && 'detail' in response.body) || route.kind !== 'public';
}
