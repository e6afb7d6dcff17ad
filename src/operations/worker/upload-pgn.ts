/** Stores the games of a task (spec: worker-api.md §4.8). The task need not be active, nor its run unfinished. */
import { decodePgn } from '../../protocol/pgn.js';
import * as texts from '../../protocol/texts.js';
import type { State } from '../../state/state.js';
import { pushItem, withSystem } from '../changes.js';
import { accept, type Context, type Outcome, refuse, WOULD_BLOCK, type WorkerCall } from '../context.js';
import { checkReferences } from './resolve-task.js';

export function uploadPgn(context: Context, call: WorkerCall): Outcome {
  if (!context.mayBlock) return WOULD_BLOCK;
  return checkReferences(context, call) ?? storePgn(context.state, call);
}

/** For a call whose run and task passed the checks. */
export function storePgn(state: State, call: WorkerCall): Outcome {
  const { pgn, run_id: runId, task_id: taskId } = call.request;
  if (pgn === undefined) return refuse(call, 400, texts.MISSING_PGN);
  const decoded = decodePgn(pgn);
  if (typeof decoded === 'string') return refuse(call, 400, decoded);
  if (runId === undefined) return refuse(call, 400, texts.MISSING_RUN_ID);
  if (taskId === undefined) return refuse(call, 400, texts.MISSING_TASK_ID);
  const document = { run_id: `${runId}-${taskId}`, pgn_zip: decoded, size: decoded.length };
  withSystem(state, (slot) => pushItem(state, slot, { kind: 'pgn', pgn: document }));
  return accept({}, state.commits.next());
}
