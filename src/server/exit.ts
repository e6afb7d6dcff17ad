/** The one way out for a server that serves: a thread in uWS's or SQLite's code that is ended with its process aborts it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** As sysexits.h's EX_CONFIG: a supervisor need not try again. */
export const EXIT_CONFIG = 78;
/** How long sockets and threads take to get ready for it at the most, but for threads that still load their modules. */
export const LONGEST_END_MS = 1000;
/** A pool thread that is ended while it loads its modules aborts the process: on a busy machine that takes seconds. */
const LONGEST_START_MS = 4000;

const closings = new Set<() => Promise<unknown>>();

/** Calls `close` before the process ends, however it ends by itself. */
export function closeBeforeEnd(close: () => Promise<unknown>): void {
  closings.add(close);
}

/**
 * Ends the process with `code` once its sockets are closed and no thread is in native code, or at the latest after `withinMs`.
 * uWS calls back for each socket that is ready, and aborts when a callback of an ended thread leaves a request without its
 * answer; SQLite's driver throws, where nothing catches it, when its thread ends during a statement.
 */
export async function endProcess(code: number, withinMs = LONGEST_START_MS): Promise<never> {
  await Promise.race([Promise.all([...closings].map((close) => close())), sleep(withinMs)]);
  process.exit(code);
}
