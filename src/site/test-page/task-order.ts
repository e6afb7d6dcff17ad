/**
 * The order of a finished test's tasks, kept by each thread: what they say stays, but for a purge, after which the games are fewer. A page
 * then reads its own tasks, however many there are. An order takes four bytes a task.
 */
import type { RunHead } from '../../store/port.js';

const MOST_PLACES = 500_000;

export interface KeptOrder {
  /** Numbers of the tasks; of several with one number, which purges leave, the later is the purged one. */
  readonly idxs: Uint32Array;
  /** Places of those that were purged. */
  readonly purged: ReadonlySet<number>;
  readonly total: number;
}

const kept = new Map<string, KeptOrder>();
let places = 0;

/** Undefined where there is none, or the test goes on. @param by how they are sorted */
export function keptOrder(head: RunHead, by: string): KeptOrder | undefined {
  const key = keyOf(head, by);
  const order = head.finished ? kept.get(key) : undefined;
  if (order === undefined) return undefined;
  // A map's first entry is the one that was set the longest ago.
  kept.delete(key);
  kept.set(key, order);
  return order;
}

export function keepOrder(head: RunHead, by: string, order: KeptOrder): void {
  if (!head.finished) return;
  const key = keyOf(head, by);
  places += order.idxs.length - (kept.get(key)?.idxs.length ?? 0);
  kept.set(key, order);
  for (const [oldest, { idxs }] of kept) {
    if (places <= MOST_PLACES || kept.size === 1) return;
    kept.delete(oldest);
    places -= idxs.length;
  }
}

function keyOf({ _id, last_updated: at, results }: RunHead, by: string): string {
  const { wins, losses, draws } = results;
  return `${_id} ${at} ${wins + losses + draws} ${by}`;
}
