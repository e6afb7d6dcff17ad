// Finding wrong use of locks while testing: order, release of what is not held, locks held across an await.

/** On when SHOAL_LOCK_CHECK=1 in the environment of the thread. */
export const checkingLocks = process.env['SHOAL_LOCK_CHECK'] === '1';

/** Locks were used in a way that can stop the server: a mistake in the program, never in its input. */
export class LockViolation extends Error {
  override readonly name = 'LockViolation';
}

interface HeldLock {
  readonly rank: number;
  readonly table: string;
  readonly index: number;
}

const held: HeldLock[] = [];
let turnCheck = false;

function label(lock: { readonly table: string; readonly index: number; readonly rank: number }): string {
  return `${lock.table}[${lock.index}] (rank ${lock.rank})`;
}

function failIfHeld(): void {
  if (held.length === 0) return;
  const kept = held.splice(0);
  throw new LockViolation(
    `${kept.map(label).join(', ')} still held at the end of the turn that took it: release before any await`,
  );
}

/** Throws when taking this lock now could dead-lock: its rank is not above every rank held. */
export function checkOrder(rank: number, table: string, index: number): void {
  for (const lock of held) {
    if (lock.rank >= rank) {
      throw new LockViolation(`${label({ rank, table, index })} taken while holding ${label(lock)}`);
    }
  }
}

/** Records a lock as held. */
export function noteAcquired(rank: number, table: string, index: number): void {
  held.push({ rank, table, index });
  if (turnCheck) return;
  // A microtask never runs inside synchronous code, so whatever it finds held has crossed an await.
  turnCheck = true;
  queueMicrotask(() => {
    turnCheck = false;
    failIfHeld();
  });
}

/** Records a lock as released; throws when this thread does not hold it. */
export function noteReleased(rank: number, table: string, index: number): void {
  const at = held.findLastIndex((lock) => lock.table === table && lock.index === index && lock.rank === rank);
  if (at < 0)
    throw new LockViolation(`${label({ rank, table, index })} released but not held by this thread`);
  held.splice(at, 1);
}
