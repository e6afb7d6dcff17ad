/** Whether the server can serve: recovered, the store reachable, not draining. */
import { Readiness, type Shared } from './shared.js';

export type HealthWords = Pick<Shared, 'draining' | 'readiness' | 'storeFailing'>;

export type ReadyState = 'ready' | 'starting' | 'store unreachable' | 'draining';

export function readyState({ draining, readiness, storeFailing }: HealthWords): ReadyState {
  if (draining.load() === 1) return 'draining';
  const word = readiness.load();
  if (word === Readiness.ready && storeFailing.load() === 0) return 'ready';
  return word === Readiness.starting ? 'starting' : 'store unreachable';
}
