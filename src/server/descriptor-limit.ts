/**
 * Whether this process may open files enough to start. Asked before anything else is loaded: with too few Node.js fails while it loads
 * modules, and says of one or another of them that it cannot be found.
 */
import { readFileSync } from 'node:fs';

/** A start takes some 120, with its threads, the files of its modules, and the store's. */
const LEAST_DESCRIPTORS = 256;
/** As the unit of systemd has it. */
const USUAL_DESCRIPTORS = 65_536;

/** What to do about it, or undefined where there are enough, or nothing says how many. */
export function descriptorProblem(): string | undefined {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined;
  }
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  if (soft === undefined || Number(soft) >= LEAST_DESCRIPTORS) return undefined;
  return (
    `this process may open ${soft} files: a server needs ${LEAST_DESCRIPTORS} to start, and one for each connection. ` +
    `Set LimitNOFILE=${USUAL_DESCRIPTORS} in the systemd unit, or call ulimit -n ${USUAL_DESCRIPTORS} before`
  );
}
