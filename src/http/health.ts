/** /healthz: the process answers. /readyz: it serves: recovered, the store reachable, not draining. */
import { Readiness, type Shared } from '../pool/shared.js';
import type { Client } from './client.js';
import type { Answer } from './exchange.js';

export type HealthWords = Pick<Shared, 'draining' | 'readiness' | 'storeFailing'>;

export type ReadyState = 'ready' | 'starting' | 'store unreachable' | 'draining';

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

export function readyState({ draining, readiness, storeFailing }: HealthWords): ReadyState {
  if (draining.load() === 1) return 'draining';
  const word = readiness.load();
  if (word === Readiness.ready && storeFailing.load() === 0) return 'ready';
  return word === Readiness.starting ? 'starting' : 'store unreachable';
}

function answer(status: number, body: object): Answer {
  const headers = [['Cache-Control', 'no-store']] as const;
  return { status, contentType: 'application/json', headers, body: `${JSON.stringify(body)}\n` };
}
