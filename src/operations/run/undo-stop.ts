/**
 * A person takes back a stop that was a mistake (docs/spec/web-ui.md §6.3): for some minutes, and only while nothing else ended the
 * run. The run is revived (docs/spec/scheduling.md §4.6): what was purged with the stop stays purged, and its workers, who are told of
 * the stop, come for new tasks.
 */
import type { ActionDocument } from '../../model/documents.js';
import { RunFlag, RunFloat } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import type { Actor } from '../actor.js';
import { logAction } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import { type Changed, changeOwnRun } from './change-run.js';
import { checkNoLostNets, lostNets } from './lost-nets.js';
import { isUndecided, reviveRun, runAction } from './transitions.js';

export const UNDO_MINUTES = 10;
const MINUTE_MS = 60_000;

/**
 * When a person stopped the run, in milliseconds since the epoch; undefined where nobody did. Memory knows of a stop that a database
 * may not show yet, the log of events of one before a restart.
 * @param events of the run, of kind stop_run among others, in any order
 */
export function personStopTime(
  state: State,
  runId: string,
  events: readonly Pick<ActionDocument, 'action' | 'time' | 'worker'>[],
): number | undefined {
  const slot = state.runs.find(runId);
  const known = slot < 0 ? 0 : state.runs.float(slot, RunFloat.stoppedAt);
  return known > 0 ? known : loggedStop(events);
}

export function mayStillUndo(stoppedAt: number | undefined, now: number): boolean {
  return stoppedAt !== undefined && now - stoppedAt <= UNDO_MINUTES * MINUTE_MS;
}

/** The newest stop counts: one by a worker is none that a person takes back. */
function loggedStop(
  events: readonly Pick<ActionDocument, 'action' | 'time' | 'worker'>[],
): number | undefined {
  const stops = events.filter(({ action }) => action === 'stop_run').sort((a, b) => b.time - a.time);
  const newest = stops[0];
  return newest === undefined || (newest.worker ?? '') !== '' ? undefined : newest.time * 1_000;
}

/** The run must be in memory (reload-run.ts). */
export async function undoStop(
  { state, reader }: { readonly state: State; readonly reader: Pick<Reader, 'actions' | 'knownNets'> },
  actor: Actor,
  runId: string,
  now: number,
): Promise<Changed> {
  const events = await reader.actions({ runId, kinds: ['stop_run'], limit: 1 });
  const lost = await lostNets({ state, reader }, runId);
  return changeOwnRun(state, actor, runId, (slot) => {
    checkMayUndo(state, slot, loggedStop(events), now);
    checkNoLostNets(runId, lost);
    logAction(state, slot, now, 'modify_run', {
      username: actor.name,
      ...runAction(state, slot),
      message: 'modify: stop undone',
    });
    reviveRun(state, slot);
    return undefined;
  });
}

function checkMayUndo(state: State, slot: number, logged: number | undefined, now: number): void {
  const { runs } = state;
  const refuse = (what: string): never => {
    throw new OperationRefused('conflict', `Run ${runs.id(slot)} ${what}`);
  };
  if (runs.has(slot, RunFlag.deleted)) refuse('is deleted');
  if (!runs.has(slot, RunFlag.finished)) refuse('is not stopped');
  if (!isUndecided(state, slot)) refuse('has ended: it needs no more games');
  const stoppedAt = runs.float(slot, RunFloat.stoppedAt) || logged;
  if (stoppedAt === undefined || runs.has(slot, RunFlag.failed)) refuse('was not stopped by a person');
  else if (!mayStillUndo(stoppedAt, now))
    refuse(`was stopped more than ${UNDO_MINUTES} minutes ago: modify it to let it go on`);
}
