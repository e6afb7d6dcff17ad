/**
 * Marking what changed, so that the writer finds it. Call everything here under the run's lock; a reply that must be
 * durable then waits for the number that `state.commits.next()` returns.
 */
import type { ActionDocument, ActionKind, UserDocument } from '../model/documents.js';
import { newObjectId } from '../model/object-id.js';
import { cutMessage } from '../protocol/valid-action.js';
import type { OutboxItem } from '../state/outbox.js';
import { RunFlag, RunWord } from '../state/run-record.js';
import { SYSTEM_SLOT } from '../state/runs.js';
import type { State } from '../state/state.js';
import { TaskChange, TaskWord } from '../state/task-record.js';
import type { UserChange } from '../state/write-batch.js';

/** The task has changed in the ways of `change` (bits of TaskChange). */
export function markTask(state: State, slot: number, taskId: number, offset: number, change: number): void {
  const { i32 } = state.tasks.records;
  if ((i32[offset + TaskWord.changed]! & ~TaskChange.beat) === 0) {
    i32[offset + TaskWord.nextDirty] = state.runs.word(slot, RunWord.dirtyTasks);
    state.runs.setWord(slot, RunWord.dirtyTasks, taskId + 1);
  }
  i32[offset + TaskWord.changed]! |= change;
  state.dirtyRuns.mark(slot);
}

/** The task's worker is alive: the store is told once an interval, of many at once. */
export function markBeat(state: State, slot: number, taskId: number, offset: number): void {
  const { i32 } = state.tasks.records;
  // What else has changed brings the time along.
  if (i32[offset + TaskWord.changed] !== 0) return;
  i32[offset + TaskWord.nextBeat] = state.runs.word(slot, RunWord.dirtyBeats);
  state.runs.setWord(slot, RunWord.dirtyBeats, taskId + 1);
  i32[offset + TaskWord.changed] = TaskChange.beat;
  state.dirtyRuns.mark(slot);
}

/** The run's aggregates or flags have changed. */
export function markRun(state: State, slot: number): void {
  state.runs.set(slot, RunFlag.aggregatesDirty | RunFlag.flushNow, true);
  state.dirtyRuns.mark(slot);
}

/**
 * Only what follows from the tasks has changed (and an SPRT's estimate of its overshoot, which a crash may set back by
 * the flush interval). The store gets it once an interval, for many changes at once:
 * the tasks, which leave with the next batch, are what start-up computes them from.
 */
export function markAggregates(state: State, slot: number): void {
  state.runs.set(slot, RunFlag.aggregatesDirty, true);
  state.dirtyRuns.mark(slot);
}

export function markSpsa(state: State, slot: number): void {
  state.runs.set(slot, RunFlag.dirtySpsa | RunFlag.aggregatesDirty | RunFlag.flushNow, true);
  state.dirtyRuns.mark(slot);
}

export function pushItem(state: State, slot: number, item: OutboxItem): void {
  state.outbox.push(slot, item);
  state.dirtyRuns.mark(slot);
}

/** Writes to the audit log, in the same batch as the run's changes. */
export function logAction(
  state: State,
  slot: number,
  now: number,
  action: ActionKind,
  fields: Omit<ActionDocument, '_id' | 'time' | 'action'>,
): void {
  const document: ActionDocument = { _id: newObjectId(now), time: now / 1000, action, ...fields };
  if (document.message !== undefined && CUT_KINDS.has(action))
    document.message = cutMessage(document.message);
  pushItem(state, slot, { kind: 'action', action: document });
}

/**
 * Changes members of an account, in memory and in the store, and no others: `user` may be older than what others change at this
 * moment. Under the system's lock, or that of a new run.
 */
export function pushUserChange(
  state: State,
  slot: number,
  user: UserDocument,
  members: UserChange['members'],
): void {
  pushItem(state, slot, { kind: 'userChange', change: { username: user.username, members } });
  state.users.change(user, members);
}

/** Does something under the system's lock, for what belongs to no run. Never call it while holding a run's lock. */
export function withSystem<T>(state: State, act: (slot: number) => T): T {
  return state.runs.locks.run(SYSTEM_SLOT, () => {
    return act(SYSTEM_SLOT);
  });
}

/** As `withSystem`; returns the number with which the change is durable. */
export function commitSystem(state: State, act: (slot: number) => void): number {
  withSystem(state, act);
  return state.commits.next();
}

/** Kinds whose messages may be too long (docs/spec/data-model.md §5); in the others one must fit. */
const CUT_KINDS: ReadonlySet<ActionKind> = new Set([
  'failed_task',
  'crash_or_time',
  'stop_run',
  'log_message',
  'worker_log',
]);
