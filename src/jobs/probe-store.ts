/** Whether the store can be read, for /readyz. */
import { Readiness, type Shared } from '../runtime/shared.js';
import type { Reader } from '../store/port.js';

/** A store that takes longer is as good as gone. */
const PATIENCE_MS = 3000;

/** Reads one small record; returns what went wrong, if anything. */
export async function probeStore(
  { readiness }: Pick<Shared, 'readiness'>,
  reader: Pick<Reader, 'user'>,
): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the store did not answer within ${PATIENCE_MS} ms`)),
      PATIENCE_MS,
    );
  });
  try {
    await Promise.race([reader.user('fishtest.system'), tooLate]);
    readiness.store(Readiness.ready);
    return undefined;
  } catch (error) {
    readiness.store(Readiness.storeUnreachable);
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
