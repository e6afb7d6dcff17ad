/**
 * How a front thread leaves its port to another process, which listens there already. Who connects from here on waits for that one; who is
 * connected is answered, and nobody is cut off who is about to ask: the listener closes first, connections when none of them asks any more.
 */
import { setImmediate as endOfTurn, setTimeout as sleep } from 'node:timers/promises';
import type { RequestWatch } from '../../http/transport/request-watch.js';

/** A turn of the event loop that had next to nothing to do. */
const SHORT_TURN_MS = 0.1;
/** Connections that ask nothing for so long are idle: a proxy keeps them for later. */
const QUIET_MS = 500;
const LOOK_MS = 5;

/**
 * Connections that wait in the kernel's queue are reset when their listener closes, unless net.ipv4.tcp_migrate_req passes them on. At the end of a
 * short turn of the event loop all that there were are accepted. Resolves then, or at `latest`.
 */
export async function shortTurn(latest: number): Promise<void> {
  for (let began = performance.now(); began < latest; ) {
    await endOfTurn();
    const ended = performance.now();
    if (ended - began < SHORT_TURN_MS) return;
    began = ended;
  }
}

/** Resolves when nobody has asked anything for a while, and all are answered, or at `latest`. */
export async function untilQuiet(watch: RequestWatch, latest: number): Promise<void> {
  const began = performance.now();
  for (let now = began; now < latest; now = performance.now()) {
    if (watch.open === 0 && now - Math.max(began, watch.lastBegan) > QUIET_MS) return;
    await sleep(LOOK_MS);
  }
}
