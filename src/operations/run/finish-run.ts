/** A run that needs no more games ends (docs/spec/scheduling.md §3 step 9), by the report of a worker or by a change of its number of games. */
import { finishedMessage } from '../../rules/run-progress.js';
import { readRunResults, readSprt } from '../../state/results.js';
import { fixedHead } from '../../state/run-document.js';
import { RunFlag } from '../../state/run-record.js';
import type { State } from '../../state/state.js';
import { logAction } from '../changes.js';
import { endRun } from './end-run.js';
import { runAction } from './transitions.js';

/** Call as `endRun`. An automatic purge may revive the run: then it has not finished. */
export function finishRun(state: State, slot: number, now: number): void {
  const { runs } = state;
  endRun(state, slot, now);
  if (!runs.has(slot, RunFlag.finished)) return;
  const message = finishedMessage({
    isSpsa: runs.has(slot, RunFlag.spsa),
    isGreen: runs.has(slot, RunFlag.green),
    results: readRunResults(runs, slot),
    sprt: runs.has(slot, RunFlag.sprt) ? readSprt(runs, slot) : undefined,
  });
  const { username } = fixedHead(state, slot).args;
  logAction(state, slot, now, 'finished_run', { username, ...runAction(state, slot), message });
}
