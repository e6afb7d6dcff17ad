/** Waits until something holds, however busy the machine is. */
import { setTimeout as sleep } from 'node:timers/promises';

const LONGEST_MS = 60_000;

/** @param what for the error, when it does not come to it */
export async function until(holds: () => boolean | Promise<boolean>, what = String(holds)): Promise<void> {
  const latest = performance.now() + LONGEST_MS;
  while (!(await holds())) {
    if (performance.now() > latest) throw new Error(`in a minute it did not come to ${what}`);
    await sleep(20);
  }
}
