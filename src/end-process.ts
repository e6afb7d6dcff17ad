/** The one way out for a server that serves: a thread in uWS's code that is ended with its process would abort it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** How long the sockets may take to close. */
const CLOSE_MS = 1000;

const closings = new Set<() => Promise<unknown>>();

/** Calls `close` before the process ends, however it ends by itself. */
export function closeBeforeEnd(close: () => Promise<unknown>): void {
  closings.add(close);
}

/**
 * Ends the process with `code` once its sockets are closed, or at the latest after a second. uWS calls back for each socket
 * that is ready, and aborts when a callback of an ended thread leaves a request without its answer.
 */
export async function endProcess(code: number): Promise<never> {
  await Promise.race([Promise.all([...closings].map((close) => close())), sleep(CLOSE_MS)]);
  process.exit(code);
}
