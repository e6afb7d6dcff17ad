/**
 * Ends a run (docs/spec/scheduling.md §6): because it is decided, because a worker's owner with enough contributions says
 * so, or because a person does. An automatic purge may revive it.
 */

import { AUTO_PURGE } from '../../rules/purge-choice.js';
import { fixedHead } from '../../state/run-document.js';
import { RunFlag } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { logAction } from '../changes.js';
import { purgeRun } from './purge-run.js';
import { deactivateRun, runAction } from './transitions.js';
import { noteInvalidRun } from './validate-run.js';

/** Call under the run's lock, on a thread that may block: it looks at every task. */
export function endRun(state: State, slot: number, now: number): void {
  const { runs } = state;
  state.undoLog.stopping();
  deactivateRun(state, slot, now);
  noteInvalidRun(state, slot, now);
  if (!runs.has(slot, RunFlag.autoPurge) || runs.has(slot, RunFlag.spsa)) return;
  const purge = purgeRun(state, slot, AUTO_PURGE, now);
  const message = purge.purged ? 'Auto purge' : `Auto purge (not performed): ${purge.reason}`;
  const { username } = fixedHead(state, slot).args;
  logAction(state, slot, now, 'purge_run', { username, ...runAction(state, slot), message });
}
