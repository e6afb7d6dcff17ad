/** Whether the store can be read, for /readyz. */
import { Readiness, type Shared } from '../runtime/shared.js';
import { withTimeout } from '../runtime/with-timeout.js';
import type { Reader } from '../store/port.js';

/** A store that takes longer is as good as gone. */
const PATIENCE_MS = 3000;

/** Reads one small record; returns what went wrong, if anything. */
export async function probeStore(
  { readiness }: Pick<Shared, 'readiness'>,
  reader: Pick<Reader, 'user'>,
): Promise<string | undefined> {
  try {
    const tooLate = `the store did not answer within ${PATIENCE_MS} ms`;
    await withTimeout(Promise.resolve(reader.user('fishtest.system')), PATIENCE_MS, tooLate);
    readiness.store(Readiness.ready);
    return undefined;
  } catch (error) {
    readiness.store(Readiness.storeUnreachable);
    return error instanceof Error ? error.message : String(error);
  }
}
