/** /healthz: the process answers. /readyz: it serves: recovered, the store reachable, not draining. */
import { type HealthWords, readyState } from '../../runtime/health.js';
import type { Client } from './client.js';
import type { Answer } from './exchange.js';

/** Undefined for any other path. */
export function answerHealth(path: string, shared: HealthWords): Answer | undefined {
  if (path === '/healthz') return answer(200, { status: 'alive' });
  if (path !== '/readyz') return undefined;
  const state = readyState(shared);
  return answer(state === 'ready' ? 200 : 503, { status: state });
}

/** /healthz?client: how the server sees whoever asks, so that the headers of a proxy can be checked. */
export function answerClient({ remoteAddr: address, scheme, host }: Client): Answer {
  return answer(200, { status: 'alive', client: { address, scheme, host } });
}

function answer(status: number, body: object): Answer {
  const headers = [['Cache-Control', 'no-store']] as const;
  return { status, contentType: 'application/json', headers, body: `${JSON.stringify(body)}\n` };
}
