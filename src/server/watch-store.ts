/** Asks the store every few seconds whether it can be read; /readyz says so. */
import type { Logger } from 'pino';
import { probeStore } from '../jobs/probe-store.js';
import type { Shared } from '../runtime/shared.js';
import type { Reader } from '../store/port.js';

const PROBE_MS = 5000;

/** Resolves after the first look. @returns what ends the watch */
export async function watchStore(shared: Shared, reader: Reader, log: Logger): Promise<() => void> {
  const look = async () => {
    const problem = await probeStore(shared, reader);
    if (problem !== undefined) log.error({ error: problem }, 'the store cannot be read');
  };
  await look();
  const timer = setInterval(() => void look(), PROBE_MS);
  return () => clearInterval(timer);
}
