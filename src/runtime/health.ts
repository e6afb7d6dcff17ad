/** Whether the server can serve: recovered, the store reachable, not draining. */
import { Readiness, type Shared } from './shared.js';

export type HealthWords = Pick<Shared, 'draining' | 'readiness' | 'storeFailing' | 'tenure'>;

export type ReadyState = 'ready' | 'starting' | 'standing by' | 'store unreachable' | 'draining';

/** Whether the database was away when it was last needed. */
export function isStoreAway({
  readiness,
  storeFailing,
}: Pick<HealthWords, 'readiness' | 'storeFailing'>): boolean {
  return storeFailing.load() !== 0 || readiness.load() === Readiness.storeUnreachable;
}

export function readyState({ draining, readiness, storeFailing, tenure }: HealthWords): ReadyState {
  if (draining.load() === 1) return 'draining';
  if (tenure.role === 'standby') return 'standing by';
  const word = readiness.load();
  if (word === Readiness.ready && storeFailing.load() === 0 && !tenure.isDoubtful()) return 'ready';
  return word === Readiness.starting ? 'starting' : 'store unreachable';
}
